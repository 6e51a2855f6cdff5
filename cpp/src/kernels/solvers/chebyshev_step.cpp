#include "kernels/solvers/chebyshev_step.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <algorithm>
#include <vector>

namespace rhochain {

void scaling_of_panels::operator()(std::int64_t first, std::int64_t last, const double*) const {
    scale(a_, array_out(Y_.row(first), static_cast<std::size_t>((last - first) * Y_.columns)));
}

double to_next_term(double a, const_block X, double b, const_block Z, mutable_block Y, const space& S) {
    // Parts of about as many numbers as a chunk of a vector.
    const std::int64_t height = std::max<std::int64_t>(1, S.chunk_rows() / X.columns);
    const int team = threads_worth(X.size(), S.threads(), worth_sharing_memory);
    const auto write = [a, b, x = X.data, y = Y.data, z = Z.data, k = X.columns](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin * k; i < end * k; ++i) y[i] = (a * x[i] + b * y[i]) - z[i];
        return max_abs(array_in(y + begin * k, static_cast<std::size_t>((end - begin) * k)));
    };
    return S.largest(max_abs(results_of_parts(S, height, team, write)));
}

}  // namespace rhochain
