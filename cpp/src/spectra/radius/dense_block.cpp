#include "spectra/radius/dense_block.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

// f(A) of the block: from products with unit vectors.
std::vector<double> multiplied_out(const irreducible_block& block, entry_map f, Ledger& ledger) {
    const space& S = block.domain();
    const std::int64_t n = block.size();
    const auto order = static_cast<std::size_t>(n);
    const auto vertex = [&block](std::int64_t i) {
        return block.is_in_place() ? block.members()[static_cast<std::size_t>(i)] : i;
    };
    std::vector<double> units(static_cast<std::size_t>(S.length()) * order, 0.0);
    std::vector<double> products(units.size());
    const auto own = [&S](std::int64_t i) { return i >= S.first() && i < S.first() + S.length(); };
    for (std::int64_t i = 0; i < n; ++i)
        if (own(vertex(i))) units[static_cast<std::size_t>((vertex(i) - S.first()) * n + i)] = 1.0;
    block.map().apply(f, as_block(const_block(units.data(), S.length(), n)),
                      as_block(mutable_block(products.data(), S.length(), n)));
    ledger.count(n);
    std::vector<double> B(order * order);
    S.fold(B, [&](std::span<double> rows) {
        for (std::int64_t i = 0; i < n; ++i)
            if (own(vertex(i))) std::copy_n(products.begin() + (vertex(i) - S.first()) * n, n, rows.begin() + i * n);
    });
    return B;
}

// A itself, from its entries.
template <class View>
std::vector<double> read_out(const View& W, bool transposed, double scale) {
    const std::int64_t n = W.rows();
    std::vector<double> B(static_cast<std::size_t>(n * n), 0.0);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const std::int64_t j = W.column(p);
            B[static_cast<std::size_t>(transposed ? j * n + i : i * n + j)] += scale * W.value(p);
        }
    return B;
}

std::vector<double> matrix_of(const irreducible_block& block, Ledger& ledger) {
    const linear_map& A = block.map();
    if (A.entries() == nullptr || block.is_in_place()) return multiplied_out(block, entry_map::identity, ledger);
    const double scale = std::ldexp(1.0, -A.exponent());
    return A.entries()->visit([&](const auto& W) { return read_out(W, A.entries()->transposed, scale); });
}

// Osborne's balancing with powers of two, on the exponents of the entries alone: the returned d makes rows and columns
// of D^-1 B D, D = 2^d, nearly equal.
std::vector<int> balancing_exponents(const std::vector<double>& B, std::size_t n) {
    constexpr int most_sweeps = 20;
    constexpr int none = std::numeric_limits<int>::min();
    std::vector<int> d(n, 0);
    const auto exponent = [&](std::size_t i, std::size_t j) {
        const double x = B[i * n + j];
        return i == j || x == 0.0 ? none : binary_exponent(x) - d[i] + d[j];
    };
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
        bool changed = false;
        for (std::size_t i = 0; i < n; ++i) {
            int row = none;
            int column = none;
            for (std::size_t j = 0; j < n; ++j) {
                row = std::max(row, exponent(i, j));
                column = std::max(column, exponent(j, i));
            }
            if (row == none || column == none) continue;
            const int e = (row - column) / 2;
            d[i] += e;
            changed = changed || e != 0;
        }
        if (!changed) break;
    }
    return d;
}

// `errors`: what the entries of B may be off by; empty for 0.
dense_block balance(std::vector<double> B, const std::vector<double>& errors, std::size_t n, bool lossless) {
    constexpr int none = std::numeric_limits<int>::min();
    std::vector<double> sizes = B;
    for (std::size_t p = 0; p < errors.size(); ++p) sizes[p] = std::abs(B[p]) + errors[p];
    std::vector<int> d = balancing_exponents(sizes, n);
    int largest = none;
    for (std::size_t p = 0; p < sizes.size(); ++p)
        if (sizes[p] != 0.0) largest = std::max(largest, binary_exponent(sizes[p]) - d[p / n] + d[p % n]);
    if (largest == none) largest = 0;
    std::vector<double> C(B.size());
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) C[i * n + j] = std::ldexp(B[i * n + j], d[j] - d[i] - largest);
    // An entry of C that underflows loses at most 2^-1074. An entry of B that did so before, D magnifies.
    const auto [low, high] = std::minmax_element(d.begin(), d.end());
    const double before = lossless ? 0.0 : std::ldexp(static_cast<double>(n), *high - *low - largest - 1074);
    double squares = 0.0;
    for (std::size_t i = 0; i < n && !errors.empty(); ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const double error = std::ldexp(errors[i * n + j], d[j] - d[i] - largest);
            squares += error * error;
        }
    // A square that underflows is one of an error below 2^-510.
    const double off = errors.empty() ? 0.0 : std::sqrt(squares) * (1.0 + 0x1p-40) + 0x1p-500;
    return {std::move(B), std::move(C), std::move(d), largest, 0x1p-1000 + before + off};
}

}  // namespace

dense_block balanced_matrix(const irreducible_block& block, Ledger& ledger) {
    const linear_map& A = block.map();
    std::vector<double> B = matrix_of(block, ledger);
    // The entries of a map that has majorants alone are sums that have been rounded.
    std::vector<double> errors;
    if (A.modulus() == moduli::majorant) errors = multiplied_out(block, entry_map::absolute, ledger);
    for (double& error : errors) error *= rounding_gamma(A.row_terms() + 2);
    return balance(std::move(B), errors, static_cast<std::size_t>(block.size()), A.lossless());
}

}  // namespace rhochain
