#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/growth_evidence.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

// Random streams of the searches start at 0; these are of nobody else.
constexpr std::uint64_t walk_stream = 1000;
constexpr std::uint64_t commutator_stream = 1001;

void one_edge(const irreducible_block& block, walk_direction direction, const std::vector<double>& x,
              std::vector<double>& y) {
    const const_block X(x);
    const mutable_block Y(y);
    if (direction == walk_direction::out_of)
        block.A.apply_adjoint(entry_map::absolute, X, Y);
    else if (block.A.entrywise())
        block.A.apply(entry_map::absolute, X, Y);
    else
        block.A.apply(X, Y);
}

// Reached at this pace, growing no faster than a ball in space, the vertices would not all be met in `most` steps.
bool out_of_reach(std::int64_t reached, std::int64_t step, std::int64_t most, std::int64_t size) {
    constexpr std::int64_t first_look = 64;
    if (step < first_look || (step & (step - 1)) != 0) return false;
    const double stretch = static_cast<double>(most) / static_cast<double>(step);
    return static_cast<double>(reached) * stretch * stretch * stretch < static_cast<double>(size);
}

// e^s for the slope s between the highest of the last eighth of log_sizes and of the eighth before its middle, both above the line
// of slope s: phases of complex eigenvalues pass by between peaks.
std::optional<double> slope_of_peaks(const std::vector<double>& log_sizes) {
    const auto last = static_cast<std::int64_t>(log_sizes.size()) - 1;
    double slope = 0.0;
    constexpr int rounds = 4;
    for (int round = 0; round < rounds; ++round) {
        const auto peak_before = [&](std::int64_t end) {
            std::int64_t best = end;
            const auto height = [&](std::int64_t k) {
                return log_sizes[static_cast<std::size_t>(k)] - slope * static_cast<double>(k);
            };
            for (std::int64_t k = end - last / 8; k < end; ++k)
                if (height(k) > height(best)) best = k;
            return best;
        };
        const std::int64_t from = peak_before(last / 2);
        const std::int64_t to = peak_before(last);
        const double rise = log_sizes[static_cast<std::size_t>(to)] - log_sizes[static_cast<std::size_t>(from)];
        if (!std::isfinite(rise)) return std::nullopt;
        slope = rise / static_cast<double>(to - from);
    }
    return std::exp(slope);
}

}  // namespace

std::optional<std::int64_t> walk_depth(const irreducible_block& block, walk_direction direction, double scale,
                                       std::int64_t most, Ledger& ledger) {
    const auto n = static_cast<std::size_t>(block.A.cols());
    // Weights in general position: sums of entries of both signs do not cancel.
    std::vector<double> weights(n);
    fill_gaussian(weights, 0, walk_stream, 1);
    for (double& w : weights) w = 1.0 + std::abs(w);
    block.project(weights);
    std::vector<double> x(n, 0.0);
    std::vector<double> y(n);
    const auto first = static_cast<std::size_t>(
        std::find_if(weights.begin(), weights.end(), [](double w) { return w != 0.0; }) - weights.begin());
    x[first] = weights[first];
    std::int64_t reached = 1;
    for (std::int64_t step = 1; step <= most && !ledger.exhausted(); ++step) {
        one_edge(block, direction, x, y);
        ledger.count();
        const std::int64_t before = reached;
        for (std::size_t i = 0; i < n; ++i)
            if (x[i] == 0.0 && std::abs(y[i]) > 0x1p-40 * scale) {
                x[i] = weights[i];
                ++reached;
            }
        if (reached == block.size) return step;
        if (reached == before) return block.A.entrywise() ? std::nullopt : std::optional(step);
        if (out_of_reach(reached, step, most, block.size)) break;
    }
    return std::nullopt;
}

std::optional<double> return_rate(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    constexpr std::int64_t most_powers = 1024;
    constexpr std::int64_t least_powers = 64;
    constexpr std::int64_t least_vertices = 2;
    const std::int64_t n = block.size;
    const std::int64_t powers = std::min(most_powers, n / (least_vertices * block.reach));
    if (powers < least_powers || !ledger.affords(powers)) return std::nullopt;
    const int threads = resolve_threads(options.threads);
    const std::int64_t apart = powers * block.reach + 1;
    std::vector<double> x(static_cast<std::size_t>(n), 0.0);
    std::vector<double> y(x.size());
    for (std::int64_t j = apart / 2; j < n; j += apart) x[static_cast<std::size_t>(j)] = 1.0;
    std::vector<double> log_sizes{0.0};  // of the largest return after k powers
    std::int64_t exponent = 0;
    for (std::int64_t k = 1; k <= powers && !ledger.exhausted(); ++k) {
        block.A.apply(const_block(x), mutable_block(y));
        ledger.count();
        std::swap(x, y);
        double largest = 0.0;
        for (std::int64_t j = apart / 2; j < n; j += apart)
            largest = std::max(largest, std::abs(x[static_cast<std::size_t>(j)]));
        log_sizes.push_back(scaled::normalised(largest, exponent).log_abs());
        constexpr int drift = 200;
        const int e = binary_exponent(largest);
        if (std::abs(e) <= drift) continue;
        scale(std::ldexp(1.0, -e), x, threads);
        exponent += e;
    }
    const auto done = static_cast<std::int64_t>(log_sizes.size()) - 1;
    return done < powers ? std::nullopt : slope_of_peaks(log_sizes);
}

bool commutes_with_adjoint(const irreducible_block& block, const SolverOptions& options, Ledger& ledger) {
    const int threads = resolve_threads(options.threads);
    std::vector<double> z(static_cast<std::size_t>(block.A.cols()));
    std::vector<double> half(z.size());
    std::vector<double> one(z.size());
    std::vector<double> other(z.size());
    fill_gaussian(z, options.seed, commutator_stream, threads);
    block.project(z);
    block.A.apply(const_block(z), mutable_block(half));
    block.A.apply_adjoint(const_block(half), mutable_block(one));
    block.A.apply_adjoint(const_block(z), mutable_block(half));
    block.A.apply(const_block(half), mutable_block(other));
    ledger.count(4);
    const double size = max_abs(one, threads);
    axpy(-1.0, other, one, threads);
    constexpr double rounding = 0x1p-40;
    return max_abs(one, threads) <= rounding * size;
}

}  // namespace rhochain
