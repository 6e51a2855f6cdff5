#include "kernels/solvers/gate_arithmetic.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <atomic>
#include <cstddef>

namespace rhochain {

bool add_biases(vector_in b, vector_out a, vector_in c, vector_out x, const space& S) {
    std::atomic<bool> finite = true;
    over_ranges(S, [&, b = entries_of(b), a = entries_of(a), c = entries_of(c), x = entries_of(x)](std::int64_t begin,
                                                                                                   std::int64_t end) {
        double poison = 0.0;  // NaN once a sum is NaN or infinite
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            a[i] += b[i];
            x[i] += c[i];
            poison += 0.0 * (a[i] + x[i]);
        }
        if (poison != 0.0) finite = false;
    });
    return !S.any(!finite);
}

void multiply(array_in x, array_out y) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] *= x[i];
}

void interpolate(array_in z, array_in a, array_in b, array_out y) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = (1.0 - z[i]) * a[i] + z[i] * b[i];
}

void sum_of_products(array_in f, array_in c, array_in i, array_in g, array_out y) {
    for (std::size_t j = 0; j < y.size(); ++j) y[j] = f[j] * c[j] + i[j] * g[j];
}

}  // namespace rhochain
