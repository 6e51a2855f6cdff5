#include "chains/steps/gru_jacobian.hpp"

#include <cstddef>

namespace rhochain {

coefficient_extent gru_jacobian(const std::array<const double*, 6>& rows, std::int64_t first, std::int64_t last,
                                double* coefficients, std::int64_t n) {
    coefficient_extent found;
    for (std::int64_t i = first; i < last; ++i) {
        for (std::size_t s = 0; s < gru_gates.size(); ++s) found.valid &= gru_gates[s].allowed.holds(rows[s][i]);
        const double h = rows[0][i];
        const double r = sigmoid_range.nearest(rows[1][i]);
        const double z = sigmoid_range.nearest(rows[2][i]);
        const double gate = tanh_range.nearest(rows[3][i]);
        const double t = (1.0 - z) * ((1.0 - gate) * (1.0 + gate));
        double* const x = coefficients + i;
        x[0] = t * (rows[4][i] * (r * (1.0 - r)));
        x[n] = (h - gate) * (z * (1.0 - z));
        x[2 * n] = t * r;
        x[3 * n] = z;
        x[4 * n] = t;
        for (const std::int64_t row : {0, 1, 2}) found.include_product(x[row * n]);
        found.include_carried(x[3 * n]);
        found.include_input(x[4 * n]);
    }
    return found;
}

}  // namespace rhochain
