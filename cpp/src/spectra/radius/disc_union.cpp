#include "spectra/radius/disc_union.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhochain {
namespace {

// A few roundings.
constexpr double up = 1.0 + 0x1p-48;
constexpr double down = 1.0 - 0x1p-48;

// Discs connected with `first`, itself included, which become taken: all of them, or up to the one for which
// go_on(k) is false.
template <class Meet, class GoOn>
std::vector<std::size_t> connected(std::size_t first, std::vector<bool>& taken, const Meet& meet, const GoOn& go_on) {
    std::vector<std::size_t> set{first};
    taken[first] = true;
    for (std::size_t at = 0; at < set.size(); ++at)
        for (std::size_t k = 0; k < taken.size(); ++k) {
            if (taken[k] || !meet(set[at], k)) continue;
            taken[k] = true;
            set.push_back(k);
            if (!go_on(k)) return set;
        }
    return set;
}

}  // namespace

disc_union::disc_union(centres centre, std::vector<double> radius) : centre_(centre), radius_(std::move(radius)) {
    // Comparisons pass a NaN by, and with it the eigenvalue.
    for (double& r : radius_)
        if (std::isnan(r)) r = std::numeric_limits<double>::infinity();
}

double disc_union::upper() const {
    double most = 0.0;
    for (std::size_t i = 0; i < radius_.size(); ++i) most = std::max(most, (std::abs(centre_[i]) + radius_[i]) * up);
    return most;
}

bool disc_union::meet(std::size_t i, std::size_t k) const {
    return std::abs(centre_[i] - centre_[k]) * down <= (radius_[i] + radius_[k]) * up;
}

// Whether the discs around i or its conjugate and around k or its conjugate may meet.
bool disc_union::mirrored_meet(std::size_t i, std::size_t k) const {
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
    std::vector<bool> taken(radius_.size(), false);
    tried[first] = true;
    double least = inner[first];
    connected(
        first, taken, [this](std::size_t i, std::size_t k) { return mirrored_meet(i, k); },
        [&](std::size_t k) {
            tried[k] = true;
            least = std::min(least, inner[k]);
            return least > enough;
        });
    return least > enough ? least : 0.0;
}

std::vector<double> disc_union::numbered() const {
    const std::size_t n = radius_.size();
    const bool finite = std::all_of(radius_.begin(), radius_.end(), [](double r) { return std::isfinite(r); });
    std::vector<double> reach(n, finite ? 0.0 : std::numeric_limits<double>::infinity());
    std::vector<bool> taken(n, !finite);
    for (std::size_t first = 0; first < n; ++first) {
        if (taken[first]) continue;
        const auto set = connected(
            first, taken, [this](std::size_t i, std::size_t k) { return meet(i, k); },
            [](std::size_t) { return true; });
        for (const std::size_t i : set)
            for (const std::size_t j : set)
                reach[i] = std::max(reach[i], (std::abs(centre_[i] - centre_[j]) + radius_[j]) * up);
    }
    return reach;
}

}  // namespace rhochain
