// Scratch for one call, which the calling thread keeps for its next call. Memory that goes back to the system instead,
// and is taken again page by page, can cost as much as a product. Invariant: a thread keeps at most `kept_bytes` for
// each User, a type that names the owner of the scratch. A call within the call finds nothing kept and allocates.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <cstddef>
#include <utility>

namespace rhochain {

template <class User>
class thread_scratch {
public:
    static constexpr std::size_t kept_bytes = std::size_t{1} << 25;

    explicit thread_scratch(std::size_t size) {
        if (keeps(size)) memory_ = std::exchange(kept(), {});
        if (memory_.size() < size) memory_ = buffer<double>(size);
    }
    ~thread_scratch() {
        if (keeps(memory_.size()) && memory_.size() >= kept().size()) kept() = std::move(memory_);
    }
    thread_scratch(const thread_scratch&) = delete;
    thread_scratch& operator=(const thread_scratch&) = delete;

    [[nodiscard]] double* data() { return memory_.data(); }

private:
    static constexpr bool keeps(std::size_t size) { return size <= kept_bytes / sizeof(double); }

    static buffer<double>& kept() {
        static thread_local buffer<double> memory;
        return memory;
    }

    buffer<double> memory_;
};

}  // namespace rhochain
