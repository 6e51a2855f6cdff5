#include <rhochain/spectra/radius/eigenpair.hpp>

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/complex_vectors.hpp"
#include "spectra/radius/eigenpair_of_map.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

// The entries of x that S has in this process.
complex_array own_part(complex_array x, const space& S) {
    const auto length = static_cast<std::int64_t>(x.size());
    if (!S.any(length != S.length())) return x;
    if (S.any(length != S.size()))
        throw std::invalid_argument("x: got length " + std::to_string(length) + ", expected length " +
                                    std::to_string(S.size()));
    return x.subspan(static_cast<std::size_t>(S.first()), static_cast<std::size_t>(S.length()));
}

double largest_part(complex_in x, const space& S) {
    const double largest = max_abs_part(x, S);
    if (!std::isfinite(largest))
        throw std::invalid_argument("x: got an entry that is not finite, expected finite numbers");
    if (largest == 0.0) throw std::invalid_argument("x: got the zero vector, expected a vector with a nonzero entry");
    return largest;
}

}  // namespace

Eigenpair eigenpair_of_map(const linear_map& A, complex_in x) {
    const space& S = A.domain();
    const int e = binary_exponent(largest_part(x, S));
    vector_block a(S), b(S), image_a(S), image_b(S), magnitude(S);
    split(x, -e, a, b, S);
    bound_moduli(a, b, magnitude, S);
    A.apply(a, image_a);
    A.apply(b, image_b);
    const double squared = dot(a, a, S) + dot(b, b, S);
    const std::complex<double> theta{(dot(a, image_a, S) + dot(b, image_b, S)) / squared,
                                     (dot(a, image_b, S) - dot(b, image_a, S)) / squared};
    subtract_multiple(theta, a, b, image_a, image_b, S);
    const double norms = rounding_gamma(S.sum_depth() + 8);
    const double length = std::sqrt(squared) * (1.0 - norms);
    const double rest = std::hypot(norm2(image_a, S), norm2(image_b, S)) * (1.0 + norms);
    Eigenpair result{theta, {rest / length, Grade::estimate, 0.0, "residual of an eigenvector"}};
    if (!A.bounded() || !A.lossless()) return result;
    A.apply(entry_map::absolute, magnitude, image_a);
    constexpr double u = 0x1p-53;
    constexpr double underflow = 0x1p-500;
    const double products = rounding_gamma(A.row_terms() + 2) * norm2(image_a, S) * (1.0 + norms);
    const double others = 8.0 * u * (rest + std::abs(theta) * norm2(magnitude, S));
    result.residual.value = (rest + 2.0 * (products + others) + underflow) / length * (1.0 + 0x1p-50);
    result.residual.grade = Grade::proved;
    return result;
}

Eigenpair check_eigenpair(const linear_map& W, std::span<const std::complex<double>> x) {
    require_square(W, "an eigenvector");
    const linear_map A = W.normalised();
    Eigenpair pair = eigenpair_of_map(A, from_caller(own_part(x, A.domain())));
    pair.theta *= std::ldexp(1.0, A.exponent());
    pair.residual.value = shifted_up(pair.residual.value, A.exponent());
    return pair;
}

}  // namespace rhochain
