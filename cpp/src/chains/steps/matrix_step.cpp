#include "chains/steps/matrix_step.hpp"
#include <rhochain/chains/steps/chain_step.hpp>

namespace rhochain {

void apply_matrix(const linear_map& A, direction d, entry_map map, block_in V, block_out Y, std::span<double> squares) {
    // The second half of a step with its slopes first and no leak.
    const chain_step step{&A, map, d == direction::backward, true, 0.0, 1.0, A.exponent()};
    apply_weights(step, {}, V, Y, squares);
}

}  // namespace rhochain
