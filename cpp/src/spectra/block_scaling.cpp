#include <rhochain/kernels/parallel.hpp>
#include <rhochain/operators/adjoint_operator.hpp>
#include <rhochain/operators/similarity.hpp>
#include <rhochain/spectra/balancing.hpp>
#include <rhochain/spectra/block_scaling.hpp>
#include <rhochain/spectra/chebyshev_bound.hpp>
#include <rhochain/spectra/norms.hpp>
#include <rhochain/spectra/perron.hpp>
#include <rhochain/spectra/scaling_dual.hpp>
#include <rhochain/spectra/scaling_flow.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// [[a, b], [c, e]]: the product b c and the determinant do not depend on D, so sigma_1 is least where the Frobenius norm
// is, at |b'| = |c'| = sqrt|b c|; then sigma_1 = (hypot(a + e, c' - b') + hypot(a - e, b' + c')) / 2.
block_scaling two_by_two(const irreducible_block& block, Ledger& ledger) {
    const std::vector<double> unit{1.0, 0.0, 0.0, 1.0};
    std::vector<double> M(4);
    block.A.apply(const_block(unit.data(), 2, 2), mutable_block(M.data(), 2, 2));
    ledger.count(2);
    // Beside a huge entry a small one may have been lost when the power of two was taken out.
    constexpr double safely_normal = 0x1p-1000;
    const bool lost = std::min(std::abs(M[1]), std::abs(M[2])) < safely_normal;
    for (double* entry : {&M[1], &M[2]}) *entry = std::copysign(std::max(std::abs(*entry), safely_normal), *entry);
    const double off = std::sqrt(std::abs(M[1])) * std::sqrt(std::abs(M[2]));
    const double b = std::copysign(off, M[1]);
    const double c = std::copysign(off, M[2]);
    const double norm = 0.5 * (std::hypot(M[0] + M[3], c - b) + std::hypot(M[0] - M[3], b + c));
    // Every sum errs by a unit of rounding of the largest entry, which the norm is not below.
    constexpr double rounding = 0x1p-46;
    block_scaling s;
    s.bracket = exact_bracket(norm, "balanced 2 x 2 block");
    s.bracket.lower.value = norm * (1.0 - rounding);
    s.bracket.upper.value = norm * (1.0 + rounding) + safely_normal;
    if (lost) {
        s.bracket.lower.value = std::max(std::abs(M[0]), std::abs(M[3])) * (1.0 - rounding);
        s.bracket.status = Status::bracketed;
    }
    const double half = 0.25 * (std::log(std::abs(M[2])) - std::log(std::abs(M[1])));
    s.d = {half, -half};
    // The logarithms, of numbers above 2^-1000, and their difference round d_1 - d_2 by less than 2^-42.
    constexpr double logarithms = 0x1p-40;
    s.excess = 1.0 + logarithms;
    // Entries raised above do not reach +-off under D: then only the sizes bound the norm.
    if (lost) s.excess *= std::max(1.0, (std::max(std::abs(M[0]), std::abs(M[3])) + off) / s.bracket.upper.value);
    return s;
}

struct perron_vector {
    Bracket radius;
    double largest_ratio = 0.0;  // max (|A| x)_i / x_i for `radius.vector`, rounded up
};

perron_vector perron_with_ratio(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    perron_vector p{perron_of_block(block, options, ledger), 0.0};
    if (p.radius.vector.empty()) return p;
    std::vector<double> x(p.radius.vector.size()), y(x.size());
    std::transform(p.radius.vector.begin(), p.radius.vector.end(), x.begin(), [](const auto& z) { return z.real(); });
    block.A.apply(entry_map::absolute, const_block(x), mutable_block(y));
    ledger.count();
    const int threads = resolve_threads(options.threads);
    p.largest_ratio = ratio_extremes(y, x, threads).highest * (1.0 + rounding_gamma(block.A.row_terms() + 4)) + 0x1p-600;
    return p;
}

