#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/small_dense.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/spectra/adjoint_check.hpp>
#include <rhochain/spectra/chebyshev_bound.hpp>
#include <rhochain/spectra/lanczos_bound.hpp>
#include <rhochain/spectra/norms.hpp>
#include <rhochain/spectra/schur_test.hpp>
#include <rhochain/spectra/singular_restart.hpp>
#include <rhochain/spectra/spectral_norm.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t most_steps = 200;

// Each of the two random upper bounds has half of delta.
double half_delta(const SolverOptions& options) { return 0.5 * options.delta; }

// How far above the value the upper bound may stay.
double wanted_upper(const SolverOptions& options, double value) {
    return value * (1.0 + std::max(options.rtol, options.upper_rtol));
}

// Whether the bracket is as narrow as asked for, given that the value has settled.
bool narrow_enough(const SolverOptions& options, const Bracket& b) {
    return relative_width(b) <= options.rtol ||
           (options.upper_rtol > options.rtol && b.upper.value <= wanted_upper(options, b.value));
}

// In the first steps a singular value may yet come up that the start hardly contains. Waiting for it costs little where vectors
// are short; a basis of 20 long ones has taken 128 MiB by then.
std::int64_t steps_of_patience(std::int64_t n) {
    constexpr std::int64_t numbers = std::int64_t{1} << 24;
    return std::clamp<std::int64_t>(numbers / n, 20, 40);
}

