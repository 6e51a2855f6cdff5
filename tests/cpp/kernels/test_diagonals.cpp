#include "kernel_choices.hpp"
#include "matrices.hpp"

#include <rhochain/kernels/products/diagonal_layout.hpp>
#include <rhochain/kernels/products/diagonal_product.hpp>
#include <rhochain/kernels/products/spmm.hpp>
#include <rhochain/kernels/products/streaming_store.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/sparse_operator.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace rhochain;

namespace {

struct band {
    std::int64_t rows;
    std::int64_t cols;
    std::vector<std::int64_t> offsets;
};

const std::vector<band> bands{
    {203, 203, {-7, -1, 0, 2}},
    {4096, 4096, {0}},
    {513, 513, {-3, -2, -1, 0, 1}},
    {200, 211, {-8, 3, 9}},
    {211, 200, {-4, 0, 7}},
    {5003, 5003, {-400, -399, 0, 17, 300}},
    {400, 400, {5, 6, 7, 8, 9, 10, 11, 12}},
    {400, 403, {-12}},
};

template <class Scalar, class Index>
csr<Scalar, Index> whole(const band& shape, unsigned seed) {
    csr<Scalar, Index> W{shape.rows, shape.cols, {0}, {}, {}};
    for (std::int64_t i = 0; i < shape.rows; ++i) {
        for (const std::int64_t o : shape.offsets)
            if (i + o >= 0 && i + o < shape.cols) W.indices.push_back(static_cast<Index>(i + o));
        W.indptr.push_back(static_cast<Index>(W.indices.size()));
    }
    for (const double w : matrices::random_vector(static_cast<std::int64_t>(W.indices.size()), seed))
        W.values.push_back(static_cast<Scalar>(w));
    return W;
}

}  // namespace

TEST_CASE_TEMPLATE("whole diagonals are found and hold every entry once", Index, std::int32_t, std::int64_t) {
    for (const band& shape : bands) {
        const auto W = whole<double, Index>(shape, 3);
        for (const int threads : {1, 3}) {
            const auto offsets = whole_diagonals(W.view(), threads);
            REQUIRE(offsets.has_value());
            CHECK(*offsets == shape.offsets);
            const auto D = make_diagonals(W.view(), *offsets, threads);
            CHECK(D.values.size() * sizeof(double) == diagonals<double>::bytes(shape.rows, D.count()));
            csr<double, Index> found{shape.rows, shape.cols, {0}, {}, {}};
            std::int64_t outside = 0;
            for (std::int64_t i = 0; i < shape.rows; ++i) {
                for (std::int64_t d = 0; d < D.count(); ++d) {
                    const double w = D.values[static_cast<std::size_t>(i / 8 * 8 * D.count() + 8 * d + i % 8)];
                    const std::int64_t j = i + shape.offsets[static_cast<std::size_t>(d)];
                    if (j >= 0 && j < shape.cols) {
                        found.indices.push_back(static_cast<Index>(j));
                        found.values.push_back(w);
                    } else if (w != 0.0) {
                        ++outside;
                    }
                }
                found.indptr.push_back(static_cast<Index>(found.indices.size()));
            }
            CHECK(outside == 0);
            CHECK(found.indptr == W.indptr);
            CHECK(found.indices == W.indices);
            CHECK(found.values == W.values);
        }
    }
}

TEST_CASE("a matrix that is not made of whole diagonals is none") {
    const band shape{203, 203, {-7, -1, 0, 2}};
    auto missing = whole<double, std::int32_t>(shape, 1);
    for (std::size_t i = 101; i < missing.indptr.size(); ++i) --missing.indptr[i];
    missing.indices.erase(missing.indices.begin() + missing.indptr[100]);
    missing.values.pop_back();
    CHECK_FALSE(whole_diagonals(missing.view(), 1));
    auto moved = whole<double, std::int32_t>(shape, 1);
    moved.indices[static_cast<std::size_t>(moved.indptr[51]) - 1] += 5;
    CHECK_FALSE(whole_diagonals(moved.view(), 1));
    auto unsorted = whole<double, std::int32_t>(shape, 1);
    std::swap(unsorted.indices[300], unsorted.indices[301]);
    CHECK_FALSE(whole_diagonals(unsorted.view(), 1));
    // A ring: its corner is a diagonal of one entry, for which a whole one would be kept.
    CHECK_FALSE(whole_diagonals(whole<double, std::int32_t>({100, 100, {-99, 1}}, 1).view(), 1));
    CHECK_FALSE(whole_diagonals(matrices::random_csr<double, std::int32_t>(200, 200, 0.05, 1).view(), 1));
    CHECK_FALSE(whole_diagonals(matrices::random_csr<double, std::int32_t>(20, 20, 1.1, 1).view(), 1));
    CHECK_FALSE(whole_diagonals(csr<double, std::int32_t>{0, 0, {0}, {}, {}}.view(), 1));
    CHECK_FALSE(whole_diagonals(csr<double, std::int32_t>{2, 2, {0, 0, 0}, {}, {}}.view(), 1));
}

