// Upper bounds of the worst-case growth R with a leak for each neuron: J(S) = I - A + A W S, A = diag(a), |s_i| <= s.
//
// Theorem G (docs/theory/27-leaks.md). Let c = s ||D W D^-1||_2, r_i = 1 - a_i + a_i c and
// N = D (A (I - A + c A))^(-1/2). Then
//     ||N J(S) N^-1||_2 <= max r_i,      so R <= max r_i,  which is below 1 exactly for c < 1.
// Proof: y = (I - A) x + A v with ||v|| <= c ||x|| has y_i^2 <= r_i ((1 - a_i) x_i^2 + a_i v_i^2 / c) (Cauchy); the sum
// of y_i^2 / (a_i r_i) is at most that of (r_i / a_i) x_i^2. The infimum over D: mu_D(W). Besides,
// R <= rho(I - A + s A |W|), PROVED by Collatz-Wielandt, which is R itself for W >= 0 and s = hi.
#pragma once

#include "spectra/growth/growth_above.hpp"

namespace rhochain {

// `slopes.leaks` has an entry for each neuron, slopes.leak is the least of them. Uses rtol, delta, seed, and at most
// `products` products.
[[nodiscard]] growth_above bound_leaky_growth_above(const linear_map& W, const SlopeRange& slopes,
                                                    const SolverOptions& options, std::int64_t products,
                                                    Ledger& ledger);

}  // namespace rhochain
