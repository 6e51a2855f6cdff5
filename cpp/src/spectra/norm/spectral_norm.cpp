#include "spectra/norm/norm_of_map.hpp"

namespace rhochain {

Bracket spectral_norm(const linear_map& W, const SolverOptions& options, const NormGoal& goal) {
    const linear_map A = W.normalised();
    Bracket b = norm_of_map(A, options, goal);
    rescale_bracket(b, A.exponent());
    return b;
}

}  // namespace rhochain
