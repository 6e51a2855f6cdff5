#include "spectra/growth/form_bound.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/rotated_parts.hpp"

#include <algorithm>
#include <cmath>

namespace rhochain {

Bound form_lower_bound(const linear_map& A, complex_in x, double magnitude, Ledger& ledger) {
    const space& S = A.domain();
    vector_block X(S, 2), Y(S, 2);
    // With entries near 1 no product underflows, which the error bound does not cover.
    set_pair(x, -binary_exponent(max_abs_part(x, S)), X, S);
    A.apply(X, Y);
    ledger.count(2);
    const double form = std::abs(pair_products(X, Y, S).front());
    const double square = pair_products(X, X, S).front().real();
    // Each part of the form is a sum of 2 n products, added one after the other within a chunk.
    const std::int64_t depth = 2 * S.chunk_rows() + S.partial_depth(S.chunk_rows()) + 4;
    const double sums = rounding_gamma(depth);
    if (!A.bounded()) return {form / square, Grade::estimate, 0.0, "|x* W x| / x* x"};
    const double error = 2.0 * rounding_gamma(A.row_terms() + 2 * depth + 8) * magnitude * square;
    const double bound = (form - error) / (square * (1.0 + sums)) * (1.0 - 0x1p-50);
    return {std::max(0.0, bound), Grade::proved, 0.0, "|x* W x| / x* x"};
}

}  // namespace rhochain
