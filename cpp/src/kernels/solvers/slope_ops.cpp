#include "kernels/solvers/slope_ops.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <numeric>
#include <vector>

namespace rhochain {

void apply_slopes(active_in active, double lo, double hi, block_in X, block_out Y, const space& S) {
    const auto write = [lo, hi, on = active.data(), X = entries_of(X), Y = entries_of(Y)](std::int64_t first,
                                                                                          std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            const double s = on[i] != 0 ? hi : lo;
            const double* x = X.row(i);
            double* y = Y.row(i);
            for (std::int64_t c = 0; c < X.columns; ++c) y[c] = s * x[c];
        }
    };
    over_panels(S, X.size(), write);
}

double dot_with_slopes(vector_in z, active_in active, double lo, double hi, vector_in x, const space& S) {
    const auto of_chunk = [=, z = entries_of(z), x = entries_of(x)](std::int64_t begin, std::int64_t end) {
        double total = 0.0;
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
            total += z[i] * (active[i] != 0 ? hi : lo) * x[i];
        return total;
    };
    double total = 0.0;
    S.sum(results_of_chunks(S, of_chunk), S.chunk_rows(), {&total, 1});
    return total;
}

std::int64_t choose_slopes(double sign, vector_in z, vector_in x, active_out active, const space& S) {
    const auto choose = [=, z = entries_of(z), x = entries_of(x)](std::int64_t begin, std::int64_t end) {
        std::int64_t changes = 0;
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            const double gain = sign * z[i] * x[i];
            const std::uint8_t wanted = gain > 0.0 ? 1 : gain < 0.0 ? 0 : active[i];
            changes += wanted != active[i] ? 1 : 0;
            active[i] = wanted;
        }
        return changes;
    };
    const auto counts = results_of_chunks(S, choose);
    return S.count(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
}

void keep_ratios_above(double ratio, double least, vector_in y, vector_out x, const space& S) {
    over_ranges(S, [=, y = entries_of(y), x = entries_of(x)](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
            if (!(x[i] >= least && y[i] >= ratio * x[i])) x[i] = 0.0;
    });
}

}  // namespace rhochain
