// Matrices that act between one or two vectors and their images.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace rhochain {

// m x m, m = 1 or 2, the rest 0. Its norm is taken as the Frobenius norm.
struct small_matrix {
    std::array<std::array<double, 2>, 2> entries{};

    double& operator()(std::size_t i, std::size_t j) { return entries[i][j]; }
    double operator()(std::size_t i, std::size_t j) const { return entries[i][j]; }
    [[nodiscard]] double norm() const {
        return std::hypot(std::hypot(entries[0][0], entries[0][1]), std::hypot(entries[1][0], entries[1][1]));
    }
};

inline small_matrix inverse(const small_matrix& K, std::size_t m) {
    small_matrix inverted;
    if (m == 1) {
        inverted(0, 0) = 1.0 / K(0, 0);
        return inverted;
    }
    const double determinant = K(0, 0) * K(1, 1) - K(0, 1) * K(1, 0);
    inverted(0, 0) = K(1, 1) / determinant;
    inverted(0, 1) = -K(0, 1) / determinant;
    inverted(1, 0) = -K(1, 0) / determinant;
    inverted(1, 1) = K(0, 0) / determinant;
    return inverted;
}

inline small_matrix product(const small_matrix& A, const small_matrix& B) {
    small_matrix C;
    for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t j = 0; j < 2; ++j) C(i, j) = A(i, 0) * B(0, j) + A(i, 1) * B(1, j);
    return C;
}

}  // namespace rhochain
