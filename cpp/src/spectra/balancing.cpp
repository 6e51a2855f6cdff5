#include <rhochain/kernels/parallel.hpp>
#include <rhochain/spectra/balancing.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

std::vector<double> balancing_scaling(const irreducible_block& block, std::int64_t sweeps, double most, int threads,
                                      Ledger& ledger) {
    const auto n = static_cast<std::size_t>(block.A.cols());
    std::vector<double> d(n, 0.0), weights(n), inverse(n), rows(n), columns(n);
    for (std::int64_t sweep = 0; sweep < sweeps && !ledger.exhausted(); ++sweep) {
        parallel_ranges(threads, block.A.cols(), [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                weights[i] = std::exp(2.0 * d[i]);
                inverse[i] = 1.0 / weights[i];
            }
        });
        block.project(weights);
        block.project(inverse);
        block.A.apply(entry_map::squared, const_block(inverse), mutable_block(rows));
        block.A.apply_adjoint(entry_map::squared, const_block(weights), mutable_block(columns));
        ledger.count(2);
        parallel_ranges(threads, block.A.cols(), [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                const double r = weights[i] * rows[i];
                const double c = inverse[i] * columns[i];
                if (r > 0.0 && c > 0.0 && std::isfinite(r) && std::isfinite(c))
                    d[i] = std::clamp(d[i] + 0.125 * std::log(c / r), -most, most);
            }
        });
    }
    return d;
}

}  // namespace rhochain
