#include <rhochain/chains/matrix_chain.hpp>
#include "chains/steps/matrix_step.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/norm/adjoint_check.hpp"

#include <stdexcept>
#include <string>

namespace rhochain {

matrix_chain::matrix_chain(const std::vector<linear_map>& matrices) {
    if (matrices.empty()) throw std::invalid_argument("matrices: got none, expected at least one");
    const std::int64_t n = matrices.front().rows();
    const int threads = matrices.front().threads();
    factors_.reserve(matrices.size());
    for (const linear_map& J : matrices) {
        if (J.rows() != n || J.cols() != n)
            throw std::invalid_argument("matrices[" + std::to_string(factors_.size()) + "]: got shape " +
                                        std::to_string(J.rows()) + " x " + std::to_string(J.cols()) + ", expected " +
                                        std::to_string(n) + " x " + std::to_string(n));
        factors_.push_back(J.with(threads).normalised().for_one_product());
    }
}

void matrix_chain::require_adjoints(std::uint64_t seed) const {
    for (std::int64_t k = 0; k < steps(); ++k) require_adjoint(matrix(k), seed, "matrices[" + std::to_string(k) + "]");
}

chain_factor matrix_chain::factor(direction d, std::int64_t) const {
    return [this, d](std::int64_t k, const scaled_block& X, bool, block_out Y, std::span<double> squares) {
        const linear_map& A = matrix(k);
        apply_matrix(A, d, entry_map::identity, X.mantissas(), Y, squares);
        return chain_move{A.exponent()};
    };
}

ChainResult matrix_chain::record(direction d, block_in V, const char* what, const chain_progress& progress,
                                 const ChainRecording& recording) const {
    const chain_factor factors = factor(d, V.columns());
    const chain_runner runner = [&](scaled_block& X, std::int64_t first, const auto& after_step) {
        run_chain(d, first, steps(), X, factors, after_step);
    };
    return record_chain(V, what, domain(), steps(), progress, recording, runner);
}

ChainResult matrix_chain::jvp(const_block V, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::forward, from_caller(V), "v", progress, recording);
}

ChainResult matrix_chain::vjp(const_block G, const chain_progress& progress, const ChainRecording& recording) const {
    require_adjoints(0);
    return record(direction::backward, from_caller(G), "g", progress, recording);
}

}  // namespace rhochain
