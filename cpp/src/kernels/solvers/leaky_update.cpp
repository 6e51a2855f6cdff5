#include "kernels/solvers/leaky_update.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rhochain {
namespace {

// The leak of entry i.
auto leaks_of(const leaky_weights& weights) {
    return [a = weights.a.data(), each = weights.a.size() == 1 ? 0 : 1](std::int64_t i) { return a[each * i]; };
}

}  // namespace

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

bool leaky_update(const leaky_weights& weights, vector_in z, vector_in y, double noise, vector_in xi, vector_out x,
                  const space& S) {
    std::atomic<bool> finite = true;
    over_ranges(S, [&, a = leaks_of(weights), kept = entries_of(z).data(), moved = entries_of(y).data(),
                    kick = entries_of(xi).data(), out = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        double poison = 0.0;  // 0 * x: NaN once an entry is NaN or infinite
        for (std::int64_t i = begin; i < end; ++i) {
            double& at = out[i];
            const double leak = a(i), c = weights.c ? *weights.c : 1.0 - leak;
            at = c == 0.0 ? leak * moved[i] : c * kept[i] + leak * moved[i];
            if (noise > 0.0) at += noise * kick[i];
            poison += 0.0 * at;
        }
        if (poison != 0.0) finite = false;
    });
    return !S.any(!finite);
}

void solve_leaky_update(const leaky_weights& weights, array_in z, array_in after, array_out y) {
    const auto a = leaks_of(weights);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double leak = a(static_cast<std::int64_t>(i));
        y[i] = (after[i] - (weights.c ? *weights.c : 1.0 - leak) * z[i]) / leak;
    }
}

}  // namespace rhochain
