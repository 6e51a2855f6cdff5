#include "kernels/solvers/leaky_products.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <cmath>
#include <cstddef>

namespace rhochain {
namespace {

// Calls body(a_i, row i of X, row i of Y).
template <class Body>
void over_leaks(array_in a, block_in X, block_out Y, const space& S, const Body& body) {
    over_panels(S, X.size(), [=, X = entries_of(X), Y = entries_of(Y)](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
            body(a.size() == 1 ? a[0] : a[static_cast<std::size_t>(i)], X.row(i), Y.row(i));
    });
}

}  // namespace

void add_kept(array_in a, int e, block_in X, block_out Y, const space& S) {
    over_leaks(a, X, Y, S, [e, k = X.columns()](double leak, const double* x, double* y) {
        const double weight = std::ldexp(leak, e);
        for (std::int64_t c = 0; c < k; ++c) y[c] = (1.0 - leak) * x[c] + weight * y[c];
    });
}

void weight_by_leak(array_in a, int e, block_in X, block_out T, const space& S) {
    over_leaks(a, X, T, S, [e, k = X.columns()](double leak, const double* x, double* t) {
        const double weight = std::ldexp(leak, e);
        for (std::int64_t c = 0; c < k; ++c) t[c] = weight * x[c];
    });
}

void add_rest(array_in a, block_in X, block_out Y, const space& S) {
    over_leaks(a, X, Y, S, [k = X.columns()](double leak, const double* x, double* y) {
        for (std::int64_t c = 0; c < k; ++c) y[c] += (1.0 - leak) * x[c];
    });
}

}  // namespace rhochain
