#include "spectra/growth/lanczos_ends.hpp"
#include <rhochain/storage/infinity.hpp>

#include "kernels/small_dense.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

// Norms of the q_k may exceed 1 by less than this.
constexpr double excess_of_norms = 0x1p-28;

// Whether the theorem proves lambda_max(H) < mu. p and the s_i are kept as p = exp(log_p).
bool is_above(double mu, const lanczos_numbers& T, const start_share& share) {
    double log_p = 0.0, s = 1.0, sum = 0.0, d = 0.0;
    for (std::size_t k = 0; k < T.a.size(); ++k) {
        d = mu - T.a[k] - (k == 0 ? 0.0 : T.b[k - 1] * T.b[k - 1] / d);
        if (!(d > 0.0)) return false;
        sum += s * std::exp(-log_p) / d;
        const double growth = d / std::max(T.b[k], std::numeric_limits<double>::min());
        log_p += std::log(growth);
        s = 1.0 + s / growth;
        const double rest = share.least - share.error * sum * (1.0 + 0x1p-20);
        if (rest > 0.0 && log_p + std::log(rest) > excess_of_norms) return true;
    }
    return false;
}

// The least mu above the largest eigenvalue of T, `ritz`, for which is_above holds.
double least_above(double ritz, const lanczos_numbers& T, const start_share& share) {
    double scale = 0.0;
    for (std::size_t k = 0; k < T.a.size(); ++k) scale = std::max({scale, std::abs(T.a[k]), T.b[k]});
    if (!std::isfinite(ritz) || !std::isfinite(scale)) return infinity;
    // Below this an eigenvalue is rounding.
    scale = std::max({scale, share.error / share.least, std::numeric_limits<double>::min()});
    double low = ritz, step = 0x1p-20 * scale;
    while (!is_above(low + step, T, share)) {
        low += step;
        step *= 4.0;
        if (step > 0x1p20 * scale) return infinity;
    }
    double high = low + step;
    while (high - low > 0x1p-24 * scale) {
        const double middle = low + 0.5 * (high - low);
        (is_above(middle, T, share) ? high : low) = middle;
    }
    // The pivots at `high` are those of a matrix that differs from T by rounding.
    return high + 0x1p-46 * scale;
}

}  // namespace

double least_share(std::int64_t n, double delta) {
    return n == 1 ? 1.0 : std::sqrt(delta / static_cast<double>(n - 1));
}

spectrum_ends ritz_ends(const lanczos_numbers& T) {
    const std::vector<double> values = tridiagonal_values(T.a, T.b);
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    return values.empty() ? spectrum_ends{unknown, unknown} : spectrum_ends{values.front(), values.back()};
}

bounds_of_ends bound_ends(const lanczos_numbers& T, const start_share& share) {
    const spectrum_ends ritz = ritz_ends(T);
    std::vector<double> negated(T.a.begin(), T.a.end());
    for (double& a : negated) a = -a;
    return {least_above(ritz.highest, T, share), least_above(-ritz.lowest, {negated, T.b}, share)};
}

}  // namespace rhochain
