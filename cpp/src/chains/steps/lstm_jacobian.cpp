#include "chains/steps/lstm_jacobian.hpp"

#include <cmath>
#include <cstddef>

namespace rhochain {

coefficient_extent lstm_jacobian(const std::array<const double*, 6>& rows, std::int64_t first, std::int64_t last,
                                 double* coefficients, std::int64_t n) {
    coefficient_extent found;
    for (std::int64_t j = first; j < last; ++j) {
        for (std::size_t s = 0; s < lstm_gates.size(); ++s) found.valid &= lstm_gates[s].allowed.holds(rows[s][j]);
        const double c_next = rows[5][j];
        found.valid &= lstm_gates[4].allowed.holds(c_next);
        const double i = sigmoid_range.nearest(rows[0][j]);
        const double f = sigmoid_range.nearest(rows[1][j]);
        const double g = tanh_range.nearest(rows[2][j]);
        const double o = sigmoid_range.nearest(rows[3][j]);
        // 1 - tanh(c)^2 = 4 e / (1 + e)^2 without cancellation.
        const double e = std::exp(-2.0 * std::abs(c_next));
        double* const x = coefficients + j;
        x[0] = g * (i * (1.0 - i));
        x[n] = rows[4][j] * (f * (1.0 - f));
        x[2 * n] = i * ((1.0 - g) * (1.0 + g));
        x[3 * n] = f;
        x[4 * n] = std::tanh(c_next) * (o * (1.0 - o));
        x[5 * n] = o * (4.0 * e / ((1.0 + e) * (1.0 + e)));
        for (const std::int64_t row : {0, 1, 2, 4}) found.include_product(x[row * n]);
        found.include_carried(x[3 * n]);
    }
    return found;
}

}  // namespace rhochain