// With z = D x the ratios (|B| z)_i / z_i are those of |A| and x, and (|B|^T z)_i / z_i those of |A|^T and y = D^2 x: by the Schur
// test ||B||_2 is at most the geometric mean of the two largest.
block_scaling perron_scaling(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    SolverOptions finer = options;
    finer.rtol = 0.25 * options.rtol;
    finer.start = {};
    block_scaling s;
    const perron_vector right = perron_with_ratio(block, finer, ledger);
    s.bracket = right.radius;
    s.bracket.vector.clear();
    if (right.radius.vector.empty()) return s;
    const adjoint_operator At(block.A);
    irreducible_block transposed = block;
    transposed.A = At;
    const perron_vector left = perron_with_ratio(transposed, finer, ledger);
    tighten_upper(s.bracket, left.radius.upper);
    tighten_lower(s.bracket, left.radius.lower);
    clamp_value(s.bracket);
    if (relative_width(s.bracket) <= options.rtol) s.bracket.status = Status::converged;
    s.d.assign(right.radius.vector.size(), 0.0);
    for (std::size_t i = 0; i < s.d.size(); ++i) {
        const double x = right.radius.vector[i].real();
        const double y = left.radius.vector[i].real();
        if (x > 0.0 && y > 0.0) s.d[i] = 0.5 * (std::log(y) - std::log(x));
    }
    // The logarithms and the exponential of D round to less than 2^-42 for |d| below 1100.
    s.excess = std::sqrt(right.largest_ratio * left.largest_ratio) / s.bracket.upper.value * (1.0 + 0x1p-40);
    return s;
}

// Steps of the flow after which the bounds are looked at. With a threshold a rough answer may do: the first looks come early.
constexpr std::array<std::int64_t, 8> stage_ends{16, 32, 64, 128, 256, 512, 1024, 2048};
constexpr std::size_t first_full_stage = 2;

// Stages a block may take: small ones cost next to nothing.
std::size_t stage_count(std::int64_t n) {
    constexpr std::int64_t small = 2000;
    constexpr std::int64_t large = 200'000;
    return n <= small ? stage_ends.size() : n <= large ? 6 : 4;
}

class search {
public:
    search(const irreducible_block& block, double most, double threshold, const SolverOptions& options, Ledger& ledger,
           Bracket known)
        : block_(block),
          threshold_(threshold),
          options_(options),
          ledger_(ledger),
          threads_(resolve_threads(options.threads)),
          flow_(block, first_scaling(most), most, column_count(block.size, threshold), options.seed, 0, threads_) {
        s_.bracket = std::move(known);
        s_.excess = infinity;
    }

