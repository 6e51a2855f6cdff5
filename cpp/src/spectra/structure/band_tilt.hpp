// Geometric scaling of a block in a long band, all entries within |i - j| <= reach, reach far below the number of
// vertices:
//     B = D A D^-1,   D = diag(e^{-t i}),   B_ij = e^{t (j - i)} A_ij.
// rho, rho(|A|) and mu_D are those of A. A vector that grows along the band of A, up to its end, no longer grows in B.
// ln sigma_1(B) is convex in t (docs/theory/23-scaled-norm.md). For a Toeplitz band with symbol f it tends to the
// largest ln |f(e^{t + i theta})|, and the least of these over t to ln rho where a saddle point of |f| attains it
// (docs/theory/17-bands.md).
// D itself may be far out of range: B is a copy, and D is never computed. Hatano & Nelson 1996 (imaginary gauge).
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/spectra/structure/components.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// The largest |i - j| over the nonzero entries of component c, with the vertices numbered by `position`, where that is
// a long band; else 0.
[[nodiscard]] std::int64_t long_band_reach(const stored_entries& W, const component_partition& P,
                                           std::span<const std::int64_t> position, std::int64_t c);

// The t of the least sigma_1(B) for up to eight stretches of the band; 0 where the gain is not worth a copy, or entries
// differ by more than 2^400. A multiple of 2^-20, |t| reach <= 200. A is not a transposed view.
[[nodiscard]] double least_norm_tilt(const stored_entries& A, std::int64_t reach, Ledger& ledger);

// 2^exponent `map` is B, the largest entry of 2^-exponent A in [1/2, 1).
struct tilted_band {
    linear_map map;
    int exponent = 0;
};

// Each entry has a relative error of at most tilt_rounding: t (j - i) is exact, its exponential and the product round.
// A has entries and is not a transposed view. `map` owns its entries and has the threads of A and `memory` bytes for
// layouts.
[[nodiscard]] tilted_band tilted(const linear_map& A, double t, std::int64_t reach, std::size_t memory);

inline constexpr double tilt_rounding = 0x1p-50;

// -t i for the vertices i: the logarithms of D. Exact.
[[nodiscard]] std::vector<double> tilt_logarithms(double t, std::int64_t size);

}  // namespace rhochain
