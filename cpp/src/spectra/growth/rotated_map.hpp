// The Hermitian maps H(t_j) = (e^{i t_j} B + e^{-i t_j} B^T) / 2 of several angles t_j together, B real and square,
// on a block X of one complex vector x_j for each angle (rotated_parts.hpp): one product with B and one with B^T for
// all. Memory: two blocks of n x 2 m for m angles.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/operators/linear_map.hpp>
#include "kernels/solvers/rotated_parts.hpp"

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {

// e^{it}, exact at multiples of pi / 2.
[[nodiscard]] inline std::complex<double> unit_at(double t) {
    constexpr double quarter = 0.5 * std::numbers::pi;
    return t == quarter ? std::complex<double>{0.0, 1.0} : std::complex<double>{std::cos(t), std::sin(t)};
}

class rotated_map {
public:
    struct weights {
        double product;  // of H(t_j) x_j
        double own;      // of x_j
        double before;   // of z_j
    };

    rotated_map(linear_map B, std::span<const double> angles) : B_(std::move(B)) {
        for (const double t : angles) units_.push_back(unit_at(t));
        P_.reshape(domain(), columns());
        Q_.reshape(domain(), columns());
    }

    [[nodiscard]] const space& domain() const { return B_.domain(); }
    [[nodiscard]] std::int64_t columns() const { return 2 * static_cast<std::int64_t>(units_.size()); }
    // Products that apply() takes.
    [[nodiscard]] std::int64_t products() const { return 2 * columns(); }

    // y_j = product H(t_j) x_j + own x_j + before z_j. Y may be Z.
    void apply(std::span<const weights> w, block_in X, block_in Z, block_out Y) {
        multiply(X);
        combine_rotated(terms(w), P_, Q_, X, Z, Y, domain());
    }
    [[nodiscard]] std::vector<pair_sums> apply_with_sums(std::span<const weights> w, block_in X, block_in Z,
                                                         block_out Y) {
        multiply(X);
        return combine_rotated_with_sums(terms(w), P_, Q_, X, Z, Y, domain());
    }

    // Of the last apply() (rotated_parts.hpp).
    void shares(vector_out rows, vector_out columns, vector_out squares) const {
        row_and_column_shares(units_, P_, Q_, rows, columns, squares, domain());
    }

private:
    void multiply(block_in X) {
        B_.apply(X, P_);
        B_.apply_adjoint(X, Q_);
    }
    [[nodiscard]] std::vector<rotated_term> terms(std::span<const weights> w) const {
        std::vector<rotated_term> result;
        for (std::size_t j = 0; j < units_.size(); ++j)
            result.push_back({units_[j].real(), units_[j].imag(), w[j].product, w[j].own, w[j].before});
        return result;
    }

    linear_map B_;
    std::vector<std::complex<double>> units_;
    vector_block P_;
    vector_block Q_;
};

}  // namespace rhochain
