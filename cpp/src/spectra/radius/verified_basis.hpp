// An approximate eigenbasis X, Y ~ X^-1 of A, n x n, with D and N (kernels/solvers/block_diagonal.hpp), and the
// quantities y, z, eta of the theorem in verified_discs.hpp, rounding included: radii r for a few weights w.
//
// Weights: w_j >= 1 / ||column j of X||_2. A row with entries of N has one so large that they add at most
// max(c (rho - |lambda|), f rho) to its disc, for c = 1/4, or 0, and several f.
#pragma once

#include "kernels/solvers/block_diagonal.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rhochain {

class verified_basis {
public:
    // What the couplings N may add to the discs inside the spectrum.
    enum class inner_discs { up_to_radius, narrow };

    // The n x n A is borrowed; A, its `error` as in verified_discs.hpp, `most` as in block_diagonal.hpp.
    verified_basis(std::span<const double> A, double error, real_schur_form schur, double most);

    // Why the theorem does not hold; empty where it does.
    [[nodiscard]] const std::string& failure() const { return failure_; }
    [[nodiscard]] const block_diagonal_form& form() const { return form_; }

    // One radius for each eigenvalue in form(), for each choice of weights. Requires that the theorem holds.
    [[nodiscard]] std::vector<std::vector<double>> radii(inner_discs inner) const;

private:
    using numbers = std::vector<double>;

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(n_); }
    [[nodiscard]] std::string check();
    void bound_residuals(buffer<double>& P);
    [[nodiscard]] buffer<double> padded() const;
    void multiply(buffer<double>& C, const buffer<double>& A, const buffer<double>& B) const;
    [[nodiscard]] numbers weights(double top, double share, double fraction) const;
    [[nodiscard]] numbers radii_for(const numbers& w) const;

    std::span<const double> A_;
    std::int64_t n_;
    double error_;
    block_diagonal_form form_;
    std::string failure_;
    numbers x_, y_, z_, eta_;  // x: norms of the columns of X
};

}  // namespace rhochain
