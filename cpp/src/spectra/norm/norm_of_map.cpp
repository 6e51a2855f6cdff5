#include "spectra/norm/norm_of_map.hpp"

#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "spectra/norm/adjoint_check.hpp"
#include "spectra/norm/chebyshev_bound.hpp"
#include "spectra/norm/entry_structure.hpp"
#include "spectra/norm/golub_kahan_run.hpp"
#include "spectra/norm/modulus_norm.hpp"
#include "spectra/norm/rayleigh_bound.hpp"
#include "spectra/norm/schur_test.hpp"
#include "spectra/structure/gram_interval.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

// Probes of the Chebyshev bound. More probes need fewer steps, and cost little more while their block fits into a
// cache.
std::int64_t probe_count(std::int64_t n) { return n <= 250'000 ? 8 : 1; }

// The lower bound from options.start.
void tighten_by_guess(const linear_map& A, vector_in start, double magnitude, Bracket& b, Ledger& ledger) {
    vector_block guess(A.domain());
    copy(start, guess, A.domain());
    // With entries near 1 no product underflows, which the error bound does not cover.
    scale_by_power(-binary_exponent(max_abs(guess, A.domain())), guess, A.domain());
    tighten_lower(b, rayleigh_lower_bound(A, guess, magnitude, ledger).lower);
}

// An accurate singular vector of one sign, as for W >= 0, is a start that proves an upper bound within rtol at once;
// this bound replaces a narrower PROBABLE one. Otherwise, and only while the bracket is wide, the start is the vector
// of ones.
void tighten_by_schur_test(const linear_map& A, vector_in v, const norm_accuracy& accuracy, Bracket& b,
                           Ledger& ledger) {
    constexpr double most_of_it = 0.99;
    if (b.upper.grade == Grade::proved && accuracy.met_by(b)) return;
    vector_block start(A.domain());
    copy_magnitudes(v, start, A.domain());
    const bool one_signed = std::abs(sum(v, A.domain())) >= most_of_it * sum(start, A.domain());
    if (!one_signed && (accuracy.met_by(b) || !std::isfinite(accuracy.upper_rtol))) return;
    if (!one_signed) fill(1.0, start, A.domain());
    const Bound proved = schur_upper_bound(A, start, b.lower.value, accuracy.rtol, ledger);
    tighten_upper(b, proved);
    if (proved.value <= b.value * (1.0 + accuracy.rtol)) b.upper = proved;
}

// Where the bracket of Golub-Kahan is wider than rtol: new probes, and a polynomial for the value found. No basis.
void tighten_by_chebyshev(const linear_map& A, const SolverOptions& options, const norm_accuracy& accuracy,
                          double magnitude, Bracket& b, Ledger& ledger) {
    if (accuracy.met_by(b) || !(b.value > 0.0) || ledger.exhausted()) return;
    chebyshev_probe probe;
    probe.guess = b.value;
    if (A.modulus() == moduli::majorant) probe.magnitude = magnitude;
    probe.delta = accuracy.half_delta();
    probe.probes = probe_count(A.cols());
    probe.stream = streams::norm_probes;
    constexpr std::int64_t most_chebyshev_steps = 1000;
    const double wanted = 0.93 * accuracy.upper_width();
    probe.accuracy = affordable_accuracy(A.cols(), probe.probes, probe.delta, wanted, most_chebyshev_steps);
    if (probe.guess * (1.0 + probe.accuracy) >= b.upper.value) return;
    Bound bound = chebyshev_upper_bound(irreducible_block(A), probe, options, ledger);
    bound.delta = options.delta;
    tighten_upper(b, bound);
}

// Where every vector is a singular vector.
Bracket norm_from_interval(const linear_map& A, const modulus_interval& moduli, Ledger& ledger) {
    Bracket b;
    tighten_by_interval(b, moduli);
    b.value = 0.5 * (moduli.lower + moduli.upper);
    vector_block v(A.domain()), image(A.range());
    fill(1.0 / std::sqrt(static_cast<double>(A.cols())), v, A.domain());
    A.apply(v, image);
    ledger.count();
    b.vector = complex_for_caller(v);
    b.residual = singular_residual(A, b.value, v, std::move(image), ledger);
    ledger.record(b.lower.value, b.value, b.upper.value);
    return b;
}

// Of a zero matrix, of which every vector is a singular vector.
Bracket norm_of_zero(const linear_map& A) {
    Bracket b = exact_bracket(0.0, "zero matrix");
    vector_block v(A.domain());
    fill(1.0 / std::sqrt(static_cast<double>(A.cols())), v, A.domain());
    b.vector = complex_for_caller(v);
    return b;
}

}  // namespace

Bracket norm_of_map(const linear_map& A, const SolverOptions& options, const NormGoal& goal) {
    validate(options, A.domain());
    if (!(goal.upper_rtol >= 0.0))
        throw std::invalid_argument("upper_rtol: got " + std::to_string(goal.upper_rtol) + ", expected at least 0");
    if (A.rows() == 0 || A.cols() == 0) return exact_bracket(0.0, "empty matrix");
    Ledger ledger(options, A.domain());
    Bracket b = norm_within(A, options, goal, ledger);
    ledger.close(b);
    return b;
}

Bracket norm_within(const linear_map& A, const SolverOptions& options, const NormGoal& goal, Ledger& ledger) {
    const norm_accuracy accuracy{options.rtol, goal.upper_rtol, options.delta};
    ledger.count(require_adjoint(A, options.seed));
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a norm is not negative"};
    b.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    double magnitude = std::numeric_limits<double>::infinity();  // bounds || |A| ||_2
    if (A.bounded()) {
        const norm_bounds norms = bound_norms(A);
        ledger.count(4);
        tighten_lower(b, norms.lower);
        tighten_upper(b, norms.upper);
        magnitude = norms.upper.value;
        if (norms.inf == 0.0) return norm_of_zero(A);
    }
    const entry_structure structure = structure_of_entries(A);
    if (structure.moduli) return norm_from_interval(A, *structure.moduli, ledger);
    // A rank may hold no entry of the start vector.
    if (A.domain().any(!options.start.empty())) tighten_by_guess(A, from_caller(options.start), magnitude, b, ledger);
    const bool modulus_decides = structure.signs_factorize;
    const norm_accuracy of_run = modulus_decides ? as_first_guess(accuracy) : accuracy;
    const top_estimate top = tighten_by_golub_kahan(A, options, of_run, b, ledger);
    image_of_vector behind = rayleigh_lower_bound(A, top.v, magnitude, ledger);
    tighten_lower(b, behind.lower);
    b.vector = complex_for_caller(top.v);
    if (modulus_decides)
        tighten_by_modulus(A, top.v, accuracy, b, ledger);
    else if (A.bounded())
        tighten_by_schur_test(A, top.v, accuracy, b, ledger);
    tighten_by_chebyshev(A, options, accuracy, magnitude, b, ledger);
    clamp_value(b);
    if (b.value > 0.0) b.residual = singular_residual(A, b.value, top.v, std::move(behind.image), ledger);
    if (relative_width(b) <= accuracy.rtol || (top.stable && accuracy.met_by(b))) b.status = Status::converged;
    ledger.record(b.lower.value, b.value, b.upper.value);
    return b;
}

}  // namespace rhochain
