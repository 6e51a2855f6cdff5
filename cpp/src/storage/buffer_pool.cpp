#include <rhochain/storage/buffer_pool.hpp>

#include <algorithm>
#include <utility>

namespace rhochain {

void buffer_pool::set_limit(std::size_t limit) {
    const std::lock_guard lock(mutex_);
    limit_ = limit;
    drop_beyond_limit();
}

std::size_t buffer_pool::bytes() const {
    const std::lock_guard lock(mutex_);
    return kept_bytes_;
}

buffer_pool::lease::lease(std::shared_ptr<buffer_pool> pool, std::size_t bytes)
    : pool_(std::move(pool)), memory_(pool_ ? pool_->take(bytes) : buffer<std::byte>(bytes)) {}

buffer_pool::lease::~lease() {
    if (pool_) pool_->give_back(std::move(memory_));
}

buffer<std::byte> buffer_pool::take(std::size_t bytes) {
    {
        const std::lock_guard lock(mutex_);
        const auto fitting =
            std::find_if(kept_.rbegin(), kept_.rend(), [&](const auto& memory) { return memory.size() == bytes; });
        if (fitting != kept_.rend()) {
            buffer<std::byte> memory = std::move(*fitting);
            kept_.erase(std::next(fitting).base());
            kept_bytes_ -= bytes;
            return memory;
        }
    }
    return buffer<std::byte>(bytes);
}

void buffer_pool::give_back(buffer<std::byte> memory) noexcept {
    if (memory.size() < least_bytes) return;
    const std::lock_guard lock(mutex_);
    if (memory.size() > limit_) return;
    kept_bytes_ += memory.size();
    kept_.push_back(std::move(memory));
    drop_beyond_limit();
}

void buffer_pool::drop_beyond_limit() {
    while (kept_bytes_ > limit_ || kept_.size() > most_kept) {
        kept_bytes_ -= kept_.front().size();
        kept_.erase(kept_.begin());
    }
}

}  // namespace rhochain
