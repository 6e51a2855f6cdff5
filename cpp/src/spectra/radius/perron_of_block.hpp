// rho(M), M = |A|, of one strongly connected component: for any x > 0 (Collatz 1942, Wielandt 1950)
//     min_i (M x)_i / x_i  <=  rho(M)  <=  max_i (M x)_i / x_i,
// PROVED at every iteration: sums of nonnegative terms have a relative error of at most g(m + 2), which moves both
// ends outwards. x follows the power method on M + c I, whose shift makes it converge on periodic graphs, with Krylov
// steps where that is slow. For a symmetric M the Rayleigh quotient bounds rho(M) from below, and the vector of
// positive_resolvent.hpp serves where powers are slow. A component that is one cycle has
// rho = (product of |w|)^(1/length) exactly.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/structure/irreducible_block.hpp"

namespace rhochain {

// For block.map() itself, without its exponent. `vector` of the result is x, its largest entry in [1/2, 1]; empty for a
// cycle. options.start is the first x.
[[nodiscard]] Bracket perron_of_block(const irreducible_block& block, const SolverOptions& options, Ledger& ledger);

// An upper bound of rho(|A|), and so of rho(A) and mu_D(A), from at most 40 products.
[[nodiscard]] Bound perron_upper_bound(const irreducible_block& block, const SolverOptions& options, Ledger& ledger);

}  // namespace rhochain
