#include <rhochain/chains/measures/chain_norm.hpp>
#include "chains/measures/factor_reader.hpp"
#include "chains/measures/matrix_factor_reader.hpp"
#include "chains/measures/norm_search.hpp"
#include "chains/measures/stack_factor_reader.hpp"

namespace rhochain {

Bracket chain_norm(const jacobian_chain& P, const SolverOptions& options, const ChainSaving& saving) {
    slope_factor_reader factors(P);
    return chain_norm(factors, options, saving);
}

Bracket chain_norm(const gated_chain& P, const SolverOptions& options, const ChainSaving& saving) {
    gate_factor_reader factors(P);
    return chain_norm(factors, options, saving);
}

Bracket chain_norm(const matrix_chain& P, const SolverOptions& options, const ChainSaving& saving) {
    matrix_factor_reader factors(P);
    return chain_norm(factors, options, saving);
}

Bracket chain_norm(const stack_chain& P, const SolverOptions& options, const ChainSaving& saving) {
    stack_factor_reader factors(P);
    return chain_norm(factors, options, saving);
}

}  // namespace rhochain
