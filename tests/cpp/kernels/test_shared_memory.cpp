// Vectors that ranks write into memory which all of them read.
#include <doctest/doctest.h>

#include "kernels/space/shared_memory.hpp"
#include "thread_ranks.hpp"

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/resource.h>
#endif

using rhochain::shared_memory;
using rhochain::shared_vector;
using rhochain::space;

namespace {

constexpr std::size_t some_bytes = 100'000;

// Numbers that tell the round and the place.
std::vector<double> entries(std::int64_t first, std::int64_t count, int round) {
    std::vector<double> x(static_cast<std::size_t>(count));
    std::iota(x.begin(), x.end(), static_cast<double>(first) + 1e6 * round);
    return x;
}

// Whether processes can share memory at all; a sandbox may forbid it.
bool is_available() {
    const auto memory = shared_memory::made(some_bytes);
    return memory != nullptr && memory->allocate(0, 1);
}

}  // namespace

TEST_CASE("shared memory: what one map writes the other one reads, and the key is behind it" *
          doctest::skip(!is_available())) {
    const auto made = shared_memory::made(some_bytes);
    const auto mapped = shared_memory::mapped(made->where());
    REQUIRE(mapped != nullptr);
    REQUIRE(mapped->bytes().size() == some_bytes);
    REQUIRE(mapped->bytes().data() != made->bytes().data());
    for (int share = 0; share < 3; ++share) REQUIRE((share == 1 ? made : mapped)->allocate(share, 3));
    std::memset(made->bytes().data(), 7, some_bytes);
    CHECK(mapped->bytes().front() == std::byte{7});
    CHECK(mapped->bytes().back() == std::byte{7});
    CHECK(shared_memory::mapped(made->where()) != nullptr);
}

TEST_CASE("shared memory: the bytes stay where they are when their pages become huge" *
          doctest::skip(!is_available())) {
    using rhochain::huge_page;
    // Less than a page, a page, a page and a part too short to fill up, four pages nearly.
    for (const std::size_t bytes : {some_bytes, huge_page, huge_page + 8, 4 * huge_page - 1000}) {
        CAPTURE(bytes);
        const auto made = shared_memory::made(bytes);
        const auto mapped = shared_memory::mapped(made->where());
        REQUIRE(mapped != nullptr);
        REQUIRE(mapped->bytes().size() == made->bytes().size());
        REQUIRE(made->bytes().size() == rhochain::filled_up(bytes));
        for (const auto* map : {&made, &mapped})
            CHECK(reinterpret_cast<std::uintptr_t>((*map)->bytes().data()) % huge_page == 0);
        REQUIRE(made->allocate(0, 1));
        const auto at = [](const auto& map, std::size_t k) -> std::byte& { return map->bytes()[k]; };
        for (std::size_t k = 0; k < bytes; k += 1000) at(k % 2000 == 0 ? made : mapped, k) = std::byte(k % 251);
        made->use_huge_pages();
        mapped->use_huge_pages();
        bool same = true;
        for (std::size_t k = 0; k < bytes; k += 1000) {
            same = same && at(made, k) == std::byte(k % 251) && at(mapped, k) == std::byte(k % 251);
            at(made, k) = std::byte(k % 241);
            same = same && at(mapped, k) == std::byte(k % 241);
        }
        CHECK(same);
        CHECK(shared_memory::mapped(made->where()) != nullptr);
    }
}

TEST_CASE("shared memory: no process, another file, another size, another key, or a closed file is not mapped" *
          doctest::skip(!is_available())) {
    const auto made = shared_memory::made(some_bytes);
    const shared_memory::address there = made->where();
    for (std::size_t k = 0; k < there.size(); ++k) {
        shared_memory::address other = there;
        // No process has the number 0. The next number may be that of a thread of this one, with the same files.
        other[k] = k == 0 ? 0.0 : there[k] + 1.0;
        CAPTURE(k);
        CHECK(shared_memory::mapped(other) == nullptr);
    }
    CHECK(shared_memory::mapped({}) == nullptr);
    made->close_file();
    CHECK(shared_memory::mapped(there) == nullptr);
}

