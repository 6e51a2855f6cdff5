// Lyapunov exponents of a chain P = J_{K-1} ... J_0 (n x n), natural logarithms per step: with Q_0 (n x k) a random
// orthonormal frame and, every m steps,
//     J_{t+m-1} ... J_t Q_t = Q_{t+m} R_{t+m},      lambda_i = (1 / T) sum_t ln (R_t)_ii,      i = 1 .. k,
// summed over the T steps after the first `discard`, in which the frame turns into the leading directions. For i <= k
// the sum over 1 .. i is the mean rate of growth of i-dimensional volumes, so the lambda_i fall with i in expectation.
// ESTIMATES, with standard errors from batch means.
// m adapts: the largest cancellation in a factorization, max_i ||(column i)|| / R_ii, about
// e^{m (lambda_1 - lambda_k)}, is held near e^12, and steps that took it beyond e^18 are run again one at a time. A
// direction that one step shrinks by more than 2^42 against the others is no more than rounding: it is lost,
// lambda_i = -inf.
// Sources: Shimada & Nagashima 1979; Benettin, Galgani, Giorgilli & Strelcyn 1980; Geist, Parlitz & Lauterborn 1990;
// Kaplan & Yorke 1979 (dimension); Pesin 1977 (entropy).
#pragma once

#include <rhochain/chains/chain_ref.hpp>
#include <rhochain/chains/chain_state.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rhochain {

struct LyapunovOptions {
    std::uint64_t seed = 0;
    std::optional<std::int64_t> discard;  // a tenth of the steps by default
    double atol = 0.0;                    // stop once every error is at most this; 0: run to the end
    ChainSaving saving{};                 // after factorizations; the vectors of a state are the frame
};

struct LyapunovSpectrum {
    std::vector<double> exponents;  // k; NaN before a step was counted
    std::vector<double> errors;     // k; NaN for fewer than 8 batches and for -inf
    std::vector<std::int64_t> history_steps;
    std::vector<double> history;  // exponents after history_steps[h] counted steps, k a row
    std::int64_t done = 0;        // steps of the chain that were run
    std::int64_t steps = 0;       // of these the counted ones
    std::int64_t discard = 0;
    std::int64_t batches = 0;
    std::int64_t factorizations = 0;
    double cancellation = 1.0;  // the largest, of all factorizations
    double entropy_rate = 0.0;  // sum of the positive exponents
    double entropy_error = 0.0;
    double kaplan_yorke_dimension = 0.0;
};

// Throws std::invalid_argument unless 1 <= k <= n, 0 <= discard < K (0 for K = 0) and atol >= 0, and at the state of
// another run. A run that was stopped between factorizations goes on from the last one.
[[nodiscard]] LyapunovSpectrum lyapunov_spectrum(const chain_ref& P, std::int64_t k,
                                                 const LyapunovOptions& options = {},
                                                 const chain_progress& progress = {});

// With the exponents in falling order and S_j the sum of the first j: j + S_j / |lambda_{j+1}| for the largest j with
// S_j >= 0. All n of them and S_n >= 0: n. NaN where fewer than n leave S_j >= 0 to the last, so that the rest
// decides.
[[nodiscard]] double kaplan_yorke_dimension(std::span<const double> exponents, std::int64_t n);

}  // namespace rhochain
