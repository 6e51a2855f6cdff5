#include "kernels/space/shared_memory.hpp"

#include <rhochain/storage/buffer.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#if defined(__linux__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace rhochain {

#if defined(__linux__)
namespace {

constexpr std::size_t key_bytes = sizeof(double);
// MADV_COLLAPSE of Linux 6.1, which older headers do not name and older systems refuse.
constexpr int collapse_into_huge_pages = 25;

std::uint64_t random_integer() {
    std::random_device source;
    return (std::uint64_t{source()} << 20) ^ source();
}

}  // namespace

shared_memory::shared_memory(int descriptor, std::size_t bytes) : bytes_(bytes), descriptor_(descriptor) {
    const std::size_t in_file = bytes + key_bytes;
    std::size_t available = in_file + huge_page;
    void* const reserved = mmap(nullptr, available, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) return;
    addresses_ = {static_cast<std::byte*>(reserved), available};
    void* first = reserved;
    std::align(huge_page, in_file, first, available);
    void* const place = mmap(first, in_file, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0);
    if (place != MAP_FAILED) first_ = static_cast<std::byte*>(place);
}

shared_memory::~shared_memory() {
    if (!addresses_.empty()) munmap(addresses_.data(), addresses_.size());
    close_file();
}

std::unique_ptr<shared_memory> shared_memory::made(std::size_t bytes) {
    if (bytes > static_cast<std::size_t>(std::numeric_limits<off_t>::max()) - 2 * huge_page) return nullptr;
    bytes = filled_up(bytes);
    const int descriptor = memfd_create("rhochain", MFD_CLOEXEC);
    if (descriptor < 0) return nullptr;
    std::unique_ptr<shared_memory> memory(new shared_memory(descriptor, bytes));
    const auto size = static_cast<off_t>(bytes + key_bytes);
    const auto key_page = static_cast<off_t>(bytes);
    if (memory->first_ == nullptr || ftruncate(descriptor, size) != 0) return nullptr;
    if (posix_fallocate(descriptor, key_page, key_bytes) != 0) return nullptr;
    const auto key = static_cast<double>(random_integer());
    std::memcpy(memory->key_place(), &key, key_bytes);
    return memory;
}

std::unique_ptr<shared_memory> shared_memory::mapped(const address& at) {
    const auto process = static_cast<std::int64_t>(at[0]);
    const auto file = static_cast<std::int64_t>(at[1]);
    const std::string path = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(file);
    const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return nullptr;
    struct stat status{};
    const auto size = static_cast<std::size_t>(at[2]);
    const bool is_file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                         status.st_size == static_cast<off_t>(size) && size > key_bytes;
    std::unique_ptr<shared_memory> memory;
    if (is_file)
        memory.reset(new shared_memory(descriptor, size - key_bytes));
    else
        close(descriptor);
    if (memory == nullptr || memory->first_ == nullptr) return nullptr;
    const bool same = std::memcmp(memory->key_place(), &at[3], key_bytes) == 0;
    if (!same) memory.reset();
    return memory;
}

shared_memory::address shared_memory::where() const {
    double key = 0.0;
    std::memcpy(&key, key_place(), key_bytes);
    return {static_cast<double>(getpid()), static_cast<double>(descriptor_), static_cast<double>(bytes_ + key_bytes),
            key};
}

bool shared_memory::allocate(int share, int shares) {
    const auto end_of = [&](int part) {
        return bytes_ / static_cast<std::size_t>(shares) * static_cast<std::size_t>(part) +
               bytes_ % static_cast<std::size_t>(shares) * static_cast<std::size_t>(part) /
                   static_cast<std::size_t>(shares);
    };
    const std::size_t begin = end_of(share);
    const std::size_t end = end_of(share + 1);
    return begin == end ||
           posix_fallocate(descriptor_, static_cast<off_t>(begin), static_cast<off_t>(end - begin)) == 0;
}

void shared_memory::use_huge_pages() {
    const std::size_t whole = bytes_ / huge_page * huge_page;
    if (whole > 0) madvise(first_, whole, collapse_into_huge_pages);
}

void shared_memory::close_file() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
}
#else
shared_memory::shared_memory(int descriptor, std::size_t bytes) : bytes_(bytes), descriptor_(descriptor) {}
shared_memory::~shared_memory() = default;
std::unique_ptr<shared_memory> shared_memory::made(std::size_t) { return nullptr; }
std::unique_ptr<shared_memory> shared_memory::mapped(const address&) { return nullptr; }
shared_memory::address shared_memory::where() const { return {}; }
bool shared_memory::allocate(int, int) { return false; }
void shared_memory::use_huge_pages() {}
void shared_memory::close_file() {}
#endif

}  // namespace rhochain
