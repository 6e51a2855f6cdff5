#include "spectra/radius/small_block.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/complex_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

using complex_column = std::vector<std::complex<double>>;

// X with ||2^exponent X - B^power||_F <= 2^exponent error.
struct power_of_block {
    std::vector<double> X;
    std::size_t n;
    double error = 0.0;
    double power = 1.0;
    double exponent = 0.0;

    // (2^exponent s)^(1 / power), rounded in the direction of `side` (+1 or -1).
    [[nodiscard]] double root(double s, double side) const {
        if (!(s > 0.0)) return 0.0;
        return std::exp2((exponent + std::log2(s)) / power) * (1.0 + side * 0x1p-40);
    }

    [[nodiscard]] double frobenius() const { return norm2(X) * (1.0 + rounding_gamma(sum_depth(size()) + 4)); }

    [[nodiscard]] double upper() const { return root((frobenius() + error) * (1.0 + 0x1p-50), 1.0); }

    [[nodiscard]] double lower() const {
        double trace = 0.0;
        double terms = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            trace += X[i * n + i];
            terms += std::abs(X[i * n + i]);
        }
        const auto order = static_cast<double>(n);
        const double lost = 2.0 * rounding_gamma(static_cast<std::int64_t>(n)) * terms + std::sqrt(order) * error;
        return root((std::abs(trace) - lost * (1.0 + 0x1p-45)) / order * (1.0 - 0x1p-50), -1.0);
    }

    void square() {
        const double norm = frobenius();
        std::vector<double> Y(X.size(), 0.0);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < n; ++j) Y[i * n + j] += X[i * n + k] * X[k * n + j];
        // An underflowing product loses at most 2^-1074; after normalisation the norm is near 1.
        error = (rounding_gamma(static_cast<std::int64_t>(n) + 2) * norm * norm + 2.0 * norm * error + error * error) *
                    (1.0 + 0x1p-45) +
                0x1p-1000;
        X = std::move(Y);
        power *= 2.0;
        exponent *= 2.0;
        normalise();
    }

    void normalise() {
        const int e = binary_exponent(max_abs(X));
        for (double& x : X) x = std::ldexp(x, -e);
        // Entries that become subnormal round once more.
        error = std::ldexp(error, -e) + 0x1p-1000;
        exponent += e;
    }

    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(n * n); }
};

// f(A) of the block as a matrix that all ranks have.
std::vector<double> matrix_of(const irreducible_block& block, entry_map f, Ledger& ledger) {
    const space& S = block.domain();
    const std::int64_t n = block.size();
    const auto order = static_cast<std::size_t>(n);
    std::vector<double> identity(order * order, 0.0);
    for (std::size_t i = 0; i < order; ++i) identity[i * order + i] = 1.0;
    std::vector<double> own(static_cast<std::size_t>(S.length()) * order);
    const const_block own_identity(identity.data() + S.first() * n, S.length(), n);
    block.map().apply(f, as_block(own_identity), as_block(mutable_block(own.data(), S.length(), n)));
    ledger.count(n);
    std::vector<double> B(order * order);
    S.fold(B, [&](std::span<double> rows) { std::copy(own.begin(), own.end(), rows.begin() + S.first() * n); });
    return B;
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

// C = 2^-exponent D^-1 B D, D = 2^d, with its largest entry near 1, up to `error` in the Frobenius norm.
struct balanced_block {
    std::vector<double> C;
    std::vector<int> d;
    int exponent;
    double error;
};

// `errors`: what the entries of B may be off by; empty for 0.
balanced_block balance(const std::vector<double>& B, const std::vector<double>& errors, std::size_t n, bool lossless) {
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
    return {std::move(C), std::move(d), largest, 0x1p-1000 + before + off};
}

std::vector<double> transposed(const std::vector<double>& B, std::size_t n) {
    std::vector<double> T(B.size());
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) T[j * n + i] = B[i * n + j];
    return T;
}

complex_column column(const eigen_decomposition& d, std::size_t n, std::size_t k) {
    complex_column x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = d.vectors[i * n + k];
    return x;
}

double residual(const std::vector<double>& B, const complex_column& x, std::complex<double> theta) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        std::complex<double> r = -theta * x[i];
        for (std::size_t j = 0; j < x.size(); ++j) r += B[i * x.size() + j] * x[j];
        sum += std::norm(r);
    }
    return std::sqrt(sum);
}

