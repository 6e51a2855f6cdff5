#include "spectra/structure/unscaled_vector.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rhochain {

std::vector<std::complex<double>> unscaled(std::vector<std::complex<double>> x, const std::vector<double>& d) {
    double top = -std::numeric_limits<double>::infinity();
    const auto log_size = [&](std::size_t i) { return std::log(std::abs(x[i])) - d[i]; };
    for (std::size_t i = 0; i < x.size(); ++i) top = std::max(top, log_size(i));
    if (!std::isfinite(top)) return x;
    double squares = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double size = std::abs(x[i]);
        if (size > 0.0) x[i] *= std::exp(log_size(i) - top) / size;
        squares += std::norm(x[i]);
    }
    for (auto& entry : x) entry /= std::sqrt(squares);
    return x;
}

}  // namespace rhochain
