// The activations sigma by name: value, slope, slope as a function of the output, gain and range.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace rhochain {

struct activation_entry {
    using function = double (*)(double x, double p);
    using sweep = void (*)(const double* x, double* y, double* s, std::size_t n, double p);

    std::string_view name;
    double parameter;  // default; NaN if it takes none
    double gain;
    double least_slope;  // inf sigma'
    bool attained;
    bool parameter_counts;  // the gain is max(1, |p|), the least slope min(least_slope, p), the largest max(1, p)
    double lowest;          // range of outputs; NaN: begins at -p
    double highest;
    function slope_of_output;  // null: the slope is no function of the output
    sweep values_and_slopes;   // y_i = sigma(x_i), s_i = sigma'(x_i); x, y and s do not overlap
};

[[nodiscard]] std::span<const activation_entry> activation_table();

}  // namespace rhochain
