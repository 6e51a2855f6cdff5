#include "spectra/radius/small_block.hpp"

#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/storage/scaled.hpp>
#include "spectra/radius/dense_eigenpair.hpp"
#include "spectra/radius/verified_discs.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

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

void bound_by_powers(const dense_block& dense, Bracket& b) {
    constexpr int squarings = 13;
    power_of_block power{
        {dense.C.begin(), dense.C.end()}, dense.d.size(), dense.error, 1.0, static_cast<double>(dense.exponent)};
    for (int i = 0; i <= squarings; ++i) {
        tighten_upper(b, {power.upper(), Grade::proved, 0.0, "Frobenius norm of a power"});
        tighten_lower(b, {power.lower(), Grade::proved, 0.0, "trace of a power"});
        if (!(power.error < 0.5 * power.frobenius())) break;
        power.square();
    }
}

// Tightens b by discs and writes their eigenpair. Returns whether both ends are PROVED and within `width`.
bool enclosed(const irreducible_block& block, const dense_block& dense, const radius_discs& discs, double width,
              Bracket& b) {
    if (!discs.found()) return false;
    b.value = std::ldexp(std::abs(discs.theta), dense.exponent);
    const char* source = "discs around the eigenvalues";
    tighten_upper(b, {shifted_up(discs.upper, dense.exponent), Grade::proved, 0.0, source});
    tighten_lower(b, {shifted_down(discs.lower, dense.exponent), Grade::proved, 0.0, source});
    if (!is_proved(b, width)) return false;
    write_eigenpair({discs.theta, discs.right, discs.left, discs.runner_up}, dense, block, b);
    clamp_value(b);
    return is_proved(b, width);
}

std::string reason_of(const radius_discs& discs) {
    return discs.found() ? "the discs around the outer eigenvalues are wide" : discs.failure;
}

}  // namespace

std::string enclose_block(const irreducible_block& block, const SolverOptions& options, double width, Bracket& b,
                          Ledger& ledger) {
    const dense_block dense = balanced_matrix(block, ledger);
    const radius_discs discs = enclose_radius(dense.C, dense.size(), dense.error);
    const bool done = enclosed(block, dense, discs, width, b);
    if (!done) return reason_of(discs);
    b.status = relative_width(b) <= options.rtol ? Status::converged : Status::bracketed;
    ledger.record(b.lower.value, b.value, b.upper.value);
    return {};
}

std::string solve_small_block(const irreducible_block& block, const SolverOptions& options, Bracket& b,
                              Ledger& ledger) {
    const dense_block dense = balanced_matrix(block, ledger);
    const radius_discs discs = enclose_radius(dense.C, dense.size(), dense.error);
    if (enclosed(block, dense, discs, options.rtol, b)) {
        b.status = Status::converged;
        ledger.record(b.lower.value, b.value, b.upper.value);
        return {};
    }
    bound_by_powers(dense, b);
    const double uncertainty = write_eigenpair(decomposed_pair(dense), dense, block, b);
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
    return reason_of(discs);
}

}  // namespace rhochain
