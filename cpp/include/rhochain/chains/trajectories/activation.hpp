// Activation functions sigma: R -> R and their slopes, which are all that a Jacobian needs.
//     gain = sup_x |sigma'(x)|, rounded up to a double: |sigma'(x)| <= gain for every x.
// Where the slope is a function of the output y = sigma(x), as 1 - y^2 for tanh, it can also be computed from y.
// At a kink the slope is the one that PyTorch takes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rhochain {

struct activation_entry;  // a row of the table in activation.cpp

class activation {
public:
    // Throws std::invalid_argument for an unknown name, one whose slope is unbounded, and a parameter that the
    // activation does not take. Parameters: leaky_relu its slope below 0, elu and celu their alpha.
    explicit activation(std::string_view name, std::optional<double> parameter = std::nullopt);

    [[nodiscard]] std::string_view name() const;  // an alias gives the name in the table
    [[nodiscard]] double parameter() const { return parameter_; }
    [[nodiscard]] double gain() const;
    [[nodiscard]] bool attained() const;  // whether some x has |sigma'(x)| = sup |sigma'|
    // inf and sup of sigma', rounded outwards.
    [[nodiscard]] double least_slope() const;
    [[nodiscard]] double largest_slope() const;

    [[nodiscard]] double slope(double x) const;

    // y_i = sigma(x_i), s_i = sigma'(x_i), to a few units in the last place. y and s are at least as long as x; the
    // three do not overlap.
    void evaluate(std::span<const double> x, std::span<double> y, std::span<double> s) const;

    // Whether slope_of_output can be asked for.
    [[nodiscard]] bool slope_follows_from_output() const;

    // Outputs are clamped to the range of sigma first: rounding may have moved them out of it.
    [[nodiscard]] double slope_of_output(double y) const;

    // How far y lies outside the range of sigma, 0 inside.
    [[nodiscard]] double distance_from_range(double y) const;

private:
    [[nodiscard]] double lowest_output() const;
    [[nodiscard]] double bounded(double slope) const;

    const activation_entry* entry_;
    double parameter_;
};

// s_i = sigma'(x_i). Throws std::invalid_argument at an x_i that is not finite. In messages x_0 is at position `first`.
void slopes_of_inputs(const activation& f, std::span<const double> x, std::span<double> s, std::int64_t first = 0);

// s_i from the outputs y_i. Throws std::invalid_argument where y_i lies outside the range of sigma by more than
// `tolerance`, and if the slope does not follow from the output.
void slopes_of_outputs(const activation& f, std::span<const double> y, std::span<double> s, double tolerance = 1e-6,
                       std::int64_t first = 0);

// Throws unless the slope follows from the output.
void require_slope_follows_from_output(const activation& f);

// Every activation with a gain, with its default parameter, in the order of the table.
[[nodiscard]] std::vector<activation> all_activations();

}  // namespace rhochain
