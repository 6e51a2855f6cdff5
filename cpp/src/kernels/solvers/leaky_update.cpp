#include "kernels/solvers/leaky_update.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <atomic>
#include <cstddef>

namespace rhochain {

void add_terms(vector_in added, vector_in bias, vector_out y, const space& S) {
    if (added.empty() && bias.empty()) return;
    over_ranges(S, [&, p = entries_of(added).data(), q = entries_of(bias).data(), out = entries_of(y).data()](
                       std::int64_t begin, std::int64_t end) {
        if (!added.empty())
            for (std::int64_t i = begin; i < end; ++i) out[i] += p[i];
        if (!bias.empty())
            for (std::int64_t i = begin; i < end; ++i) out[i] += q[i];
    });
}

bool leaky_update(double leak, vector_in y, double noise, vector_in xi, vector_out x, const space& S) {
    std::atomic<bool> finite = true;
    over_ranges(S, [&, moved = entries_of(y).data(), kick = entries_of(xi).data(), out = entries_of(x).data()](
                       std::int64_t begin, std::int64_t end) {
        double poison = 0.0;  // 0 * x: NaN once an entry is NaN or infinite
        for (std::int64_t i = begin; i < end; ++i) {
            double& at = out[i];
            at = leak == 1.0 ? moved[i] : (1.0 - leak) * at + leak * moved[i];
            if (noise > 0.0) at += noise * kick[i];
            poison += 0.0 * at;
        }
        if (poison != 0.0) finite = false;
    });
    return !S.any(!finite);
}

void solve_leaky_update(double leak, array_in before, array_in after, array_out y) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = (after[i] - (1.0 - leak) * before[i]) / leak;
}

}  // namespace rhochain
