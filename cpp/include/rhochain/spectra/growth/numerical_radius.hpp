// The numerical radius of a real square W,
//     w(W) = max { |x^* W x| : x in C^n, ||x|| = 1 } = max_t lambda_max( (e^{it} W + e^{-it} W^T) / 2 ),
//     rho(W) <= w(W) <= sigma_1(W) <= 2 w(W).
// For slopes S_k with entries in [0, g] and c = g w(W) every product W S_K .. W S_1 has a 2-norm of at most 2 c^K
// (Theorem E, docs/theory/26-worst-case-growth.md).
//
// Upper, PROVED for bounded() maps: w(W) <= w(|W|) = rho((|W| + |W|^T) / 2) by Collatz-Wielandt, which is w(W) itself
// where all entries have one sign, and norms.hpp. Upper, PROBABLE(delta): support lines of the numerical range at
// several angles t (src/spectra/growth/range_bounds.hpp). Lower, PROVED for bounded() maps: |x^* W x| / x^* x of a
// trial vector, less its rounding error. Four products for each step and angle. Memory: five blocks of n x 16
// doubles, of n x 4 beyond n = 200,000.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

namespace rhochain {

// W as the user has it, 2^exponent() included. Does not use options.start. Throws std::invalid_argument unless W is
// square.
[[nodiscard]] Bracket numerical_radius(const linear_map& W, const SolverOptions& options = {});

}  // namespace rhochain
