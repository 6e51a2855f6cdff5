// Memory that the ranks of one machine share: a file without a name, which the first rank makes and the others map.
// Pages belong to the NUMA node of the rank that allocates them. The system frees it when no process maps it any
// more. Linux alone has it; elsewhere, and where a sandbox forbids it, the functions return null.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace rhochain {

class shared_memory {
public:
    // Where other processes of the machine find the file, in integers that a double holds: process, descriptor, size of
    // the file, and a random key that stands behind the bytes.
    using address = std::array<double, 4>;

    shared_memory(const shared_memory&) = delete;
    shared_memory& operator=(const shared_memory&) = delete;
    ~shared_memory();

    // Of filled_up(bytes).
    [[nodiscard]] static std::unique_ptr<shared_memory> made(std::size_t bytes);
    // Of another process. Null unless the file at that place has the size and the key.
    [[nodiscard]] static std::unique_ptr<shared_memory> mapped(const address& at);

    [[nodiscard]] address where() const;
    // Allocates the pages of this share of the bytes. False: there is not enough memory.
    [[nodiscard]] bool allocate(int share, int shares);
    // Asks for huge pages, once all shares are allocated: with small ones a product with 1,000,000 neurons takes a
    // third longer. Linux before 6.1 has none for shared memory, and nothing changes.
    void use_huge_pages();
    // No process can map the memory after this.
    void close_file();

    [[nodiscard]] std::span<std::byte> bytes() const { return {first_, bytes_}; }

private:
    shared_memory(int descriptor, std::size_t bytes);

    [[nodiscard]] std::byte* key_place() const { return first_ + bytes_; }

    std::span<std::byte> addresses_;  // reserved, so that the file begins at a multiple of a huge page
    std::byte* first_ = nullptr;
    std::size_t bytes_ = 0;  // of a multiple of 8, the key left out
    int descriptor_ = -1;
};

}  // namespace rhochain