TEST_CASE_TEMPLATE("products in diagonals have the bits of the CSR product", Scalar, float, double) {
    for (const band& shape : bands) {
        const auto W = whole<Scalar, std::int32_t>(shape, 7);
        const auto D = make_diagonals(W.view(), *whole_diagonals(W.view(), 2), 2);
        for (const std::int64_t b : {1, 2, 3, 5, 8, 15, 16, 19}) {
            const auto X = matrices::random_vector(shape.cols * b, 1), Z = matrices::random_vector(shape.rows * b, 2);
            const const_block x(X.data(), shape.cols, b), z(Z.data(), shape.rows, b);
            std::vector<double> forward(Z.size()), adjoint(X.size()), found(Z.size()), found_adjoint(X.size());
            for (const entry_map f : all_maps) {
                const double s = f == entry_map::absolute ? 0.25 : 1.0;
                spmm(W.view(), f, s, x, mutable_block(forward.data(), shape.rows, b), 1);
                spmm_adjoint(W.view(), f, s, z, mutable_block(adjoint.data(), shape.cols, b), 1);
                for (const instruction_set isa : all_sets) {
                    if (!is_available(isa)) continue;
                    for (const int threads : {1, 3}) {
                        std::fill(found.begin(), found.end(), -1.0);
                        std::fill(found_adjoint.begin(), found_adjoint.end(), -1.0);
                        spmm(D, f, s, x, mutable_block(found.data(), shape.rows, b), threads, nullptr, isa);
                        spmm_adjoint(D, f, s, z, mutable_block(found_adjoint.data(), shape.cols, b), threads, nullptr,
                                     isa);
                        CHECK_MESSAGE(found == forward, shape.rows, " ", b, " ", name_of(isa), " ", threads);
                        CHECK_MESSAGE(found_adjoint == adjoint, shape.rows, " ", b, " ", name_of(isa), " ", threads);
                    }
                }
            }
        }
    }
}

TEST_CASE("panels of a product in diagonals are handed on once each, as they are") {
    const band& shape = bands[5];
    const auto W = whole<double, std::int32_t>(shape, 7);
    const auto D = make_diagonals(W.view(), shape.offsets, 2);
    const auto x = matrices::random_vector(shape.rows, 1);
    std::vector<double> y(x.size()), written(x.size()), seen(x.size(), 0.0);
    spmm_adjoint(D, entry_map::identity, 1.0, const_block(x), mutable_block(y), 2);
    const auto add = [&](std::int64_t first, std::int64_t last, panel_in rows) {
        for (std::int64_t i = first; i < last; ++i) seen[static_cast<std::size_t>(i)] += entries_of(rows)[i - first];
    };
    const panel_task then(add);
    spmm_adjoint(D, entry_map::identity, 1.0, const_block(x), mutable_block(written), 2, &then);
    CHECK(seen == y);
}

TEST_CASE("an entry of x that is not finite reaches the rows on its diagonals and no others") {
    const band& shape = bands[0];
    const auto W = whole<double, std::int32_t>(shape, 7);
    const auto dense = matrices::dense(W.view());
    const auto D = make_diagonals(W.view(), shape.offsets, 1);
    for (const std::int64_t bad : {0, 3, 100, 202}) {
        std::vector<double> x(203, 1.0), y(203), z(203);
        x[static_cast<std::size_t>(bad)] = std::numeric_limits<double>::infinity();
        for (const instruction_set isa : all_sets) {
            if (!is_available(isa)) continue;
            spmm(D, entry_map::identity, 1.0, const_block(x), mutable_block(y), 1, nullptr, isa);
            spmm_adjoint(D, entry_map::identity, 1.0, const_block(x), mutable_block(z), 1, nullptr, isa);
            for (std::size_t i = 0; i < 203; ++i) {
                const auto at = static_cast<std::size_t>(bad);
                CHECK(std::isfinite(y[i]) == (dense[i * 203 + at] == 0.0));
                CHECK(std::isfinite(z[i]) == (dense[at * 203 + i] == 0.0));
            }
        }
    }
}

TEST_CASE("a band has one copy for all products, within memory") {
    const auto W = whole<double, std::int32_t>({3000, 3000, {-1, 0, 1, 2}}, 5);
    const std::size_t bytes = diagonals<double>::bytes(3000, 4);
    for (const std::size_t memory : {bytes - 1, bytes}) {
        const auto A = sparse_operator(W.view(), 2).prepared(memory);
        const auto B = sparse_operator(W.view(), 2);
        for (const std::int64_t b : {1, 3}) {
            const auto x = matrices::random_vector(3000 * b, 4);
            std::vector<double> y(x.size()), z(x.size());
            A.apply(const_block(x.data(), 3000, b), mutable_block(y.data(), 3000, b));
            B.apply(const_block(x.data(), 3000, b), mutable_block(z.data(), 3000, b));
            CHECK(y == z);
            A.apply_adjoint(const_block(x.data(), 3000, b), mutable_block(y.data(), 3000, b));
            B.apply_adjoint(const_block(x.data(), 3000, b), mutable_block(z.data(), 3000, b));
            CHECK(y == z);
        }
        CHECK((A.prepared_bytes() == bytes) == (memory == bytes));
    }
}

