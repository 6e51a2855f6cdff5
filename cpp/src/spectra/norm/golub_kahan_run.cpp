#include "spectra/norm/golub_kahan_run.hpp"

#include "kernels/small_dense.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "spectra/norm/golub_kahan_stop.hpp"
#include "spectra/norm/lanczos_bound.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t most_basis_vectors = 200;

vector_block random_start(const space& S, std::uint64_t seed) {
    vector_block start(S);
    fill_gaussian(start, seed, streams::start, S);
    return start;
}

// The relative backward error of k steps: each product and each vector operation of a step rounds once.
double backward_error(const linear_map& A, std::int64_t k) {
    const std::int64_t terms = A.bounded() ? A.row_terms() + A.column_terms() : 2;
    const std::int64_t depth = std::max(A.range().sum_depth(), A.domain().sum_depth());
    return rounding_gamma(k * (terms + 2 * depth + 16));
}

// The right singular vector behind the largest Ritz value.
vector_block top_vector(const golub_kahan& F) {
    vector_block v(F.right().of());
    F.right().combine(largest_singular_pair(F.alpha(), F.beta()).right, v);
    return v;
}

// A majorant of |A| may have a norm far above that of A: the errors of the products are then added to a bound.
double added_error(const linear_map& A, double magnitude, std::int64_t k) {
    return A.modulus() == moduli::majorant ? backward_error(A, k) * magnitude : 0.0;
}

// Nothing if the measured vectors are not orthogonal, which the bounds require. With full reorthogonalisation each
// bound goes to b at once, otherwise after the measurement.
std::optional<top_estimate> run_golub_kahan(const linear_map& A, const SolverOptions& options,
                                            const norm_accuracy& accuracy, orthogonality wanted, Bracket& b,
                                            Ledger& ledger) {
    using verdict = golub_kahan_stop::verdict;
    enum class phase { steps, restarts, done, not_orthogonal } at = phase::steps;
    golub_kahan F(A, random_start(A.domain(), options.seed), wanted);
    ledger.count();
    golub_kahan_stop rule(A.cols(), basis_capacity(options, A.cols(), most_basis_vectors), wanted, accuracy);
    const double magnitude = b.upper.value;
    Bound upper = b.upper;
    std::optional<singular_restart> restarts;
    top_estimate top;
    run_stage stage(ledger, [&](state_archive& s) {
        exchange(s, b);
        exchange(s, upper);
        s.within(at, phase::not_orthogonal);
        if (at == phase::steps) F.exchange(s);
        if (at == phase::steps || at == phase::restarts) rule.exchange(s);
        if (at == phase::restarts && s.reads()) restarts.emplace(A);
        if (at == phase::restarts) restarts->exchange(s);
        const bool has_vector = s.resizable(top.v, A.domain(), 1);
        s.require(at != phase::done || has_vector);
        s(top.stable);
    });
    for (; !stage.finished() && at == phase::steps; F.expand(), ledger.count(2)) {
        const bool spent = stage.exhausted();
        stage.mark();
        if (!rule.is_due(F, spent)) continue;
        const std::int64_t k = F.size();
        const double bound =
            lanczos_upper_bound(F, accuracy.half_delta()) * (1.0 + backward_error(A, k)) + added_error(A, magnitude, k);
        if (bound < upper.value) upper = {bound, Grade::probable, accuracy.delta, "Golub-Kahan from a random start"};
        if (wanted == orthogonality::full) tighten_upper(b, upper);
        const std::vector<double> ritz = singular_values(F.alpha(), F.beta());
        b.value = std::max(b.lower.value, ritz.front());
        ledger.record(b.lower.value, std::min(b.value, b.upper.value), b.upper.value);
        const verdict said = rule.judge(F, {ritz.front(), k < 2 ? 0.0 : ritz[1], bound, upper.value}, spent);
        if (said == verdict::go_on) continue;
        at = phase::not_orthogonal;
        if (said == verdict::not_orthogonal) break;
        tighten_upper(b, upper);
        at = said == verdict::restart ? phase::restarts : phase::done;
        if (at == phase::restarts)
            restarts.emplace(A, std::move(F));
        else
            top = {top_vector(F), said == verdict::stable};
        break;
    }
    if (at == phase::restarts) {
        top = restarts->run(rule.watch(), b, stage, ledger);
        at = phase::done;
    }
    stage.close();
    if (at == phase::not_orthogonal) return std::nullopt;
    return top;
}

}  // namespace

top_estimate tighten_by_golub_kahan(const linear_map& A, const SolverOptions& options, const norm_accuracy& accuracy,
                                    Bracket& b, Ledger& ledger) {
    if (accuracy.value_first())
        if (auto top = run_golub_kahan(A, options, accuracy, orthogonality::semi, b, ledger)) return *std::move(top);
    return *run_golub_kahan(A, options, accuracy, orthogonality::full, b, ledger);
}

}  // namespace rhochain
