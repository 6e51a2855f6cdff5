// The operations of the three-term recurrence T_{j+1} = 2 C T_j - T_{j-1}, C = (2 / g^2) A^T A - I, on blocks T_j (n x
// b) besides the two products with A. Every entry is computed by itself.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <cstdint>

namespace rhochain {

// A panel task (panel_task.hpp) that multiplies the rows of Y by a after the product has written them.
class scaling_of_panels {
public:
    scaling_of_panels(double a, block_out Y) : a_(a), Y_(Y) {}

    void operator()(std::int64_t first, std::int64_t last, panel_in) const;

private:
    double a_;
    block_out Y_;
};

// (*) Y = (a X + b Y) - Z, rounded in this order. Returns max |Y_ic|, NaN if there is one.
double to_next_term(double a, block_in X, double b, block_in Z, block_out Y, const space& S);

}  // namespace rhochain
