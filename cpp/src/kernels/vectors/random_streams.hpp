// All streams of random numbers (random.hpp). Two draws of one call are independent because their streams differ. The
// numbers of the streams must not change: every result depends on them.
#pragma once

#include <cstdint>

namespace rhochain::streams {

// Estimates of a matrix.
inline constexpr std::uint64_t start = 0;         // Golub-Kahan, the first power filter, the flow of a scaling
inline constexpr std::uint64_t second_start = 1;  // the second power filter
inline constexpr std::uint64_t norm_probes = 1;   // Chebyshev probes of sigma_1; such a call draws from `start` too
// Chebyshev probes after stage 0, 1, .. of the search for a scaling.
[[nodiscard]] constexpr std::uint64_t scaling_probes(std::uint64_t stage) { return stage + 1; }
inline constexpr std::uint64_t added_columns = 999;  // of the flow of a scaling
inline constexpr std::uint64_t walk = 1000;
inline constexpr std::uint64_t commutator = 1001;
inline constexpr std::uint64_t tilt = 1002;
inline constexpr std::uint64_t range_vector = 1003;
inline constexpr std::uint64_t growth_scaling = 1004;
[[nodiscard]] constexpr std::uint64_t scaling_sweep(std::uint64_t sweep) { return 3000 + sweep; }
[[nodiscard]] constexpr std::uint64_t slope_start(std::uint64_t vector) { return 4000 + vector; }
inline constexpr std::uint64_t gain_ascent = 500;       // a number for slope_start
inline constexpr std::uint64_t cycle_vectors = 1005;    // and 1006: x and y of a cycle
inline constexpr std::uint64_t cycle_probes = 1007;     // and 1008: norms of its parts
inline constexpr std::uint64_t cycle_remainder = 1009;  // Golub-Kahan for its deflated product
inline constexpr std::uint64_t isolated_left = 1010;    // the left powers of an isolated eigenvalue
inline constexpr std::uint64_t isolated_rest = 1011;    // powers of what is left without it
// Lanczos for support lines, for the group of angles that begins with this one.
[[nodiscard]] constexpr std::uint64_t support_line(std::uint64_t angle) { return 2000 + angle; }
// Krylov-Schur for outer eigenvalues, after so many deflations.
[[nodiscard]] constexpr std::uint64_t outer_start(std::uint64_t round) { return 5'000'000 + round; }
inline constexpr std::uint64_t left_vector = 0x6c656674;
inline constexpr std::uint64_t adjoint = 0x61646a6f696e74;

// Measures of a chain of K steps.
[[nodiscard]] constexpr std::uint64_t chain_start(std::uint64_t attempt) {
    return attempt == 0 ? 0 : (std::uint64_t{1} << 63) + attempt;
}
[[nodiscard]] constexpr std::uint64_t chain_rounding(std::uint64_t step) { return 1 + step; }  // 1 .. K + 1
inline constexpr std::uint64_t frame = 0;
[[nodiscard]] constexpr std::uint64_t covariant_end(int end) { return 1 + static_cast<std::uint64_t>(end); }

// Noise of a rollout, whose seed is its own.
[[nodiscard]] constexpr std::uint64_t noise(std::int64_t step) { return static_cast<std::uint64_t>(step); }

}  // namespace rhochain::streams
