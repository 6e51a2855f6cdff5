#include <rhochain/chains/chain_product.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

scaled_block chain_product::scaled_product(direction d, const_block V) const {
    scaled_block X(V, "v", P_->threads());
    journal_->carry(
        X, [&](scaled_block& x, std::int64_t first, const auto& after_step) { P_->run(d, x, first, after_step); }, *after_step_);
    return X;
}

void chain_product::product(direction d, const_block V, mutable_block Y) const {
    const scaled_block X = scaled_product(d, V);
    constexpr std::int64_t longest = 500;
    // Below this every double is 0.
    constexpr std::int64_t shortest = -4000;
    for (std::int64_t c = 0; c < Y.columns; ++c) {
        if (X.norm(c).exponent - exponent_ > longest) throw beyond_range{};
        const std::int64_t e = X.exponents()[static_cast<std::size_t>(c)] - exponent_;
        const int shift = static_cast<int>(std::max(e, shortest));
        for (std::int64_t i = 0; i < Y.rows; ++i) Y.row(i)[c] = std::ldexp(X.mantissas().row(i)[c], shift);
    }
}

}  // namespace rhochain
