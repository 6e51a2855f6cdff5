// rho(J) of J = I - D + g D W, D = diag(a), the Jacobian of a linear network with leak. The eigenvalue
// of W with the largest |lambda| does not determine rho(J): another one may have the largest |1 - a + a g lambda|.
// Upper, PROVED for bounded() W: rho(I - D + g D |W|), Collatz-Wielandt, which is rho(J) itself for W >= 0;
// PROBABLE(delta): powers of J (spectral_radius.hpp). Lower, PROVED for W >= 0; else an ESTIMATE. Where the dominant
// eigenvalue or pair is isolated both ends are PROBABLE(delta) and close (deflation).
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <span>

namespace rhochain {

// `leak`: one a for all neurons, or a vector of W.domain(). Throws std::invalid_argument unless W is square, every
// a_i is above 0 and at most 1, and the gain g is finite and above 0.
[[nodiscard]] Bracket leaky_radius(const linear_map& W, std::span<const double> leak, const SolverOptions& options = {},
                                   double gain = 1.0);

}  // namespace rhochain
