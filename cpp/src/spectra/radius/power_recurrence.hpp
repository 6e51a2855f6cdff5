// What consecutive powers v_0 = A^j z, v_1 = A v_0, v_2 = A v_1 of a real map say about its outermost eigenvalues: the
// monic polynomial p of degree m = 1 or 2 with the least remainder ||p(A) v_0||,
//     p(A) v_0 = v_1 - a v_0    or    v_2 - a v_1 - b v_0.
// Its roots approximate the dominant eigenvalue, or the dominant pair, real or complex.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include "spectra/radius/ritz_search.hpp"

#include <complex>
#include <limits>

namespace rhochain {

struct power_recurrence {
    int degree = 1;
    double a = 0.0;
    double b = 0.0;
    std::complex<double> first;   // the root of the largest modulus; of a pair that with Im > 0
    std::complex<double> second;  // the other one, if degree = 2
    // ||p(A) v_0|| / ||v_0||, from above but for the rounding of the products.
    double remainder = std::numeric_limits<double>::infinity();
    double growth = 0.0;  // ||v_1|| / ||v_0||

    [[nodiscard]] double modulus() const { return std::abs(first); }
    // The remainder as a fraction of what p(A) adds up.
    [[nodiscard]] double relative() const;
    // The least e >= 0 with |p(lambda)| >= wanted for every |lambda| >= |first| + e, from above.
    [[nodiscard]] double excess_where(double wanted) const;
};

// Of degree 1 from v_0 and v_1, of degree 2 from all three. Infinite remainder where the vectors are 0 or parallel.
[[nodiscard]] power_recurrence fit_recurrence(vector_in v0, vector_in v1, const space& S);
[[nodiscard]] power_recurrence fit_recurrence(vector_in v0, vector_in v1, vector_in v2, const space& S);

// The eigenvector of `first`, q(A) v_0 with q(t) = p(t) / (t - first), and its residual.
[[nodiscard]] ritz_pair pair_of(const power_recurrence& p, vector_in v0, vector_in v1, const space& S);

}  // namespace rhochain
