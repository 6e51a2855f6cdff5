#include "kernels/vectors/block_norm.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/vectors/block_ops.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rhochain {
namespace {

// ||2^-exponent x||^2.
double sum_of_squares(array_in x, int exponent) {
    if (exponent == 0) return dot(x, x);
    std::vector<double> scaled(x.begin(), x.end());
    for (double& entry : scaled) entry = std::ldexp(entry, -exponent);
    return dot(scaled, scaled);
}

double sum_of_squares(const_block X, int exponent, const space& S) {
    const auto b = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(X.columns)));
    const std::int64_t chunk = std::max<std::int64_t>(1, S.chunk_rows() / b);
    const std::int64_t piece = piece_rows(S.size() * b) / b;
    // space::sum adds the parts of a piece that has more rows than a chunk of the space.
    const std::int64_t height = piece > chunk && piece <= S.chunk_rows() ? piece : chunk;
    const int team = threads_worth(X.size(), S.threads(), worth_sharing_memory);
    const std::vector<double> partial = results_of_parts(S, height, team, [&](std::int64_t first, std::int64_t last) {
        double of_part = 0.0;
        for (std::int64_t i = first; i < last; i += chunk) {
            const const_block rows(X.row(i), std::min(chunk, last - i), X.columns);
            of_part += sum_of_squares(rows.flat(), exponent);
        }
        return of_part;
    });
    double total = 0.0;
    S.sum(partial, height, {&total, 1});
    return total;
}

double frobenius_norm(const_block X, const space& S) {
    const double squared = sum_of_squares(X, 0, S);
    if (squared > 0x1p-900 && squared < 0x1p900) return std::sqrt(squared);
    const double largest = S.largest(max_abs(X.flat()));
    if (largest == 0.0 || !std::isfinite(largest)) return largest;
    const int e = binary_exponent(largest);
    return std::ldexp(std::sqrt(sum_of_squares(X, e, S)), e);
}

}  // namespace

double normalise(block_out X, const space& S) {
    const double norm = frobenius_norm(entries_of(X), S);
    if (!(norm > 0.0) || !std::isfinite(norm)) return norm;
    scale_entries(1.0 / norm, X, S);
    return norm;
}

}  // namespace rhochain
