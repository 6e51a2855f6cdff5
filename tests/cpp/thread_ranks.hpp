// Threads of one process that act as the ranks of a rank_group (rank_group.hpp): a gather meets at a mutex and a
// condition variable. A rank that leaves, by an exception or at the end of its work, ends every gather that it does not
// take part in: the other ranks throw broken_gather there instead of waiting for ever.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/block.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace thread_ranks {

// What a gather throws that some rank does not come to, or comes to with other sizes.
class broken_gather : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

using group_pointer = std::shared_ptr<rhochain::rank_group>;
// What one rank does.
using rank_body = std::function<void(const group_pointer& group, int rank)>;

// Calls body(group, rank) on one thread a rank. Returns what each rank threw, null where it threw nothing.
[[nodiscard]] std::vector<std::exception_ptr> outcomes_of_ranks(int ranks, const rank_body& body);

// The same. Throws what the first rank threw that failed by itself, and not because another rank had failed.
void run_ranks(int ranks, const rank_body& body);

// A partition of R^n for every n: rank r holds shares[r] times `unit` entries, and one rank, whose share is `rest`,
// what is left.
struct partition {
    static constexpr std::int64_t rest = -1;

    std::vector<std::int64_t> shares{rest};
    std::int64_t unit = 64;
    std::int64_t chunk = 64;  // of the sums

    [[nodiscard]] int ranks() const { return static_cast<int>(shares.size()); }
    [[nodiscard]] std::vector<std::int64_t> lengths(std::int64_t n) const;
};

// Slices of vectors as one rank has them.
struct slices {
    group_pointer group;
    partition shared_out;

    [[nodiscard]] rhochain::space of(std::int64_t n) const {
        return {group, shared_out.lengths(n), 1, shared_out.chunk};
    }
};

// One process, then 2 and 3 ranks with uneven slices, and ranks without a row at the start, in between and at the end:
// slices that begin at multiples of 64 with sums in chunks of 64, so that all of these have the bits of the first.
// Requires n >= 256.
[[nodiscard]] std::vector<partition> aligned_partitions();

// What work(slices) returns on each rank.
template <class Work>
[[nodiscard]] auto results_of_ranks(const partition& shared_out, const Work& work) {
    std::vector<std::invoke_result_t<const Work&, const slices&>> results(shared_out.shares.size());
    run_ranks(shared_out.ranks(), [&](const group_pointer& group, int rank) {
        results[static_cast<std::size_t>(rank)] = work(slices{group, shared_out});
    });
    return results;
}

// The rows of an array of `columns` numbers a row that the space has in this process.
template <class Number>
[[nodiscard]] std::vector<Number> slice_of(const std::vector<Number>& all, const rhochain::space& S,
                                           std::int64_t columns = 1) {
    const auto begin = all.begin() + S.first() * columns;
    return {begin, begin + S.length() * columns};
}

// The same the other way round: all rows of a block, from the slices of all ranks.
[[nodiscard]] std::vector<double> whole_block(rhochain::const_block X, const slices& s, std::int64_t n);

}  // namespace thread_ranks
