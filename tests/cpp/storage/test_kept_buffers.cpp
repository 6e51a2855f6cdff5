#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/kept_buffers.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

using namespace rhochain;

TEST_CASE("a thread gets back what it has released, of the same size and on a cache line") {
    kept_buffers store;
    const kept_buffers::scope here(store);
    const double* first = nullptr;
    {
        const buffer<double> a(5000);
        first = a.data();
    }
    CHECK(store.bytes() == 5000 * sizeof(double));
    {
        const buffer<double> other(5001);
        CHECK(other.data() != first);
        const buffer<double> same(5000);
        CHECK(same.data() == first);
        CHECK(reinterpret_cast<std::uintptr_t>(same.data()) % cache_line == 0);
        CHECK(store.bytes() == 0);
        std::thread([&] {
            const buffer<double> of_another_thread(5001);
            CHECK(of_another_thread.data() != other.data());
        }).join();
    }
    CHECK(store.bytes() == 10001 * sizeof(double));
}

TEST_CASE("a store keeps no small buffers, and at most so many and so large ones") {
    kept_buffers store;
    {
        const kept_buffers::scope here(store);
        {
            const buffer<std::byte> small(kept_buffers::least_bytes - 1);
        }
        CHECK(store.bytes() == 0);
        {
            const buffer<std::byte> large(kept_buffers::most_bytes + 1);
        }
        CHECK(store.bytes() == 0);
        for (std::size_t k = 0; k < 3 * kept_buffers::most_kept; ++k) {
            const buffer<std::byte> one(kept_buffers::least_bytes + k);
        }
        CHECK(store.bytes() <= kept_buffers::most_kept * (kept_buffers::least_bytes + 3 * kept_buffers::most_kept));
        {
            const buffer<std::byte> whole(kept_buffers::most_bytes);
        }
        CHECK(store.bytes() == kept_buffers::most_bytes);
    }
    const std::size_t kept = store.bytes();
    {
        const buffer<std::byte> outside(kept_buffers::most_bytes);
    }
    CHECK(store.bytes() == kept);
    const kept_buffers moved = std::move(store);
    CHECK(moved.bytes() == kept);
}

TEST_CASE("the inner one of two stores of a thread is in use") {
    kept_buffers outer, inner;
    const kept_buffers::scope around(outer);
    {
        const kept_buffers::scope within(inner);
        {
            const buffer<double> a(5000);
        }
        CHECK(inner.bytes() == 5000 * sizeof(double));
    }
    CHECK(outer.bytes() == 0);
    {
        const buffer<double> b(5000);
    }
    CHECK(outer.bytes() == 5000 * sizeof(double));
}