TEST_CASE("vectors of ranks in shared memory have the entries of all slices, and stay while a rank reads them" *
          doctest::skip(!is_available())) {
    const std::vector<std::int64_t> lengths{8192, 0, 8192, 3616};
    const auto n = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
    thread_ranks::run_ranks(4, [&](const std::shared_ptr<rhochain::rank_group>& group, int rank) {
        const space S(group, lengths, 1);
        shared_vector kept;
        for (int round = 0; round < 60; ++round) {
            const std::int64_t columns = 1 + round / 20;  // the memory grows twice
            const auto slice = entries(S.first() * columns, S.length() * columns, round);
            const auto all = S.assembled_shared(slice, columns, kept);
            if (round % 4 == rank) std::this_thread::yield();
            REQUIRE(all.size() == static_cast<std::size_t>(n * columns));
            const auto expected = entries(0, n * columns, round);
            REQUIRE(std::equal(all.begin(), all.end(), expected.begin()));
            // With and without a gather in between.
            if (round % 3 == 0) REQUIRE(S.count(1) == 4);
        }
    });
}

TEST_CASE("a short vector and one of a single process are not in shared memory") {
    shared_vector alone;
    CHECK(space(10'000, 1).assembled_shared(entries(0, 10'000, 0), 1, alone).empty());
    thread_ranks::run_ranks(2, [&](const std::shared_ptr<rhochain::rank_group>& group, int) {
        const space S(group, {100, 100}, 1);
        shared_vector kept;
        CHECK(S.assembled_shared(entries(S.first(), 100, 0), 1, kept).empty());
    });
}

#if defined(__linux__)
TEST_CASE("where a process may open no further file the ranks share no memory and go on with messages") {
    rlimit allowed{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &allowed) == 0);
    const rlimit none{0, allowed.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    CHECK(shared_memory::made(some_bytes) == nullptr);
    thread_ranks::run_ranks(2, [&](const std::shared_ptr<rhochain::rank_group>& group, int) {
        const space S(group, {8192, 8192}, 1);
        shared_vector kept;
        for (int round = 0; round < 2; ++round)
            CHECK(S.assembled_shared(entries(S.first(), S.length(), round), 1, kept).empty());
        CHECK(S.assembled(entries(S.first(), S.length(), 0)) == entries(0, 16384, 0));
    });
    REQUIRE(setrlimit(RLIMIT_NOFILE, &allowed) == 0);
}
#endif

TEST_CASE("a rank that begins with new memory for vectors leaves the others theirs" * doctest::skip(!is_available())) {
    thread_ranks::run_ranks(2, [&](const std::shared_ptr<rhochain::rank_group>& group, int rank) {
        const space S(group, {8192, 8192}, 1);
        auto first = std::make_unique<shared_vector>();
        REQUIRE(!S.assembled_shared(entries(S.first(), S.length(), 0), 1, *first).empty());
        if (rank == 1) first.reset();
        shared_vector second;
        const auto all = S.assembled_shared(entries(S.first(), S.length(), 1), 1, second);
        const auto expected = entries(0, 16384, 1);
        REQUIRE(std::equal(all.begin(), all.end(), expected.begin(), expected.end()));
    });
}

TEST_CASE("a rank that fails before a vector in shared memory ends the call on all") {
    const auto thrown =
        thread_ranks::outcomes_of_ranks(3, [&](const std::shared_ptr<rhochain::rank_group>& group, int rank) {
            const space S(group, {8192, 8192, 8192}, 1);
            S.attempt([&] {
                if (rank == 1) throw std::runtime_error("no slice");
            });
            shared_vector kept;
            static_cast<void>(S.assembled_shared(entries(S.first(), S.length(), 0), 1, kept));
        });
    for (const auto& each : thrown) CHECK(each != nullptr);
}