// Probes of the Chebyshev bound. More of them need fewer steps, and cost little more while a block of them stays in cache.
std::int64_t probe_count(std::int64_t n) { return n <= 250'000 ? 8 : 1; }

struct image_of_vector {
    buffer<double> image;  // A v
    Bound lower;
};

// ||A v|| / ||v|| from below, with every rounding error of the products and the norms taken off: that of the product is at most
// g(m) || |A| |v| ||, and || |A| ||_2 at most `magnitude`, which mostly is all there is to know about it.
image_of_vector rayleigh_lower_bound(operator_ref A, vector_in v, double magnitude, int threads, Ledger& ledger) {
    constexpr double negligible = 0x1p-40;
    image_of_vector result{buffer<double>(static_cast<std::size_t>(A.rows())), {}};
    A.apply(const_block(v), mutable_block(result.image));
    ledger.count();
    const double norms = rounding_gamma(sum_depth(std::max(A.rows(), A.cols())) + 4);
    const double length = norm2(v, threads) * (1.0 + norms);
    const double image = norm2(result.image, threads) * (1.0 - norms);
    if (!A.entrywise()) {
        result.lower = {image / length, Grade::estimate, 0.0, "||W v|| / ||v||"};
        return result;
    }
    const double rounding = rounding_gamma(A.row_terms() + 2);
    double error = rounding * magnitude * length * (1.0 + norms);
    if (!(error <= negligible * image)) {
        buffer<double> magnitudes(v.size()), y(result.image.size());
        std::transform(v.begin(), v.end(), magnitudes.begin(), [](double x) { return std::abs(x); });
        A.apply(entry_map::absolute, const_block(magnitudes), mutable_block(y));
        ledger.count();
        error = rounding * norm2(y, threads) * (1.0 + norms);
    }
    const double bound = (image - error) / length * (1.0 - 0x1p-51);
    result.lower = {std::max(0.0, bound), Grade::proved, 0.0, "||W v|| / ||v||"};
    return result;
}

// Relative backward error of k steps: each product and each vector operation of a step rounds once.
double backward_error(operator_ref A, std::int64_t k) {
    const std::int64_t terms = A.entrywise() ? A.row_terms() + A.column_terms() : 2;
    return rounding_gamma(k * (terms + 2 * sum_depth(std::max(A.rows(), A.cols())) + 16));
}

// The right singular vector behind the largest Ritz value.
buffer<double> top_vector(const golub_kahan& factorization) {
    buffer<double> v(static_cast<std::size_t>(factorization.right().length()));
    factorization.right().combine(largest_singular_pair(factorization.alpha(), factorization.beta()).right, v);
    return v;
}

// ||A^T A v - sigma^2 v|| for the same vector, the last coupling taken for the next one.
double last_residual(const golub_kahan& F) {
    return F.beta().back() * F.alpha().back() * std::abs(largest_singular_pair(F.alpha(), F.beta()).right.back());
}

// Both bounds from one run with a random start. They are those of orthogonal vectors: nothing if these are not.
std::optional<top_estimate> run_golub_kahan(operator_ref A, const SolverOptions& options, orthogonality wanted, Bracket& b,
                                            Ledger& ledger) {
    const int threads = resolve_threads(options.threads);
    buffer<double> start(static_cast<std::size_t>(A.cols()));
    fill_gaussian(start, options.seed, 0, threads);
    golub_kahan factorization(A, start, threads, wanted);
    ledger.count();
    const std::int64_t capacity = basis_capacity(options, A.cols(), most_steps);
    // Below this size further steps cost less than new probes.
    constexpr std::int64_t large = 20'000;
    // As the guess of the Chebyshev bound a sharper value saves products; alone it has to be right to rtol.
    value_watch watch((wanted == orthogonality::semi ? 0.5 : 0.3) * options.rtol);
    // What a look costs hardly grows with n, and a step does.
    constexpr std::int64_t worth_a_look = std::int64_t{1} << 17;
    const std::int64_t patience = steps_of_patience(A.cols());
    Bound upper = b.upper;
    for (std::int64_t next_look = 1;; factorization.expand(), ledger.count(2)) {
        const std::int64_t k = factorization.size();
        const bool last = factorization.invariant() || k == capacity || ledger.exhausted();
        if (k < next_look && !last) continue;
        next_look = k + 1 + std::min(k / 8, worth_a_look / A.cols());
        const double bound = lanczos_upper_bound(factorization, half_delta(options)) * (1.0 + backward_error(A, k));
        if (bound < upper.value) upper = {bound, Grade::probable, options.delta, "Golub-Kahan from a random start"};
        if (wanted == orthogonality::full) tighten_upper(b, upper);
        const std::vector<double> ritz = singular_values(factorization.alpha(), factorization.beta());
        const double sigma = ritz.front();
        b.value = std::max(b.lower.value, sigma);
        ledger.record(b.lower.value, std::min(b.value, b.upper.value), b.upper.value);
        // The lower bound will fall short of sigma by rounding alone.
        const bool narrow = upper.value - sigma <= 0.99 * options.rtol * sigma;
        const double residual = k < 3 ? Bracket::infinity : last_residual(factorization);
        watch.look(k, sigma, k < 2 ? 0.0 : ritz[1], residual);
        const bool foretold = watch.foretold();
        // The bound whatever the spectrum: as long as it is hardly better the top of the spectrum is not resolved.
        const double any_spectrum = sigma * golub_kahan_inflation(A.cols(), k, half_delta(options));
        const bool resolving = bound - sigma < 0.7 * (any_spectrum - sigma);
        const bool hopeless = (watch.hardly_rose() || (foretold && k >= patience)) &&
                              (upper.value <= wanted_upper(options, sigma) || (!resolving && A.cols() >= large));
        const bool certain = narrow || factorization.invariant();
        if (!certain && !last && !hopeless) continue;
        if (!factorization.measured_orthogonal()) return std::nullopt;
        tighten_upper(b, upper);
        const bool enough = foretold || k < 4 || ledger.exhausted() || upper.value <= sigma * (1.0 + options.rtol);
        if (certain || !last || enough) return top_estimate{top_vector(factorization), certain || !last || foretold};
        return restart_for_value(A, std::move(factorization), watch, b, ledger);
    }
}

top_estimate tighten_by_golub_kahan(operator_ref A, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    if (options.upper_rtol > options.rtol)
        if (auto top = run_golub_kahan(A, options, orthogonality::semi, b, ledger)) return *std::move(top);
    return *run_golub_kahan(A, options, orthogonality::full, b, ledger);
}

// Where the singular vector is of one sign, as for W >= 0, and accurate it is a start that proves an upper bound within rtol at
// once, which is worth more than a narrower one that is probable; without that, where the bracket is still wide, any start will do.
void tighten_by_schur_test(operator_ref A, vector_in v, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    constexpr double most_of_it = 0.99;
    if (b.upper.grade == Grade::proved && narrow_enough(options, b)) return;
    const int threads = resolve_threads(options.threads);
    buffer<double> start(v.begin(), v.end());
    for (double& x : start) x = std::abs(x);
    const bool one_signed = std::abs(sum(v, threads)) >= most_of_it * sum(start, threads);
    if (!one_signed && (narrow_enough(options, b) || !std::isfinite(options.upper_rtol))) return;
    if (!one_signed) std::fill(start.begin(), start.end(), 1.0);
    const Bound proved = schur_upper_bound(A, start, b.lower.value, options.rtol, threads, ledger);
    tighten_upper(b, proved);
    if (proved.value <= b.value * (1.0 + options.rtol)) b.upper = proved;
}

// Where Golub-Kahan left the bracket wider than rtol: fresh probes, a polynomial that fits the value found, no basis.
void tighten_by_chebyshev(operator_ref A, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    if (narrow_enough(options, b) || !(b.value > 0.0) || ledger.exhausted()) return;
    chebyshev_probe probe;
    probe.guess = b.value;
    probe.delta = half_delta(options);
    probe.probes = probe_count(A.cols());
    probe.stream = 1;
    constexpr std::int64_t most_chebyshev_steps = 1000;
    const double wanted = 0.93 * std::max(options.rtol, options.upper_rtol);
    probe.accuracy = affordable_accuracy(A.cols(), probe.probes, probe.delta, wanted, most_chebyshev_steps);
    if (probe.guess * (1.0 + probe.accuracy) >= b.upper.value) return;
    Bound bound = chebyshev_upper_bound(A, {}, probe, options, ledger);
    bound.delta = options.delta;
    tighten_upper(b, bound);
}

// ||A^T A v - sigma^2 v|| / sigma for the unit vector v behind the value and u = A v.
double singular_residual(operator_ref A, double sigma, vector_in v, buffer<double> u, int threads, Ledger& ledger) {
    // sigma squared may leave the range of float64 where sigma does not.
    const int e = binary_exponent(sigma);
    for (double& x : u) x = std::ldexp(x, -e);
    buffer<double> z(v.size());
    A.apply_adjoint(const_block(u), mutable_block(z));
    ledger.count();
    axpy(-sigma * std::ldexp(sigma, -e), v, z, threads);
    return norm2(z, threads) / std::ldexp(sigma, -e);
}

}  // namespace

