#include "chains/measures/chain_product.hpp"
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/column_norms.hpp"

#include <algorithm>
#include <vector>

namespace rhochain {

scaled_block chain_product::scaled_product(direction d, block_in V) const {
    scaled_block X(V, "v", P_->domain());
    log_->carry(
        X, [&](scaled_block& x, std::int64_t first, const auto& after_step) { P_->run(d, x, first, after_step); },
        *after_step_);
    return X;
}

void chain_product::product(direction d, block_in V, block_out Y) const {
    const scaled_block X = scaled_product(d, V);
    constexpr std::int64_t longest = 500;
    // Below this every double is 0.
    constexpr std::int64_t shortest = -4000;
    std::vector<int> shifts;
    for (std::int64_t c = 0; c < Y.columns(); ++c) {
        if (X.norm(c).exponent - exponent_ > longest) throw beyond_range{};
        const std::int64_t e = X.exponents()[static_cast<std::size_t>(c)] - exponent_;
        shifts.push_back(static_cast<int>(std::max(e, shortest)));
    }
    copy_block(X.mantissas(), Y, X.of());
    rescale_columns(shifts, Y, X.of());
}

}  // namespace rhochain
