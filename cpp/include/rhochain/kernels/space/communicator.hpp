// The ranks 0, 1, .. of a communicator are processes that make the same calls in the same order. A communicator moves
// bytes and adds nothing. The space (space.hpp) fixes the order of every sum, so that no bit depends on the transport.
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <string>

namespace rhochain {

class communicator {
public:
    communicator() = default;
    virtual ~communicator() = default;
    communicator(const communicator&) = delete;
    communicator& operator=(const communicator&) = delete;

    [[nodiscard]] virtual int rank() const = 0;
    [[nodiscard]] virtual int size() const = 0;

    // Called by all ranks. `all` becomes the bytes `mine` of every rank, in the order of the ranks; rank r has
    // bytes[r].
    virtual void gather(std::span<const std::byte> mine, std::span<const std::size_t> bytes,
                        std::span<std::byte> all) = 0;

    // What other ranks learn of an exception of this one.
    [[nodiscard]] virtual std::string reported(const std::exception_ptr& failure) const;
};

}  // namespace rhochain
