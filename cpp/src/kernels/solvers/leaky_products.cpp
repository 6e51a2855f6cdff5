#include "kernels/solvers/leaky_products.hpp"

#include <rhochain/kernels/space/over_rows.hpp>

#include <cmath>
#include <cstddef>

namespace rhochain {
namespace {

// Calls body(a_i, row i of X, row i of Y).
template <class Body>
void over_leaks(vector_in a, const_block X, mutable_block Y, const space& S, const Body& body) {
    over_panels(S, X.size(), [=](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
            body(a.size() == 1 ? a[0] : a[static_cast<std::size_t>(i)], X.row(i), Y.row(i));
    });
}

}  // namespace

void add_kept(vector_in a, int e, const_block X, mutable_block Y, const space& S) {
    over_leaks(a, X, Y, S, [e, k = X.columns](double leak, const double* x, double* y) {
        const double weight = std::ldexp(leak, e);
        for (std::int64_t c = 0; c < k; ++c) y[c] = (1.0 - leak) * x[c] + weight * y[c];
    });
}

void weight_by_leak(vector_in a, int e, const_block X, mutable_block T, const space& S) {
    over_leaks(a, X, T, S, [e, k = X.columns](double leak, const double* x, double* t) {
        const double weight = std::ldexp(leak, e);
        for (std::int64_t c = 0; c < k; ++c) t[c] = weight * x[c];
    });
}

void add_rest(vector_in a, const_block X, mutable_block Y, const space& S) {
    over_leaks(a, X, Y, S, [k = X.columns](double leak, const double* x, double* y) {
        for (std::int64_t c = 0; c < k; ++c) y[c] += (1.0 - leak) * x[c];
    });
}

}  // namespace rhochain
