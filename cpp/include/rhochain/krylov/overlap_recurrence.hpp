// Estimates how far the computed vectors of Golub-Kahan (golub_kahan.hpp) are from orthogonal without reading them.
// With A V = U B and A^T U = V B^T + beta_{k-1} v_k e^T the overlaps nu_i = v_k^T v_i and mu_i = u_k^T u_i, i < k,
// satisfy
//     beta_{k-1} nu_i' = alpha_i mu_i + beta_{i-1} mu_{i-1} - alpha_{k-1} nu_i,
//     alpha_k mu_i'    = alpha_i nu_i' + beta_i nu_{i+1}' - beta_{k-1} mu_i,     nu_k' = mu_{k-1} = 1,
// nu' and mu' those of the next vectors, up to the rounding errors of a step, which enter with the sign that enlarges
// the overlap. Indices from 0, beta_{-1} = 0. An ESTIMATE: bounds need a measured orthogonality.
// Source: Simon 1984; Larsen 1998.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

class state_archive;  // kernels/vectors/state_archive.hpp

class overlap_recurrence {
public:
    // Moves to v_k, from alpha_0 .. alpha_{k-1}, beta_0 .. beta_{k-2} and beta_{k-1}. Returns max |nu_i|.
    double to_next_right(std::span<const double> alpha, std::span<const double> beta, double next_beta);
    // v_k has been made orthogonal to the vectors before it.
    void right_is_orthogonal();
    // Moves to u_k, from alpha_0 .. alpha_k and beta_0 .. beta_{k-1}.
    void to_next_left(std::span<const double> alpha, std::span<const double> beta);

    // Whether it stands at v_k and u_k.
    [[nodiscard]] bool fits(std::int64_t k) const {
        const auto length = static_cast<std::size_t>(k);
        return right_.size() == length && left_.size() == length;
    }

    void exchange(state_archive& s);

private:
    std::vector<double> right_{1.0};  // nu_0 .. nu_{k-1} of the newest v_k, and 1
    std::vector<double> left_{1.0};   // mu_0 .. mu_{k-1} of the newest u_k, and 1
};

}  // namespace rhochain
