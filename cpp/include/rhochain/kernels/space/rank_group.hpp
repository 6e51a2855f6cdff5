// The agreement of ranks (communicator.hpp) on failures, stops and saved states. Beside its numbers every gather
// carries one word of each rank: whether the rank has failed, asks for a stop, or asks for a saved state. So all ranks
// learn it at the same place, and no rank waits for one that has left the call.
#pragma once

#include <rhochain/kernels/space/communicator.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace rhochain {

// Thrown by the ranks that did not fail where another one has, with the number and the message of that rank.
class rank_failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class rank_group {
public:
    explicit rank_group(std::shared_ptr<communicator> ranks);

    [[nodiscard]] int rank() const { return ranks_->rank(); }
    [[nodiscard]] int size() const { return ranks_->size(); }

    // The numbers of all ranks in the order of the ranks, counts[r] of rank r; `mine` are those of this rank. Throws
    // the exception that this rank has failed with, or rank_failure where another rank has failed.
    [[nodiscard]] std::vector<double> gather(std::span<const double> mine, std::span<const std::int64_t> counts);
    // One number of each rank.
    [[nodiscard]] std::vector<double> gather(double mine);
    // The same numbers into `all`, without a copy: for long vectors.
    void gather(std::span<const double> mine, std::span<const std::int64_t> counts, std::span<double> all);

    // Marks this rank as failed: the next gather ends the call on all ranks.
    void fail(std::exception_ptr failure);

    // Ask for a stop, or for a saved state. All ranks know it after the next gather.
    void ask_to_stop() { own_ |= stop; }
    void ask_to_save() { own_ |= save; }
    [[nodiscard]] bool agreed_to_stop() const { return (agreed_ & stop) != 0; }
    // Withdraws the requests of the previous call.
    void begin_call() {
        own_ &= ~(stop | save);
        agreed_ &= ~(stop | save);
    }
    // Whether a saved state is agreed on; false again until a rank asks anew.
    [[nodiscard]] bool take_agreed_save();

private:
    using word = std::uint64_t;
    static constexpr word failed = 1;
    static constexpr word stop = 2;
    static constexpr word save = 4;

    [[nodiscard]] word flags_to_send();
    [[noreturn]] void throw_failure(int first_failed);

    std::shared_ptr<communicator> ranks_;
    word own_ = 0;
    word agreed_ = 0;
    std::exception_ptr failure_;
};

}  // namespace rhochain
