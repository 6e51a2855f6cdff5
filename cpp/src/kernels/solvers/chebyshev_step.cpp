#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/solvers/chebyshev_step.hpp"

#include <algorithm>
#include <vector>

namespace rhochain {
namespace {

// Rows that hold about as many numbers as a chunk of a vector.
std::int64_t part_rows(const space& S, std::int64_t columns) {
    return std::max<std::int64_t>(1, S.chunk_rows() / columns);
}

// Calls body(part, first, last) for the numbers first .. last - 1 of a block, part after part.
template <class Body>
void over_numbers(const space& S, std::int64_t columns, const Body& body) {
    const std::int64_t height = part_rows(S, columns);
    over_parts(S, height, threads_worth(S.length() * columns, S.threads(), worth_sharing_memory),
               [&](std::int64_t begin, std::int64_t end) { body(begin / height, begin * columns, end * columns); });
}

}  // namespace

void scaling_of_panels::operator()(std::int64_t first, std::int64_t last, const double*) const {
    scale(a_, vector_out(Y_.row(first), static_cast<std::size_t>((last - first) * Y_.columns)));
}

double to_next_term(double a, const_block X, double b, const_block Z, mutable_block Y, const space& S) {
    std::vector<double> largest(static_cast<std::size_t>(S.count_of(part_rows(S, X.columns))), 0.0);
    const double *x = X.data, *z = Z.data;
    double* y = Y.data;
    over_numbers(S, X.columns, [&, x, y, z](std::int64_t part, std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) y[i] = (a * x[i] + b * y[i]) - z[i];
        const vector_in written(y + first, static_cast<std::size_t>(last - first));
        largest[static_cast<std::size_t>(part)] = max_abs(written);
    });
    return S.largest(max_abs(largest));
}

void scale_block(double a, mutable_block X, const space& S) {
    over_numbers(S, X.columns, [=, x = X.data](std::int64_t, std::int64_t first, std::int64_t last) {
        scale(a, vector_out(x + first, static_cast<std::size_t>(last - first)));
    });
}

}  // namespace rhochain
