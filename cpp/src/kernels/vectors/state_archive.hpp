// The state of an object as two lists, of integers and of real numbers, bit for bit. Each class has one function for
// both ways, `void exchange(state_archive& s)`, which passes its members to s in a fixed order: an archive that writes
// appends them, one that reads assigns them. One that writes counts them first, and takes the memory for all at once.
//
// On ranks an archive is constructed with the space of the run: it holds whole vectors, so that any number of ranks may
// read it, and has all numbers in the first rank alone. It puts vectors together one at a time; every other number is
// the same on all ranks. All ranks then make the same calls, and what does not fit is refused by all of them.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/storage/buffer.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace rhochain {

class state_archive {
public:
    // Writes: in this process, or on the ranks of a run.
    state_archive() = default;
    explicit state_archive(const space& run) : run_(run) {}
    // Reads. Borrowed.
    state_archive(std::span<const std::int64_t> integers, std::span<const double> reals)
        : reads_(true), given_integers_(integers), given_reals_(reals), reals_given_(reals.size()) {}
    // (*) The same on the ranks of a run, of which the first has the numbers.
    state_archive(const space& run, std::span<const std::int64_t> integers, std::span<const double> reals);
    state_archive(const state_archive&) = delete;
    state_archive& operator=(const state_archive&) = delete;

    // (*) Writes what `state` passes, each time the same: it is called twice, first to count.
    void write(const std::function<void(state_archive&)>& state);
    [[nodiscard]] bool reads() const { return reads_; }

    // A function throws std::invalid_argument where an archive that is read ends too early, or does not fit.
    void operator()(double& x);
    template <class Integer>
        requires(std::integral<Integer> || std::is_enum_v<Integer>)
    void operator()(Integer& x) {
        auto number = static_cast<std::int64_t>(x);
        integer(number);
        x = static_cast<Integer>(number);
    }
    void operator()(std::complex<double>& z);
    void operator()(std::string& text);
    void operator()(std::vector<double>& x);
    // (*) Of as many columns as it has.
    void operator()(vector_block& x, const space& S);
    void operator()(block_out x, const space& S) { rows(entries_of(x.flat()), x.columns(), S); }
    // (*) A zero or a one for each entry of S.
    void flags(std::vector<std::uint8_t>& x, const space& S);
    // (*) Empty, or of S with at most so many columns. Whether there is one.
    bool resizable(vector_block& x, const space& S, std::int64_t most);
    // (*) Empty, or of S. Whether there is one.
    bool operator()(complex_vector& x, const space& S);

    // A list whose elements `each` exchanges, at least `numbers` numbers for each of them; elements that are read begin
    // as copies of `fresh`.
    template <class T, class Each>
    void list(std::vector<T>& elements, const T& fresh, std::size_t numbers, const Each& each) {
        auto count = static_cast<std::int64_t>(elements.size());
        integer(count);
        if (reads_) elements.assign(length(count, numbers, integers_left() + reals_left()), fresh);
        for (T& element : elements) each(element);
    }

    // An x in [least, most].
    template <class Integer>
    void within(Integer& x, std::type_identity_t<Integer> least, std::type_identity_t<Integer> most) {
        (*this)(x);
        require(least <= x && x <= most);
    }
    // One of the enumerators up to `last`.
    template <class Enumeration>
        requires std::is_enum_v<Enumeration>
    void within(Enumeration& x, Enumeration last) {
        auto number = static_cast<std::int64_t>(x);
        within(number, 0, static_cast<std::int64_t>(last));
        x = static_cast<Enumeration>(number);
    }

    // Refuses what has been read unless it fits.
    void require(bool fits) const {
        if (reads_ && !fits) refuse();
    }
    [[noreturn]] static void refuse();

    [[nodiscard]] std::vector<std::int64_t> take_integers() { return std::move(integers_); }
    [[nodiscard]] buffer<double> take_reals() { return std::move(reals_); }
    // Throws std::invalid_argument unless everything has been read.
    void require_end() const;

private:
    // Whether this process has the numbers.
    [[nodiscard]] bool keeps() const { return run_.rank() == 0; }
    void integer(std::int64_t& x);
    // The same on all ranks.
    void entries(std::span<double> x);
    // (*) So many numbers for each row that S has in this process.
    void rows(std::span<double> x, std::int64_t columns, const space& S);
    void append(std::span<const double> x);
    void take(std::span<double> x);
    // The count, of elements of which so many numbers are left.
    [[nodiscard]] std::size_t length(std::int64_t count, std::size_t each, std::size_t left) const;
    [[nodiscard]] std::size_t integers_left() const { return given_integers_.size() - next_integer_; }
    [[nodiscard]] std::size_t reals_left() const { return reals_given_ - next_real_; }

    space run_;
    bool reads_ = false, counts_ = false;
    std::vector<std::int64_t> integers_of_first_;  // in the other ranks
    std::span<const std::int64_t> given_integers_;
    std::span<const double> given_reals_;
    std::size_t reals_given_ = 0;  // to the first rank
    std::size_t next_integer_ = 0, next_real_ = 0;
    std::size_t counted_integers_ = 0, counted_reals_ = 0;
    std::vector<std::int64_t> integers_;
    buffer<double> reals_;
};

}  // namespace rhochain
