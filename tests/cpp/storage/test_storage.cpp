#include "matrices.hpp"

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/storage/buffer_pool.hpp>
#include <rhochain/storage/dense.hpp>
#include <rhochain/storage/scaled.hpp>
#include "storage/thread_scratch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

using namespace rhochain;
using view = csr_view<double, std::int32_t>;

namespace {

const std::vector<std::int32_t> indptr{0, 2, 3};
const std::vector<std::int32_t> indices{0, 1, 1};
const std::vector<double> values{1.0, 2.0, 3.0};

}  // namespace

TEST_CASE("validate accepts a matrix and rejects each defect") {
    CHECK_NOTHROW(validate(view{2, 2, indptr, indices, values}));
    CHECK_THROWS_AS(validate(view{3, 2, indptr, indices, values}), std::invalid_argument);
    CHECK_THROWS_AS(validate(view{2, 1, indptr, indices, values}), std::invalid_argument);
    CHECK_THROWS_AS(validate(view{-1, 2, indptr, indices, values}), std::invalid_argument);
    const std::vector<std::int32_t> falling{0, 3, 2}, short_end{0, 1, 2}, late_start{1, 2, 3}, negative{0, -1, 1};
    CHECK_THROWS_AS(validate(view{2, 2, falling, indices, values}), std::invalid_argument);
    CHECK_THROWS_AS(validate(view{2, 2, short_end, indices, values}), std::invalid_argument);
    CHECK_THROWS_AS(validate(view{2, 2, late_start, indices, values}), std::invalid_argument);
    CHECK_THROWS_AS(validate(view{2, 2, indptr, negative, values}), std::invalid_argument);
    const std::vector<double> nan{1.0, std::numeric_limits<double>::quiet_NaN(), 3.0};
    const std::vector<double> inf{1.0, std::numeric_limits<double>::infinity(), 3.0};
    CHECK_THROWS_AS(validate(view{2, 2, indptr, indices, nan}), std::invalid_argument);
    CHECK_THROWS_AS(validate(view{2, 2, indptr, indices, inf}), std::invalid_argument);
    CHECK_THROWS_AS(validate(view{2, 2, indptr, std::span(indices).first(2), values}), std::invalid_argument);
}

TEST_CASE("a dense size must match its numbers, also where the product of rows and columns leaves 64 bits") {
    constexpr std::int64_t large = std::int64_t{1} << 32;
    CHECK_THROWS_AS(validate(dense_view<double>{large, large, {}}), std::invalid_argument);
    CHECK_THROWS_AS(validate(dense_view<double>{-1, 0, {}}), std::invalid_argument);
    const std::vector<double> numbers(6, 1.0);
    CHECK_THROWS_AS(validate(dense_view<double>{4, 2, numbers}), std::invalid_argument);
    CHECK_NOTHROW(validate(dense_view<double>{2, 3, numbers}));
    CHECK_NOTHROW(validate(dense_view<double>{0, 5, {}}));
}

TEST_CASE("canonical sorts rows and sums repeated positions") {
    const std::vector<std::int32_t> p{0, 4, 5}, j{2, 0, 2, 1, 0};
    const std::vector<double> w{1.0, 2.0, 4.0, 8.0, 16.0};
    const view W{2, 3, p, j, w};
    CHECK(has_duplicates(W));
    const auto C = canonical(W);
    CHECK(C.indptr == std::vector<std::int32_t>{0, 3, 4});
    CHECK(C.indices == std::vector<std::int32_t>{0, 1, 2, 0});
    CHECK(C.values == std::vector<double>{2.0, 8.0, 5.0, 16.0});
    CHECK_FALSE(has_duplicates(C.view()));
    CHECK(matrices::dense(C.view()) == matrices::dense(W));
    const std::vector<double> huge{1e308, 0.0, 1e308, 0.0, 0.0};
    CHECK_THROWS_AS((void)canonical(view{2, 3, p, j, huge}), std::invalid_argument);
}

TEST_CASE("unsorted rows without repetition are no duplicates") {
    const std::vector<std::int32_t> p{0, 3}, j{2, 0, 1};
    CHECK_FALSE(has_duplicates(view{1, 3, p, j, values}));
}

TEST_CASE_TEMPLATE("transpose: (W^T)(j, i) = W(i, j)", Index, std::int32_t, std::int64_t) {
    const auto W = matrices::random_csr<double, Index>(13, 7, 0.3, 5);
    const auto T = transpose(W.view());
    const auto D = matrices::dense(W.view());
    const auto E = matrices::dense(T.view());
    for (std::size_t i = 0; i < 13; ++i)
        for (std::size_t j = 0; j < 7; ++j) CHECK(D[i * 7 + j] == E[j * 13 + i]);
}

