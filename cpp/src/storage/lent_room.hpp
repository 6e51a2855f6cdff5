// Memory for one call, lent by the calling thread and given back for its next call: what goes back to the system
// instead and is asked for again, page by page, can cost as much as a product. At most `kept_bytes` stay with a thread
// for each User, a type that names whose room it is. A call that begins within the call finds nothing kept and takes
// memory of its own.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <cstddef>
#include <utility>

namespace rhochain {

template <class User>
class lent_room {
public:
    static constexpr std::size_t kept_bytes = std::size_t{1} << 25;

    explicit lent_room(std::size_t size) {
        if (keeps(size)) room_ = std::exchange(kept(), {});
        if (room_.size() < size) room_ = buffer<double>(size);
    }
    ~lent_room() {
        if (keeps(room_.size()) && room_.size() >= kept().size()) kept() = std::move(room_);
    }
    lent_room(const lent_room&) = delete;
    lent_room& operator=(const lent_room&) = delete;

    [[nodiscard]] double* data() { return room_.data(); }

private:
    static constexpr bool keeps(std::size_t size) { return size <= kept_bytes / sizeof(double); }

    static buffer<double>& kept() {
        static thread_local buffer<double> room;
        return room;
    }

    buffer<double> room_;
};

}  // namespace rhochain
