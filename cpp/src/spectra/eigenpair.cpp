#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/spectra/eigenpair.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace rhochain {
namespace {

double largest_part(std::span<const std::complex<double>> x) {
    double largest = 0.0;
    for (const auto& entry : x) {
        if (!std::isfinite(entry.real()) || !std::isfinite(entry.imag()))
            throw std::invalid_argument("x: got an entry that is not finite, expected finite numbers");
        largest = std::max({largest, std::abs(entry.real()), std::abs(entry.imag())});
    }
    return largest;
}

}  // namespace

Eigenpair check_eigenpair(operator_ref A, std::span<const std::complex<double>> x, int threads) {
    require_square(A, "an eigenvector");
    if (static_cast<std::int64_t>(x.size()) != A.cols())
        throw std::invalid_argument("x: got length " + std::to_string(x.size()) + ", expected length " +
                                    std::to_string(A.cols()));
    const double largest = largest_part(x);
    if (largest == 0.0) throw std::invalid_argument("x: got the zero vector, expected a vector with a nonzero entry");
    const int team = resolve_threads(threads);
    const int e = binary_exponent(largest);
    const std::size_t n = x.size();
    std::vector<double> a(n), b(n), image_a(n), image_b(n), magnitude(n);
    for (std::size_t i = 0; i < n; ++i) {
        a[i] = std::ldexp(x[i].real(), -e);
        b[i] = std::ldexp(x[i].imag(), -e);
        magnitude[i] = std::abs(a[i]) + std::abs(b[i]);
    }
    A.apply(const_block(a), mutable_block(image_a));
    A.apply(const_block(b), mutable_block(image_b));
    const double squared = dot(a, a, team) + dot(b, b, team);
    const std::complex<double> theta{(dot(a, image_a, team) + dot(b, image_b, team)) / squared,
                                     (dot(a, image_b, team) - dot(b, image_a, team)) / squared};
    for (std::size_t i = 0; i < n; ++i) {
        image_a[i] -= theta.real() * a[i] - theta.imag() * b[i];
        image_b[i] -= theta.real() * b[i] + theta.imag() * a[i];
    }
    const double norms = rounding_gamma(sum_depth(A.rows()) + 8);
    const double length = std::sqrt(squared) * (1.0 - norms);
    const double rest = std::hypot(norm2(image_a, team), norm2(image_b, team)) * (1.0 + norms);
    Eigenpair result{theta, {rest / length, Grade::estimate, 0.0, "residual of an eigenvector"}};
    if (!A.entrywise() || !A.lossless()) return result;
    A.apply(entry_map::absolute, const_block(magnitude), mutable_block(image_a));
    constexpr double u = 0x1p-53;
    constexpr double underflow = 0x1p-500;
    const double products = rounding_gamma(A.row_terms() + 2) * norm2(image_a, team) * (1.0 + norms);
    const double others = 8.0 * u * (rest + std::abs(theta) * norm2(magnitude, team));
    result.residual.value = (rest + 2.0 * (products + others) + underflow) / length * (1.0 + 0x1p-50);
    result.residual.grade = Grade::proved;
    return result;
}

}  // namespace rhochain
