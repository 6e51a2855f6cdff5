// Probes (x, h) that measure the rounding error of a product (chains/measures/chain_rounding.hpp). Row i of `both`
// (n x 2 p) holds x_i of each of the p = probe_count probes, then h_i of each. Other blocks are n x p. A maximum is NaN
// if one of its entries is NaN or infinite.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/storage/block.hpp>

#include <array>
#include <cstddef>

namespace rhochain {

inline constexpr std::size_t probe_count = 4;
template <class T>
using per_probe = std::array<T, probe_count>;

// x = X, h = 0.
void start_probes(const_block X, mutable_block both, const space& S);

// (*) magnitudes = |x| + g |h|. Returns max_i |x_i|.
[[nodiscard]] per_probe<double> write_probe_magnitudes(const_block both, double g, mutable_block magnitudes,
                                                       const space& S);

// (*) max_i max(|x_i|, |local_i|).
[[nodiscard]] per_probe<double> largest_in_step(const_block both, const_block local, const space& S);

// (*) h += max(local, least) o kick. Returns max_i max(|x_i|, |h_i|).
[[nodiscard]] per_probe<double> add_kicks(const_block local, const per_probe<double>& least, const_block kick,
                                          mutable_block both, const space& S);

// x = 2^exponent x and h = 2^exponent h, as ldexp rounds.
void scale_probes(const per_probe<int>& exponents, mutable_block both, const space& S);

}  // namespace rhochain
