#include "spectra/radius/disc_union.hpp"

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

// A few roundings.
constexpr double up = 1.0 + 0x1p-48;
constexpr double down = 1.0 - 0x1p-48;

}  // namespace

double disc_union::upper() const {
    double most = 0.0;
    for (std::size_t i = 0; i < radius_.size(); ++i) most = std::max(most, (std::abs(centre_[i]) + radius_[i]) * up);
    return most;
}

// Whether the discs around i or its conjugate and around k or its conjugate may meet.
bool disc_union::meet(std::size_t i, std::size_t k) const {
    const std::complex<double> a = centre_[i], b = centre_[k];
    const double distance = std::hypot(a.real() - b.real(), std::abs(a.imag()) - std::abs(b.imag()));
    return distance * down <= (radius_[i] + radius_[k]) * up;
}

double disc_union::lower() const {
    constexpr int most_sets = 8;
    const std::size_t n = radius_.size();
    std::vector<double> inner(n);
    for (std::size_t i = 0; i < n; ++i) inner[i] = std::abs(centre_[i]) * down - radius_[i] * up;
    std::vector<bool> tried(n, false);
    double best = 0.0;
    for (int set = 0; set < most_sets; ++set) {
        std::size_t first = n;
        for (std::size_t i = 0; i < n; ++i)
            if (!tried[i] && inner[i] > best && (first == n || inner[i] > inner[first])) first = i;
        if (first == n) break;
        best = std::max(best, least_of_set(first, best, inner, tried));
    }
    return best * down;
}

// min `inner` over the discs that are connected with `first`; 0 if that is at most `enough`. Those that it meets on its
// way have been tried.
double disc_union::least_of_set(std::size_t first, double enough, const std::vector<double>& inner,
                                std::vector<bool>& tried) const {
    std::vector<std::size_t> set{first};
    std::vector<bool> taken(radius_.size(), false);
    taken[first] = tried[first] = true;
    double least = inner[first];
    for (std::size_t at = 0; at < set.size(); ++at)
        for (std::size_t k = 0; k < radius_.size(); ++k) {
            if (taken[k] || !meet(set[at], k)) continue;
            taken[k] = tried[k] = true;
            set.push_back(k);
            least = std::min(least, inner[k]);
            if (least <= enough) return 0.0;
        }
    return least;
}

}  // namespace rhochain
