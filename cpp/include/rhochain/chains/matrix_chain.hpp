// P = J_{K-1} ... J_1 J_0 of matrices J_k (n x n) that the caller has, sparse, dense or known by their products:
//     jvp(V) = P V      from J_0 to J_{K-1}
//     vjp(G) = P^T G    from J_{K-1}^T to J_0^T
// on row-major blocks (n x b), of any length (chain_run.hpp). A step is one product. It uses layouts that a matrix has
// and makes none, so that the memory beside the matrices does not grow with K but for a few hundred bytes a matrix.
#pragma once

#include <rhochain/chains/chain_recording.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

class matrix_chain {
public:
    // Each J_k is kept normalised(), with the threads of the first. Throws std::invalid_argument unless there is one
    // and all are n x n.
    explicit matrix_chain(const std::vector<linear_map>& matrices);

    [[nodiscard]] std::int64_t steps() const { return static_cast<std::int64_t>(factors_.size()); }
    [[nodiscard]] std::int64_t size() const { return domain().size(); }
    [[nodiscard]] const space& domain() const { return factors_.front().domain(); }
    // J_k = 2^e A_k, e = A_k.exponent().
    [[nodiscard]] const linear_map& matrix(std::int64_t k) const { return factors_[static_cast<std::size_t>(k)]; }

    [[nodiscard]] ChainResult jvp(const_block V, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;
    [[nodiscard]] ChainResult vjp(const_block G, const chain_progress& progress = {},
                                  const ChainRecording& recording = {}) const;

    // (*) Throws std::invalid_argument where products with the transpose of a J_k are not those of the transpose.
    void require_adjoints(std::uint64_t seed) const;

    // The factors one by one (chain_ref.hpp).
    [[nodiscard]] chain_factor factor(direction d, std::int64_t columns) const;

private:
    [[nodiscard]] ChainResult record(direction d, block_in X, const char* what, const chain_progress& progress,
                                     const ChainRecording& recording) const;

    std::vector<linear_map> factors_;
};

}  // namespace rhochain
