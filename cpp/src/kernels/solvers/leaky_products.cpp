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

double weight_of(double leak, double s, int e) { return e == 0 ? leak * s : std::ldexp(leak * s, e); }

}  // namespace

void add_kept(array_in a, double s, int e, block_in X, block_out Y, const space& S) {
    over_leaks(a, X, Y, S, [s, e, k = X.columns()](double leak, const double* x, double* y) {
        const double weight = weight_of(leak, s, e);
        for (std::int64_t c = 0; c < k; ++c) y[c] = (1.0 - leak) * x[c] + weight * y[c];
    });
}

void weight_by_leak(array_in a, double s, int e, block_in X, block_out T, const space& S) {
    over_leaks(a, X, T, S, [s, e, k = X.columns()](double leak, const double* x, double* t) {
        const double weight = weight_of(leak, s, e);
        for (std::int64_t c = 0; c < k; ++c) t[c] = weight * x[c];
    });
}

void keep_rest(array_in a, block_in X, block_out Y, const space& S) {
    over_leaks(a, X, Y, S, [k = X.columns()](double leak, const double* x, double* y) {
        for (std::int64_t c = 0; c < k; ++c) y[c] = (1.0 - leak) * x[c];
    });
}

void add_rest(array_in a, block_in X, block_out Y, const space& S) {
    over_leaks(a, X, Y, S, [k = X.columns()](double leak, const double* x, double* y) {
        for (std::int64_t c = 0; c < k; ++c) y[c] += (1.0 - leak) * x[c];
    });
}

}  // namespace rhochain
