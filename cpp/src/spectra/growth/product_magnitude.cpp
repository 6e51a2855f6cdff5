#include "spectra/growth/product_magnitude.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/spectra/norm/norms.hpp>
#include "operators/similarity.hpp"
#include "spectra/norm/norm_of_map.hpp"

#include <cmath>
#include <cstdint>

namespace rhochain {

double product_magnitude(const linear_map& A, const SolverOptions& options, Ledger& ledger) {
    if (A.bounded()) {
        ledger.count(4);
        return bound_norms(A).upper.value;
    }
    constexpr std::int64_t products = 100;
    SolverOptions few = ledger.inner_options(options, products);
    few.start = {};
    few.delta = 0.5 * options.delta;
    few.rtol = 0.5;
    const Bracket norm = norm_of_map(A, few, {});
    ledger.count(norm.matvecs);
    return graded_upper(norm).value;
}

double scaled_magnitude(const linear_map& A, vector_in d, Ledger& ledger) {
    if (!A.bounded()) return Bracket::infinity;
    const space& S = A.domain();
    vector_block D(S), inverse(S), sums(S);
    exponential_pairs(d, most_log_scaling, D, inverse, S);
    const auto largest = [&](vector_in weights) {
        scale_rows(1.0, weights, sums, sums, S);
        return max_abs(sums, S);
    };
    A.apply(entry_map::absolute, inverse, sums);
    const double rows = largest(D);
    A.apply_adjoint(entry_map::absolute, D, sums);
    const double columns = largest(inverse);
    ledger.count(2);
    return std::sqrt(rows) * std::sqrt(columns) * (1.0 + rounding_gamma(std::max(A.row_terms(), A.column_terms()) + 8));
}

}  // namespace rhochain
