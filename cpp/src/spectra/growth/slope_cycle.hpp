// A cycle of p Jacobians J_k = b I + a W S_k, b = 1 - a, S_k diagonal with entries lo or hi; J_0 acts first. Its rate
// is rho(J_{p-1} .. J_0)^(1/p). The entries of S_k as one byte each, 1 for hi.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include "kernels/solvers/slope_ops.hpp"
#include "kernels/vectors/block_ops.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rhochain {

using slope_rows = std::vector<std::vector<std::uint8_t>>;  // p rows, each a vector of the domain

// One Jacobian at a time. Memory: a block as wide as the widest product.
class slope_jacobian {
public:
    slope_jacobian(linear_map W, const SlopeRange& slopes) : W_(std::move(W)), slopes_(slopes) {}

    [[nodiscard]] const linear_map& map() const { return W_; }
    [[nodiscard]] const space& domain() const { return W_.domain(); }
    [[nodiscard]] const SlopeRange& slopes() const { return slopes_; }
    [[nodiscard]] double kept() const { return 1.0 - slopes_.leak; }  // b
    [[nodiscard]] std::size_t length() const { return static_cast<std::size_t>(domain().length()); }

    // Y = b X + a W S X
    void forward(active_in active, block_in X, block_out Y) const {
        scratch_.reshape(domain(), X.columns());
        apply_slopes(active, slopes_.lo, slopes_.hi, X, scratch_, domain());
        W_.apply(scratch_, Y);
        add_kept(X, Y);
    }
    // Z = W^T Y
    void pull(block_in Y, block_out Z) const { W_.apply_adjoint(Y, Z); }
    // Z = b Y + a S Z for Z = W^T Y
    void finish_backward(active_in active, block_in Y, block_out Z) const {
        apply_slopes(active, slopes_.lo, slopes_.hi, Z, Z, domain());
        add_kept(Y, Z);
    }
    // Z = b Y + a S W^T Y
    void backward(active_in active, block_in Y, block_out Z) const {
        pull(Y, Z);
        finish_backward(active, Y, Z);
    }

private:
    void add_kept(block_in X, block_out Y) const {
        if (slopes_.leak != 1.0) combine_blocks(kept(), X, slopes_.leak, Y, domain());
    }

    linear_map W_;
    SlopeRange slopes_;
    mutable vector_block scratch_;
};

}  // namespace rhochain
