// How narrow a bracket of sigma_1 has to be:
//     upper - lower <= rtol value,   or   upper <= (1 + upper_rtol) value once the value has settled to rtol,
// and how likely its PROBABLE bounds may be wrong.
#pragma once

#include <rhochain/spectra/estimate.hpp>

#include <algorithm>

namespace rhochain {

struct norm_accuracy {
    double rtol;
    double upper_rtol;  // 0: as rtol
    double delta;

    // Whether a settled value with an upper bound wider than rtol suffices.
    [[nodiscard]] bool value_first() const { return upper_rtol > rtol; }
    [[nodiscard]] double upper_width() const { return std::max(rtol, upper_rtol); }
    // The largest upper bound that suffices beside a settled value.
    [[nodiscard]] double wanted_upper(double value) const { return value * (1.0 + upper_width()); }

    // Whether the bracket is narrow enough, given that the value has settled.
    [[nodiscard]] bool met_by(const Bracket& b) const {
        return relative_width(b) <= rtol || (value_first() && b.upper.value <= wanted_upper(b.value));
    }

    // Of each of the two random upper bounds.
    [[nodiscard]] double half_delta() const { return 0.5 * delta; }
};

}  // namespace rhochain
