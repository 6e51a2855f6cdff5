// Processes that run the same calls in step, the ranks 0, 1, .. of a communicator. It moves bytes and adds nothing: what is summed, in
// which order, is for the space (space.hpp) to say, so that no bit depends on how bytes travel.
#pragma once

#include <cstddef>
#include <span>

namespace rhochain {

class communicator {
public:
    communicator() = default;
    virtual ~communicator() = default;
    communicator(const communicator&) = delete;
    communicator& operator=(const communicator&) = delete;

    [[nodiscard]] virtual int rank() const = 0;
    [[nodiscard]] virtual int size() const = 0;

    // `all` becomes what every rank has in `mine`, in the order of ranks; rank r has bytes[r] of them. Called by all ranks.
    virtual void gather(std::span<const std::byte> mine, std::span<const std::size_t> bytes, std::span<std::byte> all) = 0;
};

}  // namespace rhochain
