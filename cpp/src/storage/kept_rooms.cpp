#include <rhochain/storage/kept_rooms.hpp>

#include <algorithm>
#include <utility>

namespace rhochain {

void kept_rooms::set_limit(std::size_t limit) {
    const std::lock_guard lock(mutex_);
    limit_ = limit;
    drop_beyond_limit();
}

std::size_t kept_rooms::bytes() const {
    const std::lock_guard lock(mutex_);
    return kept_bytes_;
}

kept_rooms::loan::loan(std::shared_ptr<kept_rooms> rooms, std::size_t bytes)
    : rooms_(std::move(rooms)), room_(rooms_ ? rooms_->take(bytes) : buffer<std::byte>(bytes)) {}

kept_rooms::loan::~loan() {
    if (rooms_) rooms_->give_back(std::move(room_));
}

buffer<std::byte> kept_rooms::take(std::size_t bytes) {
    {
        const std::lock_guard lock(mutex_);
        const auto fitting =
            std::find_if(kept_.rbegin(), kept_.rend(), [&](const auto& room) { return room.size() == bytes; });
        if (fitting != kept_.rend()) {
            buffer<std::byte> room = std::move(*fitting);
            kept_.erase(std::next(fitting).base());
            kept_bytes_ -= bytes;
            return room;
        }
    }
    return buffer<std::byte>(bytes);
}

void kept_rooms::give_back(buffer<std::byte> room) noexcept {
    if (room.size() < least_bytes) return;
    const std::lock_guard lock(mutex_);
    if (room.size() > limit_) return;
    kept_bytes_ += room.size();
    kept_.push_back(std::move(room));
    drop_beyond_limit();
}

void kept_rooms::drop_beyond_limit() {
    while (kept_bytes_ > limit_ || kept_.size() > most_kept) {
        kept_bytes_ -= kept_.front().size();
        kept_.erase(kept_.begin());
    }
}

}  // namespace rhochain
