// The agreement of ranks (communicator.hpp) on failures, stops and saved states. Every gather begins with a message of
// fixed size of each rank: whether the rank has failed, asks for a stop, or asks for a saved state, and its numbers
// where they are few. So all ranks learn it at the same place. A rank that leaves a call anywhere meets the others in
// the first message of the gather that they come to, whatever its numbers, and no rank waits for one that has left.
#pragma once

#include <rhochain/kernels/space/communicator.hpp>

#include <array>
#include <cstddef>
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
    rank_failure(int rank, const std::string& text);

    [[nodiscard]] int rank() const { return rank_; }
    // The message of that rank.
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    int rank_;
    std::string text_;
};

class shared_memory;

// Memory that the ranks of one machine share, for the vectors of products. It grows, and is used again. All
// ranks use it in the same calls; each drops it when it likes.
class shared_vector {
    friend class rank_group;

    std::shared_ptr<shared_memory> memory_;
    bool possible_ = true;       // as far as is known
    std::uint64_t read_at_ = 0;  // the meetings of the group when the ranks began to read, 0 before that
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

    // A gather without numbers.
    void meet() { static_cast<void>(meeting({})); }

    // The same for a vector, whose slices the ranks write into memory that all of them read. The vector is valid until
    // the next gather. Empty where the ranks share no memory, as on several machines.
    [[nodiscard]] std::span<const double> gather_shared(std::span<const double> mine,
                                                        std::span<const std::int64_t> counts, shared_vector& kept);

    // Marks this rank as failed: the next gather ends the call on all ranks.
    void fail(std::exception_ptr failure);
    // Whether the call is over on all ranks, by a failure or by leave(). Then no rank comes to another gather of it.
    [[nodiscard]] bool left() const { return left_; }
    // The end of a call on all ranks.
    void leave() { meet(), left_ = true; }

    // Ask for a stop, or for a saved state. All ranks know it after the next gather.
    void ask_to_stop() { own_ |= stop; }
    void ask_to_save() { own_ |= save; }
    [[nodiscard]] bool agreed_to_stop() const { return (agreed_ & stop) != 0; }
    // Withdraws the requests of the previous call.
    void begin_call() {
        own_ &= ~(stop | save);
        agreed_ &= ~(stop | save);
        left_ = false;
    }
    // Whether a saved state is agreed on; false again until a rank asks anew.
    [[nodiscard]] bool take_agreed_save();

private:
    using word = std::uint64_t;
    static constexpr word failed = 1;
    static constexpr word stop = 2;
    static constexpr word save = 4;

    // What a gather begins with, from each rank. `numbers` are there where no rank has more.
    struct opening {
        static constexpr std::size_t capacity = 15;

        word flags = 0;
        std::array<double, capacity> numbers{};
    };

    // The openings of all ranks, in their order.
    [[nodiscard]] std::vector<opening> meeting(std::span<const double> few);
    [[nodiscard]] word flags_to_send();
    [[noreturn]] void throw_failure(int first_failed);
    // Makes `kept` have at least `bytes`, unless the ranks can share no memory.
    void enlarge(shared_vector& kept, std::size_t bytes);

    std::shared_ptr<communicator> ranks_;
    word own_ = 0;
    word agreed_ = 0;
    std::exception_ptr failure_;
    bool left_ = false;
    std::uint64_t meetings_ = 0;
};

}  // namespace rhochain
