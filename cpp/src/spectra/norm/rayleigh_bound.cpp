#include "spectra/norm/rayleigh_bound.hpp"

#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

image_of_vector rayleigh_lower_bound(const linear_map& A, vector_in v, double magnitude, Ledger& ledger) {
    constexpr double negligible = 0x1p-40;
    image_of_vector result{vector_block(A.range()), {}};
    A.apply(v, result.image);
    ledger.count();
    const double norms = rounding_gamma(std::max(A.range().sum_depth(), A.domain().sum_depth()) + 4);
    const double length = norm2(v, A.domain()) * (1.0 + norms);
    const double image = norm2(result.image, A.range()) * (1.0 - norms);
    if (!A.bounded()) {
        result.lower = {image / length, Grade::estimate, 0.0, "||W v|| / ||v||"};
        return result;
    }
    const double rounding = rounding_gamma(A.row_terms() + 2);
    double error = rounding * magnitude * length * (1.0 + norms);
    if (!(error <= negligible * image)) {
        vector_block magnitudes(A.domain()), y(A.range());
        copy_magnitudes(v, magnitudes, A.domain());
        A.apply(entry_map::absolute, magnitudes, y);
        ledger.count();
        error = rounding * norm2(y, A.range()) * (1.0 + norms);
    }
    const double bound = (image - error) / length * (1.0 - 0x1p-51);
    result.lower = {std::max(0.0, bound), Grade::proved, 0.0, "||W v|| / ||v||"};
    return result;
}

double singular_residual(const linear_map& A, double sigma, vector_in v, vector_block u, Ledger& ledger) {
    // sigma squared may leave the range of float64 where sigma does not.
    const int e = binary_exponent(sigma);
    scale_by_power(-e, u, A.range());
    vector_block z(A.domain());
    A.apply_adjoint(u, z);
    ledger.count();
    axpy(-sigma * std::ldexp(sigma, -e), v, z, A.domain());
    return norm2(z, A.domain()) / std::ldexp(sigma, -e);
}

}  // namespace rhochain
