// Bounds of sigma_1(A) in O(nnz) operations, all PROVED (A bounded(), m x n):
//     sigma_1 <= sqrt(||A||_1 ||A||_inf),   sigma_1 <= ||A||_F,   sigma_1 >= the largest row or column 2-norm.
// Of a map with majorants they bound the norms of the majorants from above; the lower one needs A.entrywise() and is 0
// without. Sums of nonnegative terms have a relative error of at most g(m) in any order, by which the bounds move
// outwards.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/estimate.hpp>

namespace rhochain {

struct norm_bounds {
    double one = 0.0;         // ||A||_1, the largest column sum of |A|, rounded up
    double inf = 0.0;         // ||A||_inf, the largest row sum of |A|, rounded up
    double one_inf = 0.0;     // sqrt(||A||_1 ||A||_inf), rounded up
    double frobenius = 0.0;   // ||A||_F, rounded up
    double row_column = 0.0;  // the largest 2-norm of a row or a column, rounded down
    Bound upper;              // the least upper bound of sigma_1
    Bound lower;
};

// Of A as it is, without the power of two A.exponent(): rescaled(bound_norms(A), A.exponent()) bounds the norms of W.
// Requires A.bounded(). Up to four products with |A| or A o A and their transposes. Memory: two vectors.
[[nodiscard]] norm_bounds bound_norms(const linear_map& A);

// The bounds of 2^exponent A from those of A.
[[nodiscard]] norm_bounds rescaled(norm_bounds b, int exponent);

}  // namespace rhochain
