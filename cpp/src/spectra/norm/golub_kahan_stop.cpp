#include "spectra/norm/golub_kahan_stop.hpp"

#include "kernels/small_dense.hpp"
#include "kernels/vectors/state_archive.hpp"
#include "spectra/norm/lanczos_bound.hpp"

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

// The value has to be right to rtol. As the guess of the Chebyshev bound a sharper one saves products.
double watched_rise(orthogonality wanted, double rtol) { return (wanted == orthogonality::semi ? 0.5 : 0.3) * rtol; }

// A singular vector that the start hardly contains needs some steps before its value appears. These steps cost little
// where vectors are short; a basis of 20 long ones takes 128 MiB.
std::int64_t steps_of_patience(std::int64_t n) {
    constexpr std::int64_t numbers = std::int64_t{1} << 24;
    return std::clamp<std::int64_t>(numbers / n, 20, 40);
}

// ||A^T A v - sigma^2 v|| for the vector v behind the largest Ritz value, the last coupling taken for the next one.
double last_residual(const golub_kahan& F) {
    return F.beta().back() * F.alpha().back() * std::abs(largest_singular_pair(F.alpha(), F.beta()).right.back());
}

}  // namespace

golub_kahan_stop::golub_kahan_stop(std::int64_t n, std::int64_t capacity, orthogonality wanted,
                                   const norm_accuracy& accuracy)
    : n_(n), capacity_(capacity), accuracy_(accuracy), watch_(watched_rise(wanted, accuracy.rtol)) {}

bool golub_kahan_stop::is_due(const golub_kahan& F, bool spent) {
    // The cost of judging hardly grows with n, that of a step does.
    constexpr std::int64_t worth_a_look = std::int64_t{1} << 17;
    const std::int64_t k = F.size();
    last_ = F.invariant() || k == capacity_ || spent;
    if (k < next_look_ && !last_) return false;
    next_look_ = k + 1 + std::min(k / 8, worth_a_look / n_);
    return true;
}

golub_kahan_stop::verdict golub_kahan_stop::judge(const golub_kahan& F, const look& now, bool spent) {
    const std::int64_t k = F.size();
    const double residual = k < 3 ? Bracket::infinity : last_residual(F);
    watch_.look(k, now.value, now.second, residual);
    const bool predicted = watch_.predicted();
    // The lower bound will lie below the value by rounding alone.
    const bool narrow = now.upper - now.value <= 0.99 * accuracy_.rtol * now.value;
    const bool certain = narrow || F.invariant();
    if (!certain && !last_ && !is_hopeless(k, now, predicted)) return verdict::go_on;
    if (!F.measured_orthogonal()) return verdict::not_orthogonal;
    const bool nothing_to_gain =
        predicted || accuracy_.first_guess || k < 4 || spent || now.upper <= now.value * (1.0 + accuracy_.rtol);
    if (certain || !last_ || predicted) return verdict::stable;
    return nothing_to_gain ? verdict::unresolved : verdict::restart;
}

void golub_kahan_stop::exchange(state_archive& s) {
    watch_.exchange(s);
    s(next_look_);
}

bool golub_kahan_stop::is_hopeless(std::int64_t k, const look& now, bool predicted) const {
    if (!watch_.hardly_rose() && !(predicted && k >= steps_of_patience(n_))) return false;
    if (now.upper <= accuracy_.wanted_upper(now.value)) return true;
    // For smaller n further steps cost less than new probes.
    constexpr std::int64_t large = 20'000;
    // The bound that holds for any spectrum. While the actual bound is hardly better, the steps have not resolved the
    // top of the spectrum.
    const double any_spectrum = now.value * golub_kahan_inflation(n_, k, accuracy_.half_delta());
    const bool resolving = now.bound - now.value < 0.7 * (any_spectrum - now.value);
    return !resolving && n_ >= large;
}

}  // namespace rhochain