// x_i 2^(sign d_i), normalised. The exponents are shifted first, so that the largest entry is near 1 for any d.
complex_column unbalanced(complex_column x, const std::vector<int>& d, int sign) {
    int largest = std::numeric_limits<int>::min();
    for (std::size_t i = 0; i < x.size(); ++i)
        if (x[i] != 0.0) largest = std::max(largest, binary_exponent(std::abs(x[i])) + sign * d[i]);
    double square = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const int shift = sign * d[i] - largest;
        if (x[i] != 0.0) x[i] = {std::ldexp(x[i].real(), shift), std::ldexp(x[i].imag(), shift)};
        square += std::norm(x[i]);
    }
    for (auto& z : x) z /= std::sqrt(square);
    return x;
}

// Writes the dominant eigenpair of B, with its left vector, from the balanced block; of the vector the entries of this
// process. Returns the uncertainty relative to the value, infinite without a pair.
double write_eigenpair(const balanced_block& balanced, const std::vector<double>& B, const space& S, Bracket& b) {
    constexpr double nothing = std::numeric_limits<double>::infinity();
    const std::int64_t order = S.size();
    const auto n = static_cast<std::size_t>(order);
    const auto& [C, d, exponent, error] = balanced;
    const std::vector<double> T = transposed(C, n);
    const eigen_decomposition right = eigen_decompose(C, order, true);
    const eigen_decomposition left = eigen_decompose(T, order, true);
    if (!right.converged || !left.converged) return nothing;
    const std::complex<double> theta = right.values.front();
    const auto nearest = std::min_element(left.values.begin(), left.values.end(), [&](const auto& a, const auto& c) {
        return std::abs(a - theta) < std::abs(c - theta);
    });
    const complex_column u = column(right, n, 0);
    // C^T v' = theta v', so v^* = v'^T.
    const complex_column v = column(left, n, static_cast<std::size_t>(nearest - left.values.begin()));
    const complex_column x = unbalanced(u, d, 1);
    const complex_column y = unbalanced(v, d, -1);
    const double radius = std::abs(theta);
    b.value = std::ldexp(radius, exponent);
    b.vector.assign(x.begin() + S.first(), x.begin() + S.first() + S.length());
    const std::complex<double> lambda(std::ldexp(theta.real(), exponent), std::ldexp(theta.imag(), exponent));
    b.residual = std::max(residual(B, x, lambda), residual(transposed(B, n), y, lambda));
    b.condition = 1.0 / std::abs(overlap(y, x));
    const auto next = std::find_if(right.values.begin(), right.values.end(),
                                   [&](const auto& z) { return std::abs(z) < radius * (1.0 - 1e-8); });
    if (next != right.values.end()) b.runner_up = std::ldexp(std::abs(*next), exponent);
    const double rounding = rounding_gamma(order) * norm2(C) + error;
    const double distance = std::max(residual(C, u, theta), residual(T, v, theta)) + rounding;
    const double uncertainty = distance / std::abs(overlap(v, u)) / radius;
    return std::isfinite(uncertainty) ? uncertainty : nothing;
}

}  // namespace

void solve_small_block(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    constexpr int squarings = 13;
    const auto n = static_cast<std::size_t>(block.size());
    const std::vector<double> B = matrix_of(block, entry_map::identity, ledger);
    // The entries of a map that has majorants alone are sums that have been rounded.
    std::vector<double> errors;
    if (block.map().modulus() == moduli::majorant) errors = matrix_of(block, entry_map::absolute, ledger);
    for (double& error : errors) error *= rounding_gamma(block.map().row_terms() + 2);
    const balanced_block balanced = balance(B, errors, n, block.map().lossless());
    power_of_block power{balanced.C, n, balanced.error, 1.0, static_cast<double>(balanced.exponent)};
    for (int i = 0; i <= squarings; ++i) {
        tighten_upper(b, {power.upper(), Grade::proved, 0.0, "Frobenius norm of a power"});
        tighten_lower(b, {power.lower(), Grade::proved, 0.0, "trace of a power"});
        if (!(power.error < 0.5 * power.frobenius())) break;
        power.square();
    }
    const double uncertainty = write_eigenpair(balanced, B, block.domain(), b);
    if (uncertainty <= options.rtol) {
        const double width = std::max(options.rtol, uncertainty);
        tighten_lower(b, {b.value * (1.0 - width), Grade::estimate, 0.0, "eigenvalue less its uncertainty"});
        b.status = Status::converged;
    } else if (!(uncertainty < 1.0)) {
        b.value = b.lower.value > 0.0 ? std::sqrt(b.lower.value) * std::sqrt(b.upper.value) : 0.5 * b.upper.value;
    }
    clamp_value(b);
    if (relative_width(b) <= options.rtol) b.status = Status::converged;
    ledger.record(b.lower.value, b.value, b.upper.value);
}

}  // namespace rhochain
