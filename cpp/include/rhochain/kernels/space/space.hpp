// R^n in this process: the slice first() .. first() + length() - 1 of the n = size() entries of a vector, and
// reductions over all n entries. One process holds all entries. Ranks (rank_group.hpp) hold consecutive slices.
//
// Sums are cut at multiples of chunk_rows() from first() on. Each kernel fixes the order within a chunk; the partial
// sums of all ranks are added from first to last (partial_sums.hpp). Where all slices begin at multiples of
// alignment(), no bit depends on the ranks. Other slices give true sums with other bits. Heights of panels, depths of
// sums and random numbers depend on n, never on the slice.
//
// A space is a value: the partition and the threads of a call. All ranks call a member function marked (*), at the same
// place.
#pragma once

#include <rhochain/kernels/space/rank_group.hpp>
#include <rhochain/storage/row_panels.hpp>
#include <rhochain/storage/row_pieces.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <vector>

namespace rhochain {

class space {
public:
    space() = default;
    // All of R^n, in this process.
    space(std::int64_t n, int threads) : n_(n), length_(n), threads_(threads) {}
    // Rank r of the group holds lengths[r] entries; their sum is n. `chunk`, a power of two, is least_piece except in
    // tests.
    space(std::shared_ptr<rank_group> group, const std::vector<std::int64_t>& lengths, int threads,
          std::int64_t chunk = least_piece);

    [[nodiscard]] std::int64_t size() const { return n_; }
    [[nodiscard]] std::int64_t length() const { return length_; }
    [[nodiscard]] std::int64_t first() const { return first_; }
    [[nodiscard]] int threads() const { return threads_; }
    [[nodiscard]] bool whole() const { return group_ == nullptr; }
    [[nodiscard]] int rank() const { return whole() ? 0 : group_->rank(); }
    [[nodiscard]] int ranks() const { return whole() ? 1 : group_->size(); }

    [[nodiscard]] space with_threads(int threads) const;
    // R^n within this process, the same on all ranks: for the columns of a small matrix, or a copied component.
    [[nodiscard]] space replicated(std::int64_t n) const { return {n, threads_}; }

    // Slices that begin at multiples of this give the bits of one process.
    [[nodiscard]] std::int64_t alignment() const { return chunk_ == least_piece ? piece_rows(n_) : chunk_; }
    [[nodiscard]] std::int64_t chunk_rows() const { return chunk_; }
    [[nodiscard]] std::int64_t chunk_count() const { return count_of(chunk_); }
    [[nodiscard]] std::int64_t panel_rows() const { return std::min(chunk_, rhochain::panel_rows(n_)); }
    [[nodiscard]] std::int64_t panel_count() const { return count_of(panel_rows()); }
    // The number of parts of `height` rows that the slice consists of.
    [[nodiscard]] std::int64_t count_of(std::int64_t height) const { return (length_ + height - 1) / height; }

    // The longest chain of additions in a sum over all entries, and in one of partial sums of `height` rows.
    [[nodiscard]] std::int64_t sum_depth() const;
    [[nodiscard]] std::int64_t partial_depth(std::int64_t height) const;

    // (*) Adds to totals[j] the partials[p k + j] of the parts p of all ranks, from first to last; k = totals.size(). A
    // part has `height` rows, a divisor of chunk_rows().
    void sum(std::span<const double> partials, std::int64_t height, std::span<double> totals) const;
    // (*) Of one number of each rank. NaN if one of them is NaN.
    [[nodiscard]] double largest(double mine) const;
    [[nodiscard]] double least(double mine) const;
    // (*)
    [[nodiscard]] bool any(bool mine) const;
    // (*) The least of the indices of all ranks, counted from the start of the vector. An index below 0 stands for
    // none.
    [[nodiscard]] std::int64_t first_index(std::int64_t mine) const;
    // (*) The exact sum of the counts of all ranks.
    [[nodiscard]] std::int64_t count(std::int64_t mine) const;

    // (*) The ranks call body(state) one after the other, from first to last. Each receives the state that the one
    // before it has left, so that serial sums and products keep their bits. The state is the same on all ranks before
    // and after.
    template <class Body>
    void fold(std::span<double> state, const Body& body) const {
        if (whole()) return body(state);
        for (int r = 0; r < group_->size(); ++r) {
            if (group_->rank() == r) attempt([&] { body(state); });
            broadcast(state, r);
        }
    }
    // (*) `numbers` become those of rank `from`.
    void broadcast(std::span<double> numbers, int from) const;
    // (*) The same from `sent` of that rank into `numbers`, without a copy: for long ones.
    void broadcast(std::span<const double> sent, std::span<double> numbers, int from) const;
    // (*) All entries of a vector, from its slices.
    [[nodiscard]] std::vector<double> assembled(std::span<const double> slice) const;
    // (*) The same for `columns` numbers a row, into `all`.
    void assemble(std::span<const double> slice, std::int64_t columns, std::span<double> all) const;
    // (*) The same in `kept`, memory that the ranks share, valid until the next (*) of these ranks. Empty where
    // the vector is short, and where the ranks have no such memory.
    [[nodiscard]] std::span<const double> assembled_shared(std::span<const double> slice, std::int64_t columns,
                                                           shared_vector& kept) const;

    // An exception of body() ends the call on all ranks at the next (*); on one process it is thrown at once.
    template <class Body>
    void attempt(const Body& body) const {
        if (whole()) return body();
        try {
            body();
        } catch (...) {
            if (group_->left()) throw;  // a gather in body() has ended the call
            group_->fail(std::current_exception());
        }
    }

    // A clock, a callback or a signal belongs to one rank. What it asks for holds on all ranks after the next (*); on
    // one process at once.
    [[nodiscard]] bool agreed_stop(bool wanted) const;
    [[nodiscard]] bool agreed_save(bool wanted) const;
    // At the start of a call: withdraws the requests of the previous one.
    void begin_call() const {
        if (!whole()) group_->begin_call();
    }

private:
    // Of each rank, for `columns` numbers a row.
    [[nodiscard]] std::vector<std::int64_t> counts_of(std::int64_t columns) const;

    std::int64_t n_ = 0;
    std::int64_t first_ = 0;
    std::int64_t length_ = 0;
    std::int64_t chunk_ = least_piece;
    std::int64_t ragged_slices_ = 0;  // slices that do not begin at a multiple of alignment()
    int threads_ = 1;
    std::shared_ptr<rank_group> group_;  // null: one process
    std::shared_ptr<const std::vector<std::int64_t>> lengths_;
};

}  // namespace rhochain
