#include "kernels/complex_elimination.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rhochain {
namespace {

// Without the case distinctions of operator* for infinities, which make it slow.
std::complex<double> product(std::complex<double> a, std::complex<double> b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

double size(std::complex<double> z) { return std::max(std::abs(z.real()), std::abs(z.imag())); }

}  // namespace

std::vector<std::complex<double>> solve_by_elimination(std::vector<std::complex<double>> A,
                                                       std::vector<std::complex<double>> B, std::int64_t n) {
    if (n == 0) return B;
    const auto order = static_cast<std::size_t>(n);
    const std::size_t columns = B.size() / order;
    double largest = std::numeric_limits<double>::min();
    for (const auto& a : A) largest = std::max(largest, size(a));
    const double least = 0x1p-52 * largest;
    for (std::size_t k = 0; k < order; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k + 1; i < order; ++i)
            if (size(A[i * order + k]) > size(A[pivot * order + k])) pivot = i;
        if (pivot != k) {
            std::swap_ranges(&A[k * order], &A[k * order] + order, &A[pivot * order]);
            std::swap_ranges(&B[k * columns], &B[k * columns] + columns, &B[pivot * columns]);
        }
        if (size(A[k * order + k]) < least) A[k * order + k] = least;
        for (std::size_t i = k + 1; i < order; ++i) {
            const std::complex<double> factor = A[i * order + k] / A[k * order + k];
            if (factor == 0.0) continue;
            for (std::size_t j = k + 1; j < order; ++j) A[i * order + j] -= product(factor, A[k * order + j]);
            for (std::size_t j = 0; j < columns; ++j) B[i * columns + j] -= product(factor, B[k * columns + j]);
        }
    }
    for (std::size_t k = order; k-- > 0;)
        for (std::size_t j = 0; j < columns; ++j) {
            std::complex<double> sum = B[k * columns + j];
            for (std::size_t i = k + 1; i < order; ++i) sum -= product(A[k * order + i], B[i * columns + j]);
            B[k * columns + j] = sum / A[k * order + k];
        }
    return B;
}

}  // namespace rhochain
