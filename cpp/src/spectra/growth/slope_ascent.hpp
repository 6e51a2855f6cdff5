// A search for cycles of slopes under which gradients grow fastest (slope_cycle.hpp). With the left and right vectors
// of a cycle, y_{k+1}^T J_k x_k = y_{k+1}^T (I - A) x_k + sum_i z_i s_i x_i, z = W^T A y_{k+1}: it rises if s_i
// follows the sign of z_i x_i. A sweep computes the left vectors backwards, then changes the slopes step by step while
// the right vector passes (Gauss-Seidel). The result is a cycle and an estimate of its rate; any cycle is a valid
// witness. 2 p products a sweep, more for p < 16. Memory: p n (8 + 1) bytes, with a leak p n (16 + 1).
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/slope_cycle.hpp"

#include <cstdint>

namespace rhochain {

struct slope_witness {
    double rate = 0.0;  // an estimate
    slope_rows cycle;   // empty without a witness
};

// From this cycle; x and y start at random vectors of this stream.
[[nodiscard]] slope_witness ascend_slopes(const slope_jacobian& J, slope_rows cycle, int sweeps, std::uint64_t seed,
                                          std::uint64_t stream, Ledger& ledger);

// The best of several starts: short ascents first, a long one from the best. Cycles of `period`, from all slopes at hi
// and from `others`.
[[nodiscard]] slope_witness search_slopes(const slope_jacobian& J, std::size_t period,
                                          const std::vector<std::vector<std::uint8_t>>& others, std::uint64_t seed,
                                          Ledger& ledger);

}  // namespace rhochain
