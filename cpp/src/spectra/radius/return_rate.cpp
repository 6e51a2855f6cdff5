#include "spectra/radius/return_rate.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/vectors/spaced_entries.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

// e^s for the slope s between the highest of the last eighth of log_sizes and of the eighth before its middle, both
// above the line of slope s: phases of complex eigenvalues pass by between peaks.
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

std::optional<double> return_rate(const irreducible_block& block, Ledger& ledger) {
    constexpr std::int64_t most_powers = 1024;
    constexpr std::int64_t least_powers = 64;
    constexpr std::int64_t least_vertices = 2;
    const space& S = block.domain();
    const std::int64_t reach = block.facts().reach;
    const std::int64_t powers = std::min(most_powers, block.size() / (least_vertices * reach));
    if (powers < least_powers || !ledger.affords(powers)) return std::nullopt;
    const std::int64_t apart = powers * reach + 1;
    const spaced_entries vertices{apart / 2, apart};
    vector_block x(S), y(S);
    fill(0.0, x, S);
    fill(1.0, vertices, x, S);
    std::vector<double> log_sizes{0.0};  // of the largest return after k powers
    std::int64_t exponent = 0;
    run_stage stage(ledger, [&](state_archive& s) {
        s(x, S);
        s(log_sizes);
        s.require(!log_sizes.empty());
        s.within(exponent, -(std::int64_t{1} << 50), std::int64_t{1} << 50);
    });
    while (!stage.finished() && static_cast<std::int64_t>(log_sizes.size()) <= powers && !stage.exhausted()) {
        stage.mark();
        block.map().apply(x, y);
        ledger.count();
        std::swap(x, y);
        const double largest = max_abs(vertices, x, S);
        log_sizes.push_back(scaled::normalised(largest, exponent).log_abs());
        constexpr int drift = 200;
        const int e = binary_exponent(largest);
        if (std::abs(e) <= drift) continue;
        scale(std::ldexp(1.0, -e), x, S);
        exponent += e;
    }
    stage.close();
    const auto done = static_cast<std::int64_t>(log_sizes.size()) - 1;
    return done < powers ? std::nullopt : slope_of_peaks(log_sizes);
}

}  // namespace rhochain
