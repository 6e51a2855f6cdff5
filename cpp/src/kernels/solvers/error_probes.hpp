// Probes (x, h) that measure the rounding error of a product (chains/measures/chain_rounding.hpp). Row i of `both`
// (n x 2 p) holds x_i of each of the p = probe_count probes, then h_i of each. Other blocks are n x p. A maximum is NaN
// if one of its entries is NaN or infinite.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <array>
#include <cstddef>

namespace rhochain {

inline constexpr std::size_t probe_count = 4;
template <class T>
using per_probe = std::array<T, probe_count>;

// x = X, h = 0.
void start_probes(block_in X, block_out both, const space& S);

// (*) magnitudes = |x| + g |h|. Returns max_i |x_i|.
[[nodiscard]] per_probe<double> write_probe_magnitudes(block_in both, double g, block_out magnitudes, const space& S);

// (*) max_i max(|x_i|, |local_i|).
[[nodiscard]] per_probe<double> largest_in_step(block_in both, block_in local, const space& S);

// (*) h += max(local, least) o kick. Returns max_i max(|x_i|, |h_i|).
[[nodiscard]] per_probe<double> add_kicks(block_in local, const per_probe<double>& least, block_in kick, block_out both,
                                          const space& S);

// x = 2^exponent x and h = 2^exponent h, as ldexp rounds.
void scale_probes(const per_probe<int>& exponents, block_out both, const space& S);

}  // namespace rhochain