TEST_CASE_TEMPLATE("the two products in one sweep have the bits of the two", Scalar, float, double) {
    // Runs of panels begin and end where rows of Z need both sides, far and near.
    std::vector<band> shapes = bands;
    for (const band& longer :
         {band{5003, 5003, {-1, 0, 1, 2}}, band{4999, 5101, {-30, 7, 400}}, band{5101, 4999, {-3, -2}},
          band{5001, 5001, {3, 4, 9}}, band{5001, 5001, {-1100, -1, 0, 1100}}, band{4096, 4096, {0}}})
        shapes.push_back(longer);
    for (const band& shape : shapes) {
        const auto W = whole<Scalar, std::int32_t>(shape, 7);
        const auto D = make_diagonals(W.view(), shape.offsets, 2);
        for (const std::int64_t b : {1, 3, 8}) {
            const auto X = matrices::random_vector(shape.cols * b, 1), U = matrices::random_vector(shape.rows * b, 2);
            std::vector<double> y(U.size()), z(X.size()), found(U.size()), found_z(X.size());
            const const_block x(X.data(), shape.cols, b);
            const mutable_block Y(found.data(), shape.rows, b), Z(found_z.data(), shape.cols, b);
            for (const entry_map f : all_maps) {
                spmm(W.view(), f, 0.5, x, mutable_block(y.data(), shape.rows, b), 1);
                for (std::size_t i = 0; i < y.size(); ++i) y[i] = 2.0 * y[i] - U[i];
                spmm_adjoint(W.view(), f, 0.5, const_block(y.data(), shape.rows, b),
                             mutable_block(z.data(), shape.cols, b), 1);
                const auto between = [&](std::int64_t first, std::int64_t last, panel_in rows) {
                    if (entries_of(rows) != Y.row(first)) return;
                    for (auto i = static_cast<std::size_t>(first * b); i < static_cast<std::size_t>(last * b); ++i)
                        found[i] = 2.0 * found[i] - U[i];
                };
                for (const instruction_set isa : all_sets) {
                    if (!is_available(isa)) continue;
                    for (const int threads : {1, 3}) {
                        std::fill(found.begin(), found.end(), -1.0);
                        std::fill(found_z.begin(), found_z.end(), -1.0);
                        spmm_both(D, f, 0.5, x, Y, Z, threads, between, isa);
                        CHECK_MESSAGE(found == y, shape.rows, " ", b, " ", name_of(isa), " ", threads);
                        CHECK_MESSAGE(found_z == z, shape.rows, " ", b, " ", name_of(isa), " ", threads);
                    }
                }
            }
        }
    }
}

TEST_CASE("one sweep is for bands whose rows in between stay in a cache") {
    const auto sweeps = [](std::vector<std::int64_t> offsets) {
        return both_in_one_sweep(diagonals<double>{200'000, 200'000, std::move(offsets), {}});
    };
    CHECK(sweeps({-1, 0, 1, 2}));
    CHECK_FALSE(sweeps({-100'000, 0, 1}));
    std::vector<std::int64_t> many(64);
    for (std::int64_t d = 0; d < 64; ++d) many[static_cast<std::size_t>(d)] = d;
    CHECK_FALSE(sweeps(many));
}

TEST_CASE("a vector that goes past the caches has the bits of one that does not") {
    const std::int64_t n = 700'003;
    const auto W = whole<double, std::int32_t>({n, n, {-3, -1, 0, 2}}, 7);
    const auto D = make_diagonals(W.view(), {-3, -1, 0, 2}, 2);
    const auto x = matrices::random_vector(n, 1);
    buffer<double> y(static_cast<std::size_t>(n)), beside(y.size() + 1);
    REQUIRE(worth_streaming(const_block(y)));
    const mutable_block off_line(beside.data() + 1, n);
    REQUIRE_FALSE(worth_streaming(off_line));
    for (const instruction_set isa : all_sets) {
        if (!is_available(isa)) continue;
        spmm(D, entry_map::identity, 1.0, const_block(x), mutable_block(y), 3, nullptr, isa);
        spmm(D, entry_map::identity, 1.0, const_block(x), off_line, 2, nullptr, isa);
        CHECK(std::equal(y.begin(), y.end(), off_line.data));
        spmm_adjoint(D, entry_map::identity, 1.0, const_block(x), mutable_block(y), 3, nullptr, isa);
        spmm_adjoint(D, entry_map::identity, 1.0, const_block(x), off_line, 2, nullptr, isa);
        CHECK(std::equal(y.begin(), y.end(), off_line.data));
    }
}
