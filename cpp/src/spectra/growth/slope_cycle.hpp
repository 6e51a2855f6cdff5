// A cycle of p Jacobians J_k = I - A + A W S_k, A = diag(a), S_k diagonal with entries lo or hi; J_0 acts first. Its
// rate is rho(J_{p-1} .. J_0)^(1/p). The entries of S_k as one byte each, 1 for hi.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/growth/worst_case_growth.hpp>
#include "kernels/solvers/leaky_products.hpp"
#include "kernels/solvers/slope_ops.hpp"
#include "spectra/radius/leak_range.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {

using slope_rows = std::vector<std::vector<std::uint8_t>>;  // p rows, each a vector of the domain

// The leaks of this process: one for all neurons, or one for each.
[[nodiscard]] inline std::span<const double> leaks_of(const SlopeRange& slopes) {
    return slopes.leaks.empty() ? std::span<const double>{&slopes.leak, 1} : slopes.leaks;
}

// One Jacobian at a time. Memory: a block as wide as the widest product.
class slope_jacobian {
public:
    // With slopes.leaks slopes.leak is the least of them, at most a_i for all i.
    slope_jacobian(linear_map W, const SlopeRange& slopes)
        : W_(std::move(W)), slopes_(slopes), largest_leak_(range_of_leaks(leaks(), domain()).largest) {}

    [[nodiscard]] const linear_map& map() const { return W_; }
    [[nodiscard]] const space& domain() const { return W_.domain(); }
    [[nodiscard]] const SlopeRange& slopes() const { return slopes_; }
    [[nodiscard]] bool leaky() const { return slopes_.leak != 1.0; }
    [[nodiscard]] double largest_leak() const { return largest_leak_; }
    [[nodiscard]] std::size_t length() const { return static_cast<std::size_t>(domain().length()); }

    // Y = (I - A) X + A W S X
    void forward(active_in active, block_in X, block_out Y) const {
        scratch_.reshape(domain(), X.columns());
        apply_slopes(active, slopes_.lo, slopes_.hi, X, scratch_, domain());
        W_.apply(scratch_, Y);
        if (leaky()) add_kept(leaks(), 1.0, 0, X, Y, domain());
    }
    // Z = W^T A Y
    void pull(block_in Y, block_out Z) const {
        if (!leaky()) return W_.apply_adjoint(Y, Z);
        scratch_.reshape(domain(), Y.columns());
        weight_by_leak(leaks(), 1.0, 0, Y, scratch_, domain());
        W_.apply_adjoint(scratch_, Z);
    }
    // Z = (I - A) Y + S Z for Z = W^T A Y
    void finish_backward(active_in active, block_in Y, block_out Z) const {
        apply_slopes(active, slopes_.lo, slopes_.hi, Z, Z, domain());
        if (leaky()) add_rest(leaks(), Y, Z, domain());
    }
    // Z = (I - A) Y + S W^T A Y
    void backward(active_in active, block_in Y, block_out Z) const {
        pull(Y, Z);
        finish_backward(active, Y, Z);
    }
    // Z = (I - A) Y
    void keep(block_in Y, block_out Z) const { keep_rest(leaks(), Y, Z, domain()); }

private:
    [[nodiscard]] std::span<const double> leaks() const { return leaks_of(slopes_); }

    linear_map W_;
    SlopeRange slopes_;
    double largest_leak_;
    mutable vector_block scratch_;
};

}  // namespace rhochain
