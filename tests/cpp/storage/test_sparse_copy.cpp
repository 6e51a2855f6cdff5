#include "matrices.hpp"

#include <rhochain/storage/sparse_copy.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace rhochain;

namespace {

template <class Scalar, class Index>
void check_copies(std::int64_t rows, std::int64_t cols, unsigned seed) {
    const auto W = matrices::random_csr<Scalar, Index>(rows, cols, 0.2, seed);
    std::vector<Scalar> entries(static_cast<std::size_t>(rows * cols), Scalar{0});
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t p = W.view().row_begin(i); p < W.view().row_end(i); ++p)
            entries[static_cast<std::size_t>(i * cols + W.view().column(p))] = W.view().value(p);
    const dense_view<Scalar> D{rows, cols, entries};
    CHECK(count_nonzero(D) == W.view().nnz());
    const auto same = sparse_copy<Index>(D, false, W.view().nnz());
    CHECK(same.indptr == W.indptr);
    CHECK(same.indices == W.indices);
    CHECK(same.values == W.values);
    const auto turned = sparse_copy<Index>(D, true, W.view().nnz());
    const auto wanted = transpose(W.view());
    CHECK(turned.n_rows == cols);
    CHECK(turned.indptr == wanted.indptr);
    CHECK(turned.indices == wanted.indices);
    CHECK(turned.values == wanted.values);
}

}  // namespace

TEST_CASE("a sparse copy has the entries that are not 0") {
    unsigned seed = 0;
    for (const auto& [rows, cols] : {std::pair{1, 1}, std::pair{1, 70}, std::pair{70, 1}, std::pair{33, 57}}) {
        check_copies<double, std::int32_t>(rows, cols, ++seed);
        check_copies<float, std::int64_t>(rows, cols, ++seed);
    }
}

TEST_CASE("large arrays of at most a fifth of entries are worth a copy") {
    CHECK(worth_sparse_copy(100, 100, 2000));
    CHECK(!worth_sparse_copy(100, 100, 2001));
    CHECK(!worth_sparse_copy(99, 101, 10));
    CHECK(sparse_copy_bytes(100, 100, 2000, 8) == 2000 * 12 + 101 * 4);
    CHECK(!fits_int32(std::int64_t{1} << 31, 1, 1));
}
