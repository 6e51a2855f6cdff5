#include "kernels/solvers/chebyshev_step.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <algorithm>
#include <vector>

namespace rhochain {

void scaling_of_panels::operator()(std::int64_t first, std::int64_t last, panel_in) const {
    const mutable_block Y = entries_of(Y_);
    scale(a_, array_out(Y.row(first), static_cast<std::size_t>((last - first) * Y.columns)));
}

double to_next_term(double a, block_in X, double b, block_in Z, block_out Y, const space& S) {
    // Parts of about as many numbers as a chunk of a vector.
    const std::int64_t height = std::max<std::int64_t>(1, S.chunk_rows() / X.columns());
    const int team = threads_worth(X.size(), S.threads(), worth_sharing_memory);
    const auto write = [a, b, x = entries_of(X).data, y = entries_of(Y).data, z = entries_of(Z).data, k = X.columns()](
                           std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin * k; i < end * k; ++i) y[i] = (a * x[i] + b * y[i]) - z[i];
        return max_abs(array_in(y + begin * k, static_cast<std::size_t>((end - begin) * k)));
    };
    return S.largest(max_abs(results_of_parts(S, height, team, write)));
}

}  // namespace rhochain
