#include "spectra/radius/deflation.hpp"
#include <rhochain/storage/infinity.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

// The least eps with eps > needed(d(eps), eps), nearly. d: of the theorem; it and `needed` rise with their arguments.
template <class Needed>
double least_radius(const deflated_eigenvalue& e, const std::function<double(double)>& resolvent,
                    const Needed& needed) {
    constexpr int most_rounds = 60;
    constexpr double larger = 1.001;
    constexpr double tiny = std::numeric_limits<double>::min();
    double eps = larger * e.shift + tiny;
    for (int round = 0; round < most_rounds && eps < std::abs(e.mu); ++round) {
        const double least = needed(e.shift + e.coupling * resolvent(std::abs(e.mu) - eps), eps);
        if (least * (1.0 + 0x1p-40) < eps) return eps;
        eps = larger * least + tiny;
    }
    return infinity;
}

}  // namespace

double isolation_radius(const deflated_eigenvalue& e, const std::function<double(double)>& resolvent) {
    if (std::isinf(e.separation)) return least_radius(e, resolvent, [](double d, double) { return d; });
    const double alone = least_radius(e, resolvent, [&e](double d, double eps) {
        return 2.0 * eps < e.separation ? d * (6.0 * e.norm + d) / (e.separation - eps) : infinity;
    });
    const double both = least_radius(e, resolvent, [&e](double d, double) {
        const double product = d * (4.0 * e.norm + d);
        return e.gap + 2.0 * product / (e.gap + std::sqrt(e.gap * e.gap + 4.0 * product));
    });
    return std::min(alone, both);
}

}  // namespace rhochain