    block_scaling run() {
        Bracket& b = s_.bracket;
        std::int64_t steps = 0;
        const std::size_t stages = stage_count(block_.size);
        if (settled()) return std::move(s_);
        for (std::size_t stage = threshold_ > 0.0 ? 0 : first_full_stage; stage < stages; ++stage) {
            while (steps < stage_ends[stage] && !ledger_.exhausted() && flow_.step()) {
                ledger_.count(2 * flow_.columns());
                if (++steps % 16 == 0) record();
            }
            b.value = flow_.rayleigh();
            if (steps < stage_ends[stage]) break;
            raise_lower_bound();
            if (settled()) break;
            const bool last = stage + 1 == stages;
            const bool close = b.lower.value >= (1.0 - 0.5 * options_.rtol) * flow_.rayleigh();
            const bool promising = flow_.rayleigh() * (1.0 + options_.rtol) < threshold_;
            if (!close && !promising && !last) continue;
            const double accuracy = lower_upper_bound(stage);
            clamp_value(b);
            record();
            if (relative_width(b) <= options_.rtol) {
                b.status = Status::converged;
                break;
            }
            // The lower bound is within rtol of the norm, and no later look makes the upper one so.
            if (settled() || (close && accuracy > options_.rtol)) break;
        }
        clamp_value(b);
        return std::move(s_);
    }

private:
    // A threshold far away needs no fine bound: a quarter of the memory does.
    static std::int64_t column_count(std::int64_t n, double threshold) {
        if (n <= 200'000) return 16;
        return threshold > 0.0 ? 2 : 8;
    }

    std::vector<double> first_scaling(double most) {
        constexpr std::int64_t sweeps = 40;
        if (!options_.start.empty()) {
            std::vector<double> d(options_.start.begin(), options_.start.end());
            for (double& x : d) x = std::clamp(x, -most, most);
            return d;
        }
        if (block_.A.entrywise()) return balancing_scaling(block_, sweeps, most, threads_, ledger_);
        return std::vector<double>(static_cast<std::size_t>(block_.A.cols()), 0.0);
    }

    // On which side of the threshold mu_D lies.
    [[nodiscard]] bool settled() const {
        return threshold_ > 0.0 && (s_.bracket.lower.value >= threshold_ || attained_ < threshold_);
    }

    void record() {
        const Bracket& b = s_.bracket;
        ledger_.record(b.lower.value, std::clamp(flow_.rayleigh(), b.lower.value, std::max(b.lower.value, b.upper.value)),
                       b.upper.value);
    }

    void raise_lower_bound() {
        constexpr std::int64_t most_rounds = 40;
        std::vector<double> V = flow_.unscaled_block();
        const mutable_block block(V.data(), block_.A.cols(), flow_.columns());
        tighten_lower(s_.bracket, lift_lower_bound(block_, block, flow_.rayleigh(), most_rounds, threads_, ledger_));
    }

    // The shares delta / 2, delta / 4, ... of the stages add up to less than delta. One too small to be halved so often goes to
    // the first look as a whole; 0 allows none.
    double share_of_delta(std::size_t stage) {
        constexpr double least = std::numeric_limits<double>::min();
        const bool divisible = std::ldexp(options_.delta, -static_cast<int>(stage_ends.size())) >= least;
        const std::size_t looks = stage + 1 - (threshold_ > 0.0 ? 0 : first_full_stage);
        if (divisible) return std::ldexp(options_.delta, -static_cast<int>(looks));
        return std::exchange(looked_, true) ? 0.0 : options_.delta;
    }

    // Fresh probes for the scaling as it stands now. Returns the accuracy that the bound was asked for, infinity for none.
    double lower_upper_bound(std::size_t stage) {
        chebyshev_probe probe;
        probe.guess = flow_.rayleigh();
        probe.delta = share_of_delta(stage);
        if (!(probe.delta > 0.0)) return infinity;
        probe.probes = flow_.columns();
        probe.stream = stage + 1;
        // A fine rtol must not cost steps without limit: these reach a tenth of a millionth.
        constexpr std::int64_t most_chebyshev_steps = 10'000;
        probe.accuracy =
            affordable_accuracy(block_.A.cols(), probe.probes, probe.delta, 0.25 * options_.rtol, most_chebyshev_steps);
        const similarity B(block_.A, flow_.scaling(), threads_);
        Bound bound = chebyshev_upper_bound(B, block_.outside, probe, options_, ledger_);
        // An entry lost when the power of two was taken out comes back magnified by max D / min D at most.
        const auto [low, high] = std::minmax_element(flow_.scaling().begin(), flow_.scaling().end());
        const double lost = static_cast<double>(block_.size) * 0x1p-1070 * std::exp(*high - *low);
        bound.value = bound.value * (1.0 + 0x1p-50) + lost;
        bound.delta = options_.delta;
        if (bound.value < attained_) {
            attained_ = bound.value;
            s_.d = flow_.scaling();
        }
        tighten_upper(s_.bracket, bound);
        s_.excess = attained_ / s_.bracket.upper.value * (1.0 + 0x1p-50);
        return probe.accuracy;
    }

    const irreducible_block& block_;
    double threshold_;
    const SolverOptions& options_;
    Ledger& ledger_;
    int threads_;
    scaling_flow flow_;
    block_scaling s_;
    double attained_ = infinity;
    bool looked_ = false;
};

}  // namespace

block_scaling scale_block(const irreducible_block& block, const scaling_goal& goal, const SolverOptions& options,
                          Ledger& ledger) {
    const bool free = goal.max_kappa == infinity;
    const bool entrywise = block.A.entrywise();
    if (free && block.single_cycle) return {perron_of_block(block, options, ledger), {}, 1.0};
    if (free && block.nonnegative) return perron_scaling(block, options, ledger);
    if (free && entrywise && block.A.cols() == 2) return two_by_two(block, ledger);
    Bracket b;
    b.lower = {0.0, Grade::proved, 0.0, "a norm is not negative"};
    b.upper = {infinity, Grade::proved, 0.0, "no bound"};
    if (entrywise) {
        b.upper = bound_norms(block.A, resolve_threads(options.threads)).upper;
        ledger.count(4);
        if (b.upper.value == 0.0)
            return {exact_bracket(0.0, "zero matrix"), std::vector<double>(static_cast<std::size_t>(block.A.cols())), 1.0};
    }
    if (free && entrywise) {
        SolverOptions few = options;
        few.start = {};
        few.max_matvecs = 40;
        few.callback = nullptr;
        Ledger own(few);
        tighten_upper(b, {perron_of_block(block, few, own).upper.value, Grade::proved, 0.0, "rho(|W|), Collatz-Wielandt"});
        ledger.count(own.matvecs());
    }
    const double most = free ? most_log_scaling : std::min(most_log_scaling, 0.5 * std::log(goal.max_kappa));
    const double threshold = std::ldexp(goal.threshold, -block.exponent);
    return search(block, most, threshold, options, ledger, std::move(b)).run();
}

}  // namespace rhochain
