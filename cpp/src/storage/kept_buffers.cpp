#include <rhochain/storage/kept_buffers.hpp>

#include <algorithm>
#include <iterator>

namespace rhochain {
namespace {

kept_buffers*& of_this_thread() {
    static thread_local kept_buffers* store = nullptr;
    return store;
}

}  // namespace

kept_buffers::~kept_buffers() {
    for (const kept& one : kept_) release(one.first);
}

kept_buffers::scope::scope(kept_buffers& store) : before_(of_this_thread()) {
    store.kept_.reserve(most_kept);
    of_this_thread() = &store;
}

kept_buffers::scope::~scope() { of_this_thread() = before_; }

void* kept_buffers::take(std::size_t bytes) noexcept {
    kept_buffers* store = bytes < least_bytes ? nullptr : of_this_thread();
    if (store == nullptr) return nullptr;
    auto& all = store->kept_;
    const auto fitting =
        std::find_if(all.rbegin(), all.rend(), [bytes](const kept& one) { return one.bytes == bytes; });
    if (fitting == all.rend()) return nullptr;
    void* first = fitting->first;
    all.erase(std::next(fitting).base());
    store->bytes_ -= bytes;
    return first;
}

bool kept_buffers::keep(void* first, std::size_t bytes) noexcept {
    kept_buffers* store = bytes < least_bytes ? nullptr : of_this_thread();
    if (store == nullptr || bytes > most_bytes) return false;
    auto& all = store->kept_;
    while (!all.empty() && (all.size() == most_kept || store->bytes_ + bytes > most_bytes)) {
        store->bytes_ -= all.front().bytes;
        release(all.front().first);
        all.erase(all.begin());
    }
    all.push_back({first, bytes});
    store->bytes_ += bytes;
    return true;
}

}  // namespace rhochain
