// How far a computed product can be from P = J_{K-1} ... J_0: Phi >= 0 with
//     || fl(P v) - P v || <= Phi   and   || fl(P^T u) - P^T u || <= Phi   for all unit vectors v, u.
// One step errs by |d_l| <= g(m + 6) |J_l| |x_l| entry by entry, m the most weights in a row or column, and with
// F_l = J_{l-1} ... J_0 in front of step l and Q_l = J_{K-1} ... J_{l+1} behind it both errors are at most
//     g(m + 6) beta,   beta = sum_l sum_ij ||Q_l e_i|| |J_l|_ij ||e_j^T F_l||   to first order in g.
// (a) g(K (m + 6)) || |J_{K-1}| ... |J_0| || bounds them without that reservation, but outgrows ||P|| exponentially in
//     a long chain with weights of both signs.
// (b) Sampled: x_l = F_l b for Gaussian b and h' = J_l h + (|J_l| (|x_l| + g |h|)) o xi, xi Gaussian, fresh each step.
//     With m' terms in a row of |J_l| (m + 1 for slopes) and p probes (b, xi), whatever the chain, with probability at
//     least 1 - delta
//         beta <= sqrt(n K m') (e / t) max ||h||,   t (1 + ln(1/t)) = delta^(1/p).
//     The term g |h| stands for the rounding of x and h themselves, of second order (docs/theory/20-chain-norm.md).
#pragma once

#include "chains/measures/factor_reader.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace rhochain {

// ln Phi by (a) from ln of a proved bound of || |J_{K-1}| ... |J_0| ||.
[[nodiscard]] double proved_log_rounding(const factor_reader& P, double log_bound);

struct sampled_rounding {
    double log_phi;
    bool lossless;  // the weights and all slopes or gates kept their bits; else log_phi is an estimate
};

// ln Phi by (b). after_product(b) counts products with W; true stops. None then, for a chain that is not bounded(),
// and if a number leaves the float64 range.
[[nodiscard]] std::optional<sampled_rounding> sample_rounding(factor_reader& P, std::uint64_t seed, double delta,
                                                              const std::function<bool(std::int64_t b)>& after_product);

}  // namespace rhochain
