// The step of chain_step.hpp with a leak for each neuron, a = diag(a_i), with a linear part O in place of I, or both:
//     forward   Y = diag(c) B + l o (A T),    B = O V,            T = f o V
//     backward  Y = B + l o (A^T T),          B = O^T diag(c) V,  T = f o V
// with the slopes and leaks before the product (f) or after it (l):
//              forward pre   forward post   backward pre   backward post
//     f         s              1              a               a s
//     l         a              a s            s               1
// One pass for T, one for B where there is an O; the rest is part of the product with A.
#pragma once

#include <rhochain/chains/steps/chain_step.hpp>

#include <span>

namespace rhochain {

// (*) As apply_step. B is scratch where there is a linear part.
void apply_general_step(const chain_step& step, vector_in s, block_in V, block_out T, block_out B, block_out Y,
                        std::span<double> squares);

}  // namespace rhochain
