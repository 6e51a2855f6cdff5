#include "spectra/radius/perron_of_block.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/solvers/magnitudes.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "operators/entry_image.hpp"
#include "spectra/norm/positive_resolvent.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t most_iterations = 1000;
constexpr std::int64_t iterations_between_krylov = 60;
constexpr std::int64_t polishing_iterations = 50;  // iterations spent on a tenth of rtol once rtol is met
constexpr std::int64_t krylov_steps = 60;
// Krylov steps go on while the width of the bounds falls by this factor within two of them.
constexpr double width_progress = 0.75;

// x stays above the floor, far from underflow; any positive x gives true bounds. An underflow in a product errs by less
// than 2^-1074 for each term, which the guard covers after the division by x >= floor.
constexpr double floor_of_x = 0x1p-400;
constexpr double underflow_guard = 0x1p-600;

// x <- |x| / 2^e with its largest entry in [1/2, 1), raised to the floor.
void keep_positive(const irreducible_block& block, vector_out x) {
    const int e = binary_exponent(max_abs(x, block.domain()));
    raise_magnitudes(-e, floor_of_x, x, block.domain());
    block.project(x);
}

struct collatz_wielandt {
    Bound lower;
    Bound upper;
};

// y = M x.
collatz_wielandt bounds_from(const irreducible_block& block, vector_in x, vector_in y) {
    const extremes e = ratio_extremes(y, x, block.domain());
    const double g = rounding_gamma(block.map().row_terms() + 4);
    return {{std::max(0.0, e.lowest * (1.0 - g) - underflow_guard), Grade::proved, 0.0, "Collatz-Wielandt"},
            {e.highest * (1.0 + g) + underflow_guard, Grade::proved, 0.0, "Collatz-Wielandt"}};
}

// Replaces x by the real part of the dominant Ritz vector of M from x, up to sign.
void krylov_step(const irreducible_block& block, const SolverOptions& options, vector_out x, Ledger& ledger) {
    const std::int64_t capacity = basis_capacity(options, block.size(), krylov_steps);
    arnoldi factorization(entry_image(block.map(), entry_map::absolute), x, capacity);
    run_stage stage(ledger, [&](state_archive& s) {
        factorization.exchange(s);
        s.require(factorization.capacity() == capacity);
    });
    while (!stage.finished() && factorization.size() < capacity && !factorization.invariant() && !stage.exhausted()) {
        stage.mark();
        factorization.expand();
        ledger.count();
    }
    stage.close();
    const std::int64_t k = factorization.size();
    if (k == 0) return;
    const eigen_decomposition ritz = eigen_decompose(factorization.projected(), k, true);
    if (!ritz.converged) return;
    std::vector<double> c(static_cast<std::size_t>(k));
    for (std::int64_t i = 0; i < k; ++i)
        c[static_cast<std::size_t>(i)] = ritz.vectors[static_cast<std::size_t>(i * k)].real();
    factorization.basis().combine(c, x);
}

// Where |A| is symmetric, x^T |A| x / x^T x bounds rho(|A|) from below and the x of positive_resolvent.hpp from
// above, a hundredth of rtol apart where that costs little.
void tighten_by_resolvent(const irreducible_block& block, const SolverOptions& options, Bracket& b, vector_out x,
                          Ledger& ledger) {
    constexpr std::int64_t large = 250'000;
    const space& S = block.domain();
    const entry_image M(block.map(), entry_map::absolute);
    const double distance = (block.size() <= large ? 0.008 : 0.8) * options.rtol;
    copy(positive_resolvent(block.with_map(linear_map::borrowed(M)), 1, x, b.value, distance, ledger), x, S);
    keep_positive(block, x);
    vector_block y(S);
    block.map().apply(entry_map::absolute, x, y);
    ledger.count();
    const collatz_wielandt now = bounds_from(block, x, y);
    tighten_lower(b, now.lower);
    tighten_upper(b, now.upper);
    const double quotient = dot(x, y, S) / dot(x, x, S);
    const double rounding = rounding_gamma(block.map().row_terms() + 2 * S.sum_depth() + 8);
    tighten_lower(b, {std::max(0.0, quotient * (1.0 - rounding) - underflow_guard), Grade::proved, 0.0,
                      "Rayleigh quotient of |W|"});
    b.value = std::clamp(quotient, b.lower.value, b.upper.value);
    if (relative_width(b) <= options.rtol) b.status = Status::converged;
    ledger.record(b.lower.value, b.value, b.upper.value);
}