Bracket spectral_norm(operator_ref A, const SolverOptions& options) {
    validate(options, A.cols());
    if (A.rows() == 0 || A.cols() == 0) return exact_bracket(0.0, "empty matrix");
    Ledger ledger(options);
    const int threads = resolve_threads(options.threads);
    ledger.count(require_adjoint(A, options.seed, threads));
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a norm is not negative"};
    b.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    double magnitude = std::numeric_limits<double>::infinity();  // bounds || |A| ||_2
    if (A.entrywise()) {
        const norm_bounds norms = bound_norms(A, threads);
        ledger.count(4);
        tighten_lower(b, norms.lower);
        tighten_upper(b, norms.upper);
        magnitude = norms.upper.value;
        if (norms.inf == 0.0) {
            b = exact_bracket(0.0, "zero matrix");
            ledger.close(b);
            return b;
        }
    }
    if (!options.start.empty()) {
        // Entries near 1 keep the products away from underflow, which the error bound does not count.
        std::vector<double> guess(options.start.begin(), options.start.end());
        const int e = binary_exponent(max_abs(guess, threads));
        for (double& x : guess) x = std::ldexp(x, -e);
        tighten_lower(b, rayleigh_lower_bound(A, guess, magnitude, threads, ledger).lower);
    }
    const top_estimate top = tighten_by_golub_kahan(A, options, b, ledger);
    image_of_vector behind = rayleigh_lower_bound(A, top.v, magnitude, threads, ledger);
    tighten_lower(b, behind.lower);
    b.vector.assign(top.v.begin(), top.v.end());
    if (A.entrywise()) tighten_by_schur_test(A, top.v, options, b, ledger);
    tighten_by_chebyshev(A, options, b, ledger);
    clamp_value(b);
    if (b.value > 0.0) 
        b.residual = singular_residual(A, b.value, top.v, std::move(behind.image), threads, ledger);
    if (relative_width(b) <= options.rtol || (top.settled && narrow_enough(options, b))) b.status = Status::converged;
    ledger.record(b.lower.value, b.value, b.upper.value);
    ledger.close(b);
    return b;
}

}  // namespace rhochain
