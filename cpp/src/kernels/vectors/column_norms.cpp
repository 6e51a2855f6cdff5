#include "kernels/vectors/column_norms.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace rhochain {
namespace {

double largest_here(const_block X, std::int64_t c) {
    double largest = 0.0;
    for (std::int64_t i = 0; i < X.rows; ++i) {
        const double a = std::abs(X.row(i)[c]);
        if (std::isnan(a)) return a;
        largest = std::max(largest, a);
    }
    return largest;
}

}  // namespace

double largest_in_column(block_in X, std::int64_t c, const space& S) {
    return S.largest(largest_here(entries_of(X), c));
}

double careful_norm(block_in X, std::int64_t c, const space& S) {
    const double largest = largest_in_column(X, c, S);
    if (largest == 0.0 || !std::isfinite(largest)) return largest;
    const int e = binary_exponent(largest);
    double squares = 0.0;
    S.fold({&squares, 1}, [&, X = entries_of(X)](std::span<double> state) {
        double total = state[0];
        for (std::int64_t i = 0; i < X.rows; ++i) {
            const double x = std::ldexp(X.row(i)[c], -e);
            total += x * x;
        }
        state[0] = total;
    });
    return std::ldexp(std::sqrt(squares), e);
}

void rescale_columns(std::span<const int> exponents, block_out X, const space& S) {
    // Multiplying by a power of two that is a normal number is what ldexp does, bit by bit.
    constexpr int normal = 1022;
    std::vector<double> power;
    for (const int e : exponents) power.push_back(std::ldexp(1.0, std::clamp(e, -normal, normal)));
    const auto is_normal = [](int e) { return std::abs(e) <= normal; };
    const bool all_normal = std::all_of(exponents.begin(), exponents.end(), is_normal);
    over_panels(S, X.size(), [&, X = entries_of(X)](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            double* x = X.row(i);
            for (std::size_t c = 0; c < power.size(); ++c)
                x[c] = all_normal ? x[c] * power[c] : std::ldexp(x[c], exponents[c]);
        }
    });
}

}  // namespace rhochain