TEST_CASE("scaled numbers keep their value over any range") {
    const scaled x = scaled::normalised(3.0, 5000);
    CHECK(x.mantissa == 0.75);
    CHECK(x.exponent == 5002);
    CHECK(x.log_abs() == doctest::Approx(std::log(3.0) + 5000 * std::log(2.0)).epsilon(1e-15));
    CHECK(std::isinf(scaled{}.log_abs()));
    CHECK(scaled::normalised(0.0, 7).exponent == 0);
    CHECK(scaled::normalised(std::numeric_limits<double>::denorm_min()).mantissa == 0.5);
}

TEST_CASE(
    "a thread gives its scratch to one call at a time, and keeps it for the next of the same user up to a limit") {
    struct some_user;
    struct other_user;
    const double* first = nullptr;
    {
        thread_scratch<some_user> scratch(100);
        first = scratch.data();
        thread_scratch<some_user> within(100);
        thread_scratch<other_user> other(100);
        CHECK(within.data() != first);
        CHECK(other.data() != first);
        scratch.data()[99] = within.data()[99] = other.data()[99] = 1.0;
    }
    {
        thread_scratch<some_user> smaller(50);
        CHECK(smaller.data() == first);
        thread_scratch<other_user> larger(200);
        larger.data()[199] = 1.0;
    }
    constexpr std::size_t beyond = thread_scratch<some_user>::kept_bytes / sizeof(double) + 1;
    const double* large = thread_scratch<some_user>(beyond).data();
    thread_scratch<some_user> after(50);
    CHECK(after.data() == first);
    CHECK(after.data() != large);
}

namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;

const std::byte* place_of_lease(const std::shared_ptr<buffer_pool>& pool, std::size_t bytes) {
    buffer_pool::lease scratch(pool, bytes);
    scratch.as<std::byte>()[bytes - 1] = std::byte{1};
    return scratch.as<std::byte>();
}

}  // namespace

TEST_CASE("a buffer whose lease has ended serves the next lease of its size") {
    const auto pool = std::make_shared<buffer_pool>(10 * megabyte);
    const std::byte* first = place_of_lease(pool, megabyte);
    CHECK(pool->bytes() == megabyte);
    {
        buffer_pool::lease again(pool, megabyte);
        CHECK(again.as<std::byte>() == first);
        CHECK(pool->bytes() == 0);
        buffer_pool::lease at_the_same_time(pool, megabyte);
        CHECK(at_the_same_time.as<std::byte>() != first);
        buffer_pool::lease larger(pool, megabyte + 8);
        CHECK(larger.as<std::byte>() != first);
    }
    CHECK(pool->bytes() == 3 * megabyte + 8);
}

TEST_CASE("a pool keeps the latest buffers within its limit, and small ones not at all") {
    const auto pool = std::make_shared<buffer_pool>(3 * megabyte);
    place_of_lease(pool, buffer_pool::least_bytes - 1);
    CHECK(pool->bytes() == 0);
    place_of_lease(pool, 3 * megabyte + 1);
    CHECK(pool->bytes() == 0);
    place_of_lease(pool, 2 * megabyte);
    const std::byte* latest = place_of_lease(pool, megabyte + 1);
    CHECK(pool->bytes() == megabyte + 1);
    CHECK(place_of_lease(pool, megabyte + 1) == latest);
    pool->set_limit(megabyte);
    CHECK(pool->bytes() == 0);
    pool->set_limit(100 * megabyte);
    {
        std::vector<std::unique_ptr<buffer_pool::lease>> many;
        for (std::size_t k = 0; k < buffer_pool::most_kept + 3; ++k)
            many.push_back(std::make_unique<buffer_pool::lease>(pool, megabyte + k));
    }
    CHECK(pool->bytes() < (buffer_pool::most_kept + 1) * megabyte);
}

TEST_CASE("a lease outlives the other owners of its pool, and needs no pool") {
    auto pool = std::make_shared<buffer_pool>(10 * megabyte);
    buffer_pool::lease orphan(pool, megabyte);
    pool.reset();
    orphan.as<double>()[0] = 1.0;
    buffer_pool::lease alone(nullptr, megabyte);
    alone.as<double>()[megabyte / sizeof(double) - 1] = 1.0;
    CHECK(reinterpret_cast<std::uintptr_t>(alone.as<double>()) % cache_line == 0);
}

TEST_CASE("several threads may lease from a pool at a time") {
    const auto pool = std::make_shared<buffer_pool>(3 * megabyte);
    std::vector<int> own(64, 0);
    parallel_for(4, 64, [&](std::int64_t c) {
        buffer_pool::lease scratch(pool, megabyte + static_cast<std::size_t>(c % 3));
        auto* place = scratch.as<std::int64_t>();
        place[0] = place[1000] = c;
        own[static_cast<std::size_t>(c)] = place[0] == c && place[1000] == c;
    });
    CHECK(std::count(own.begin(), own.end(), 1) == 64);
    CHECK(pool->bytes() <= 3 * megabyte);
}
