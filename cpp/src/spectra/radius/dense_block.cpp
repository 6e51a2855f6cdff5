#include "spectra/radius/dense_block.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

// f(A) of the block: from products with unit vectors.
buffer<double> multiplied_out(const irreducible_block& block, entry_map f, Ledger& ledger) {
    const space& S = block.domain();
    const std::int64_t n = block.size();
    const auto order = static_cast<std::size_t>(n);
    const auto vertex = [&block](std::int64_t i) {
        return block.is_in_place() ? block.members()[static_cast<std::size_t>(i)] : i;
    };
    buffer<double> units(static_cast<std::size_t>(S.length()) * order, 0.0);
    buffer<double> products(units.size());
    const auto own = [&S](std::int64_t i) { return i >= S.first() && i < S.first() + S.length(); };
    for (std::int64_t i = 0; i < n; ++i)
        if (own(vertex(i))) units[static_cast<std::size_t>((vertex(i) - S.first()) * n + i)] = 1.0;
    block.map().apply(f, as_block(const_block(units.data(), S.length(), n)),
                      as_block(mutable_block(products.data(), S.length(), n)));
    ledger.count(n);
    buffer<double> B(order * order, 0.0);
    S.fold(B, [&](std::span<double> rows) {
        for (std::int64_t i = 0; i < n; ++i)
            if (own(vertex(i))) std::copy_n(products.begin() + (vertex(i) - S.first()) * n, n, rows.begin() + i * n);
    });
    return B;
}

// A itself, from its entries.
template <class View>
buffer<double> read_out(const View& W, bool transposed, double scale) {
    const std::int64_t n = W.rows();
    buffer<double> B(static_cast<std::size_t>(n * n), 0.0);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const std::int64_t j = W.column(p);
            B[static_cast<std::size_t>(transposed ? j * n + i : i * n + j)] += scale * W.value(p);
        }
    return B;
}

buffer<double> matrix_of(const irreducible_block& block, Ledger& ledger) {
    const linear_map& A = block.map();
    if (A.entries() == nullptr || block.is_in_place()) return multiplied_out(block, entry_map::identity, ledger);
    const double scale = std::ldexp(1.0, -A.exponent());
    return A.entries()->visit([&](const auto& W) { return read_out(W, A.entries()->transposed, scale); });
}

// The binary exponents of the entries; of a zero one below that of all others, however it is balanced.
constexpr int exponent_of_zero = -(1 << 24);

buffer<int> exponents_of(const buffer<double>& B) {
    buffer<int> exponents(B.size());
    for (std::size_t p = 0; p < B.size(); ++p) exponents[p] = B[p] == 0.0 ? exponent_of_zero : binary_exponent(B[p]);
    return exponents;
}

buffer<int> transposed(const buffer<int>& M, std::size_t n) {
    buffer<int> T(M.size());
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) T[j * n + i] = M[i * n + j];
    return T;
}

// Osborne's balancing with powers of two, on the exponents of the entries alone: the returned d makes rows and columns
// of D^-1 B D, D = 2^d, nearly equal.
std::vector<int> balancing_exponents(const buffer<int>& exponents, std::size_t n) {
    constexpr int most_sweeps = 20;
    constexpr int nothing = exponent_of_zero / 2;
    const buffer<int> columns = transposed(exponents, n);
    std::vector<int> d(n, 0);
    // The largest exponent of a line, without the diagonal, where entry j has that of `line` plus side d[j].
    const auto largest = [&](const int* line, std::size_t i, int side) {
        int most = exponent_of_zero;
        for (std::size_t j = 0; j < i; ++j) most = std::max(most, line[j] + side * d[j]);
        for (std::size_t j = i + 1; j < n; ++j) most = std::max(most, line[j] + side * d[j]);
        return most;
    };
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
        bool changed = false;
        for (std::size_t i = 0; i < n; ++i) {
            const int row = largest(exponents.data() + i * n, i, 1);
            const int column = largest(columns.data() + i * n, i, -1);
            if (row <= nothing || column <= nothing) continue;
            const int e = ((row - d[i]) - (column + d[i])) / 2;
            d[i] += e;
            changed = changed || e != 0;
        }
        if (!changed) break;
    }
    return d;
}

// 2^e x, rounded once.
double shifted(double x, int e) {
    constexpr int least = std::numeric_limits<double>::min_exponent - 1;
    constexpr int bias = std::numeric_limits<double>::max_exponent - 1;
    if (e < least || e > bias) return std::ldexp(x, e);
    return x * std::bit_cast<double>(static_cast<std::uint64_t>(e + bias) << (std::numeric_limits<double>::digits - 1));
}

// `errors`: what the entries of B may be off by; empty for 0.
dense_block balance(buffer<double> B, const buffer<double>& errors, std::size_t n, bool lossless) {
    buffer<double> sizes;
    for (std::size_t p = 0; p < errors.size(); ++p) sizes.push_back(std::abs(B[p]) + errors[p]);
    const buffer<int> exponents = exponents_of(errors.empty() ? B : sizes);
    std::vector<int> d = balancing_exponents(exponents, n);
    int largest = exponent_of_zero;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) largest = std::max(largest, exponents[i * n + j] - d[i] + d[j]);
    if (largest <= exponent_of_zero / 2) largest = 0;
    buffer<double> C(B.size());
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) C[i * n + j] = shifted(B[i * n + j], d[j] - d[i] - largest);
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
    buffer<double> B = matrix_of(block, ledger);
    // The entries of a map that has majorants alone are sums that have been rounded.
    buffer<double> errors;
    if (A.modulus() == moduli::majorant) errors = multiplied_out(block, entry_map::absolute, ledger);
    for (double& error : errors) error *= rounding_gamma(A.row_terms() + 2);
    return balance(std::move(B), errors, static_cast<std::size_t>(block.size()), A.lossless());
}

}  // namespace rhochain