// (product of |w|)^(1/n) for a block in which every row has one entry.
Bracket single_cycle_radius(const irreducible_block& block, Ledger& ledger) {
    const space& S = block.domain();
    vector_block ones(S), weights(S);
    fill(1.0, ones, S);
    block.map().apply(entry_map::absolute, ones, weights);
    ledger.count();
    const double largest = max_abs(weights, S);
    // Beside a huge weight another one may underflow. Then the only bound is that no mean exceeds the largest weight.
    constexpr double safely_normal = 0x1p-1000;
    if (least_entry(weights, S) < safely_normal) {
        Bracket wide;
        wide.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
        wide.upper = {largest, Grade::proved, 0.0, "largest weight of a cycle"};
        wide.value = 0.5 * largest;
        return wide;
    }
    const scaled all = product(weights, S);
    const double log2 = static_cast<double>(all.exponent) + std::log2(all.mantissa);
    const double radius = std::exp2(log2 / static_cast<double>(block.size()));
    // n products, one logarithm and one exponential of an argument below 1100, each to a few units of rounding.
    constexpr double rounding = 0x1p-40;
    Bracket b;
    b.value = radius;
    b.lower = {radius * (1.0 - rounding), Grade::proved, 0.0, "geometric mean of a cycle"};
    b.upper = {radius * (1.0 + rounding), Grade::proved, 0.0, "geometric mean of a cycle"};
    b.status = Status::converged;
    return b;
}

}  // namespace

Bracket perron_of_block(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    if (block.facts().single_cycle) return single_cycle_radius(block, ledger);
    const space& S = block.domain();
    vector_block x(S), y(S);
    if (S.any(!options.start.empty())) {
        copy(from_caller(options.start), x, S);
        keep_positive(block, x);
    } else {
        fill(1.0, x, S);
    }
    block.project(x);
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
    b.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    std::vector<double> widths;
    std::int64_t iteration = 0;
    run_stage stage(ledger, [&](state_archive& s) {
        s(x, S);
        exchange(s, b);
        s(widths);
        s.within(iteration, 0, most_iterations);
    });
    // A state has the bounds of its x.
    for (bool has_bounds = stage.resumed(); !stage.finished(); ++iteration, has_bounds = false) {
        block.map().apply(entry_map::absolute, x, y);
        if (!has_bounds) {
            ledger.count();
            const collatz_wielandt now = bounds_from(block, x, y);
            tighten_lower(b, now.lower);
            tighten_upper(b, now.upper);
            b.value = std::clamp(dot(x, y, S) / dot(x, x, S), b.lower.value, b.upper.value);
            ledger.record(b.lower.value, b.value, b.upper.value);
        }
        const double width = relative_width(b);
        if (width <= options.rtol) b.status = Status::converged;
        if (width <= 0.1 * options.rtol || (b.status == Status::converged && iteration >= polishing_iterations)) break;
        if (iteration == most_iterations || stage.exhausted()) break;
        stage.mark();
        if (iteration % iterations_between_krylov == iterations_between_krylov - 1) {
            stage.hold();
            if (block.has_symmetric_modulus()) {
                tighten_by_resolvent(block, options, b, x, ledger);
                break;
            }
            widths.push_back(width);
            const std::size_t looks = widths.size();
            if (looks > 2 && !(width <= width_progress * widths[looks - 3])) break;
            krylov_step(block, options, x, ledger);
            stage.release();
        } else {
            combine(1.0, y, 0.25 * b.lower.value, x, S);
        }
        keep_positive(block, x);
    }
    stage.close();
    b.vector = complex_for_caller(x);
    return b;
}

Bound perron_upper_bound(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    constexpr std::int64_t products = 40;
    const SolverOptions few = ledger.inner_options(options, products);
    Ledger own(few, block.domain());
    const Bracket b = perron_of_block(block, few, own);
    ledger.count(own.matvecs());
    return {b.upper.value, Grade::proved, 0.0, "rho(|W|), Collatz-Wielandt"};
}

}  // namespace rhochain
