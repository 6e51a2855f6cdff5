// Y = A X for float32 X and Y where A's product is computed in float64: X is widened, which is exact, and Y rounded to
// nearest (beyond float32's range: infinity). Takes 8 bytes for each entry of X and Y, from `pool` if there is one.
#pragma once

#include <rhochain/storage/block.hpp>
#include <rhochain/storage/buffer_pool.hpp>

#include <functional>
#include <memory>

namespace rhochain {

using block_product = std::function<void(const_block X, mutable_block Y)>;

// X and Y do not overlap.
void single_precision_product(const block_product& apply, block_view<const float> X, block_view<float> Y,
                              std::shared_ptr<buffer_pool> pool, int threads);

}  // namespace rhochain
