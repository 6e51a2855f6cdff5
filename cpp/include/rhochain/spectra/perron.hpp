// rho(|W|), the Perron radius. For a nonnegative irreducible M = |A| and any x > 0 (Collatz 1942, Wielandt 1950)
//     min_i (M x)_i / x_i  <=  rho(M)  <=  max_i (M x)_i / x_i,
// PROVED at every iteration: sums of nonnegative terms have a relative error of at most g(m + 2), which moves both
// ends outwards. x follows the power method on M + c I (the shift copes with periodic graphs), with Krylov steps where that is
// slow. A component that is one cycle has rho = (product of |w|)^(1/length) exactly.
#pragma once

#include <rhochain/operators/dense_operator.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/irreducible_block.hpp>

#include <vector>

namespace rhochain {

// rho(|A|) of one component. `vector` of the result is x, max x = 1.
[[nodiscard]] Bracket perron_of_block(const irreducible_block& block, const SolverOptions& options, Ledger& ledger);

// By components. Throws std::invalid_argument unless W is square.
template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] Bracket perron_radius(const sparse_operator<Scalar, Index>& W, const SolverOptions& options = {});

template <storage_scalar Scalar>
[[nodiscard]] Bracket perron_radius(const dense_operator<Scalar>& W, const SolverOptions& options = {});

template <storage_scalar Scalar, index_integer Index>
[[nodiscard]] Bracket perron_radius(const csr_view<Scalar, Index>& W, const SolverOptions& options = {}) {
    return perron_radius(sparse_operator(W, options.threads), options);
}

}  // namespace rhochain
