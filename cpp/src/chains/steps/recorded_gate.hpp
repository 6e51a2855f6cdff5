// The ranges of the numbers that a gated cell records, and the extent of the coefficients of a step (gru_jacobian.hpp,
// lstm_jacobian.hpp). A sigmoid lies in [0, 1] and a hyperbolic tangent in [-1, 1]. float32 gates may err by 1e-6: a
// number outside its range by no more counts as the end of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhochain {

struct gate_range {
    double lowest, highest;
    const char* text;
    static constexpr double tolerance = 1e-6;

    [[nodiscard]] constexpr bool holds(double x) const { return x >= lowest - tolerance && x <= highest + tolerance; }
    [[nodiscard]] constexpr double nearest(double x) const { return std::clamp(x, lowest, highest); }
};

inline constexpr gate_range sigmoid_range{0.0, 1.0, "a sigmoid gate from 0 to 1"};
inline constexpr gate_range tanh_range{-1.0, 1.0, "a tanh gate from -1 to 1"};
inline constexpr gate_range finite_range{-std::numeric_limits<double>::max(), std::numeric_limits<double>::max(),
                                         "a finite number"};

// Rows of one kind, by the name that messages have for them.
struct recorded_gate {
    const char* name;
    gate_range allowed;
};

// Of some units in one step: max |m_g| and |p|, max k, max |t| (gated_step.hpp), and whether every recorded number lies
// in its range.
struct coefficient_extent {
    double product = 0.0;
    double carried = 0.0;
    double input = 0.0;
    bool valid = true;

    void include_product(double x) { product = larger(product, std::abs(x)); }
    void include_carried(double x) { carried = larger(carried, x); }
    void include_input(double x) { input = larger(input, std::abs(x)); }
    void include(const coefficient_extent& other) {
        product = larger(product, other.product);
        carried = larger(carried, other.carried);
        input = larger(input, other.input);
        valid &= other.valid;
    }

private:
    static double larger(double a, double b) { return b > a ? b : a; }
};

}  // namespace rhochain
