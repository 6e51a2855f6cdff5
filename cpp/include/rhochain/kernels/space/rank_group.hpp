// What ranks (communicator.hpp) agree on. Every gather carries a word of each rank beside its numbers: whether a rank has failed, asks
// for an end, or asks for the state to be saved. So all ranks know it at the same place, and none waits for one that has gone.
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

// What the ranks that did not fail throw where one has failed, with its number and its message.
class rank_failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class rank_group {
public:
    explicit rank_group(std::shared_ptr<communicator> ranks);

    [[nodiscard]] int rank() const { return ranks_->rank(); }
    [[nodiscard]] int size() const { return ranks_->size(); }

    // The numbers of all ranks in their order, counts[r] of rank r, of which `mine` are those of this one. Throws what this rank
    // has failed with, or rank_failure where another one has.
    [[nodiscard]] std::vector<double> gather(std::span<const double> mine, std::span<const std::int64_t> counts);
    // One number a rank.
    [[nodiscard]] std::vector<double> gather(double mine);

    // This rank has failed: the next gather ends the call on all ranks.
    void fail(std::exception_ptr failure);

    // Asks for an end, or for a saved state. All ranks see it after the next gather.
    void ask_to_stop() { own_ |= stop; }
    void ask_to_save() { own_ |= save; }
    [[nodiscard]] bool agreed_to_stop() const { return (agreed_ & stop) != 0; }
    // What was asked for in the call before no longer holds.
    void begin_call() {
        own_ &= ~(stop | save);
        agreed_ &= ~(stop | save);
    }
    // Once for each time that it was asked for.
    [[nodiscard]] bool take_agreed_save();

private:
    using word = std::uint64_t;
    static constexpr word failed = 1;
    static constexpr word stop = 2;
    static constexpr word save = 4;

    [[noreturn]] void throw_failure(int first_failed);

    std::shared_ptr<communicator> ranks_;
    word own_ = 0;
    word agreed_ = 0;
    std::exception_ptr failure_;
};

}  // namespace rhochain
