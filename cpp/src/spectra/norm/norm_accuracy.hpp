// The wanted width of a bracket of sigma_1,
//     upper - lower <= rtol value,   or   upper <= (1 + upper_rtol) value once the value has stabilised to rtol,
// and the failure probability delta of its PROBABLE bounds.
#pragma once

#include <rhochain/spectra/estimate.hpp>

#include <algorithm>

namespace rhochain {

struct norm_accuracy {
    double rtol;
    double upper_rtol;  // 0: as rtol
    double delta;
    bool first_guess = false;  // a value from one basis suffices, however far it may be from sigma_1

    // Whether a stabilised value with an upper bound wider than rtol suffices.
    [[nodiscard]] bool value_first() const { return upper_rtol > rtol; }
    [[nodiscard]] double upper_width() const { return std::max(rtol, upper_rtol); }
    // The largest upper bound that suffices for a stabilised value.
    [[nodiscard]] double wanted_upper(double value) const { return value * (1.0 + upper_width()); }

    // Whether the bracket is narrow enough for a stabilised value.
    [[nodiscard]] bool met_by(const Bracket& b) const {
        return relative_width(b) <= rtol || (value_first() && b.upper.value <= wanted_upper(b.value));
    }

    // The share of each of the two random upper bounds.
    [[nodiscard]] double half_delta() const { return 0.5 * delta; }
};

// For a run before a method that corrects its value and does not need its bound.
[[nodiscard]] inline norm_accuracy as_first_guess(norm_accuracy accuracy) {
    accuracy.upper_rtol = Bracket::infinity;
    accuracy.first_guess = true;
    return accuracy;
}

}  // namespace rhochain
