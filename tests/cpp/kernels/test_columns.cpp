// Blocks of any number of columns, in arrays behind which no memory may be touched.
#include "matrices.hpp"

#include <rhochain/kernels/products/diagonal_layout.hpp>
#include <rhochain/kernels/products/diagonal_product.hpp>
#include <rhochain/kernels/products/gemm.hpp>
#include <rhochain/kernels/products/sell_layout.hpp>
#include <rhochain/kernels/products/sell_product.hpp>
#include <rhochain/kernels/products/spmm.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#if defined(__unix__)
#include <sys/mman.h>
#include <unistd.h>
#endif

using namespace rhochain;

namespace {

// Numbers whose last one ends with a page; a kernel that reads or writes on into the next page is stopped, where the
// system can do so.
class fenced {
public:
    explicit fenced(std::int64_t count) : count_(static_cast<std::size_t>(count)) {
#if defined(__unix__)
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t bytes = (count_ * sizeof(double) + page - 1) / page * page;
        whole_ = bytes + page;
        start_ = static_cast<char*>(mmap(nullptr, whole_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        REQUIRE(start_ != MAP_FAILED);
        REQUIRE(mprotect(start_ + bytes, page, PROT_NONE) == 0);
        data_ = reinterpret_cast<double*>(start_ + bytes) - count_;
#else
        numbers_.resize(count_);
        data_ = numbers_.data();
#endif
    }
    fenced(std::int64_t count, unsigned seed) : fenced(count) {
        const auto x = matrices::random_vector(count, seed);
        std::copy(x.begin(), x.end(), data_);
    }
    ~fenced() {
#if defined(__unix__)
        munmap(start_, whole_);
#endif
    }
    fenced(const fenced&) = delete;
    fenced& operator=(const fenced&) = delete;

    [[nodiscard]] double* data() { return data_; }
    [[nodiscard]] std::vector<double> copy() const { return {data_, data_ + count_}; }

private:
    std::size_t count_;
    double* data_;
#if defined(__unix__)
    std::size_t whole_;
    char* start_;
#else
    std::vector<double> numbers_;
#endif
};

// Y = W X, each sum from the first entry of a row to its last.
template <class Scalar, class Index>
std::vector<double> plain(const csr<Scalar, Index>& W, const double* X, std::int64_t b) {
    std::vector<double> Y(static_cast<std::size_t>(W.n_rows * b), 0.0);
    const auto view = W.view();
    for (std::int64_t i = 0; i < W.n_rows; ++i)
        for (std::int64_t p = view.row_begin(i); p < view.row_end(i); ++p)
            for (std::int64_t c = 0; c < b; ++c)
                Y[static_cast<std::size_t>(i * b + c)] +=
                    static_cast<double>(view.value(p)) * X[view.column(p) * b + c];
    return Y;
}

// Product(x, y, isa) for each number of columns and each instruction set, against what is expected of x.
template <class Product, class Expected>
void check_columns(std::int64_t rows, std::int64_t cols, const Product& product, const Expected& expected) {
    for (std::int64_t b = 1; b <= 33; ++b) {
        fenced X(cols * b, static_cast<unsigned>(b));
        const std::vector<double> Y = expected(X.data(), b);
        for (const instruction_set isa : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
            if (!is_available(isa)) continue;
            fenced Z(rows * b);
            product(const_block(X.data(), cols, b), mutable_block(Z.data(), rows, b), isa);
            CHECK_MESSAGE(Z.copy() == Y, b, " columns, ", name_of(isa));
        }
    }
}

}  // namespace

TEST_CASE_TEMPLATE(
    "sparse products with 1 to 33 columns have the bits of a plain loop and touch nothing behind X and Y", Scalar,
    float, double) {
    const auto W = matrices::random_csr<Scalar, std::int32_t>(61, 83, 0.2, 3);
    const auto T = transpose(W.view());
    const auto rows = make_sell(W.view(), 1);
    const auto columns = make_transposed_sell(W.view(), 1);
    const auto forward = [&](const double* X, std::int64_t b) { return plain(W, X, b); };
    const auto product_with = [](const auto& layout) {
        return [&](auto x, auto y, auto isa) { spmm(layout, entry_map::identity, 1.0, x, y, 1, nullptr, isa); };
    };
    const auto view = W.view();
    check_columns(61, 83, product_with(view), forward);
    check_columns(61, 83, product_with(rows), forward);
    check_columns(83, 61, product_with(columns), [&](const double* X, std::int64_t b) { return plain(T, X, b); });
}

TEST_CASE("products of a band with 1 to 33 columns have the bits of a plain loop and touch nothing behind X and Y") {
    constexpr std::int64_t n = 203;
    const auto W = matrices::bands(n, {{-3, 0.3}, {-1, -1.7}, {0, 0.9}, {4, 1.1}}, false);
    const auto T = transpose(W.view());
    auto offsets = whole_diagonals(W.view(), 1);
    REQUIRE(offsets.has_value());
    const auto D = make_diagonals(W.view(), *offsets, 1);
    check_columns(
        n, n, [&](auto x, auto y, auto isa) { spmm(D, entry_map::identity, 1.0, x, y, 1, nullptr, isa); },
        [&](const double* X, std::int64_t b) { return plain(W, X, b); });
    check_columns(
        n, n, [&](auto x, auto y, auto isa) { spmm_adjoint(D, entry_map::identity, 1.0, x, y, 1, nullptr, isa); },
        [&](const double* X, std::int64_t b) { return plain(T, X, b); });
}

TEST_CASE(
    "dense products with 1 to 33 columns have the same bits with every instruction set and touch nothing behind X and "
    "Y") {
    constexpr std::int64_t m = 13, n = 21;
    const auto entries = matrices::random_vector(m * n, 5);
    const dense_view<double> W{m, n, entries};
    check_columns(
        m, n, [&](auto x, auto y, auto isa) { gemm(W, entry_map::identity, 1.0, x, y, 1, isa); },
        [&](double* X, std::int64_t b) {
            fenced Y(m * b);
            gemm(W, entry_map::identity, 1.0, const_block(X, n, b), mutable_block(Y.data(), m, b), 1,
                 instruction_set::baseline);
            return Y.copy();
        });
    check_columns(
        n, m, [&](auto x, auto y, auto isa) { gemm_adjoint(W, entry_map::identity, 1.0, x, y, 1, isa); },
        [&](const double* X, std::int64_t b) {
            std::vector<double> Y(static_cast<std::size_t>(n * b), 0.0);
            for (std::int64_t i = 0; i < m; ++i)
                for (std::int64_t j = 0; j < n; ++j)
                    for (std::int64_t c = 0; c < b; ++c)
                        Y[static_cast<std::size_t>(j * b + c)] +=
                            entries[static_cast<std::size_t>(i * n + j)] * X[i * b + c];
            return Y;
        });
}
