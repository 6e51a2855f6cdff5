#include "spectra/norm/value_watch.hpp"

#include "kernels/vectors/state_archive.hpp"

#include <algorithm>

namespace rhochain {

void value_watch::look(std::int64_t steps, double sigma, double ritz_2, double residual) {
    const double part = residual / sigma;
    seen_.push_back({steps, sigma, 0.5 * part * part / ((sigma - ritz_2) * (sigma + ritz_2))});
}

bool value_watch::hardly_rose() const {
    const looked& now = seen_.back();
    const looked* earlier = before(3 * now.steps / 5);
    return earlier != nullptr && now.sigma - earlier->sigma <= rise_ * now.sigma;
}

bool value_watch::predicted() const {
    const looked& now = seen_.back();
    const looked* earlier = before(3 * now.steps / 4);
    return earlier != nullptr && now.distance <= 0.5 * rise_ && earlier->distance <= 16.0 * rise_ &&
           now.sigma <= earlier->sigma * (1.0 + 2.0 * earlier->distance);
}

void value_watch::exchange(state_archive& s) {
    s.list(seen_, {}, 3, [&](looked& l) {
        s(l.steps);
        s(l.sigma);
        s(l.distance);
    });
}

const value_watch::looked* value_watch::before(std::int64_t steps) const {
    const auto found = std::find_if(seen_.rbegin(), seen_.rend(), [&](const looked& s) { return s.steps <= steps; });
    return found == seen_.rend() ? nullptr : &*found;
}

}  // namespace rhochain
