#include <rhochain/chains/chain_step.hpp>
#include <rhochain/chains/column_squares.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

chain_step make_step(const chain_rule& rule, direction d, entry_map map, int slope_exponent) {
    const bool adjoint = d == direction::backward;
    const bool slopes_first = (rule.form == convention::pre) != adjoint;
    const int product = rule.exponent + slope_exponent;
    if (rule.leak == 1.0) return {rule.A, map, adjoint, slopes_first, 0.0, 1.0, product};
    // Half of the product's exponent in front of both terms keeps both within range.
    const int common = product / 2;
    return {rule.A,
            map,
            adjoint,
            slopes_first,
            std::ldexp(1.0 - rule.leak, -common),
            std::ldexp(rule.leak, product - common),
            common};
}

void apply_step(const chain_step& step, vector_in s, const_block V, mutable_block T, mutable_block Y,
                std::span<double> squares, int threads) {
    const std::int64_t b = V.columns;
    const double keep = step.keep;
    const double weight = step.weight;
    const double *slope = s.data(), *v = V.data;
    double *t = T.data, *y = Y.data;

    const_block product_of = V;
    if (step.slopes_first) {
        over_row_chunks(V, threads, [=](std::int64_t first, std::int64_t last, std::int64_t) {
            for (std::int64_t i = first; i < last; ++i) {
                const double w = weight * slope[i];
                for (std::int64_t p = i * b; p < (i + 1) * b; ++p) t[p] = w * v[p];
            }
        });
        product_of = T;
    }
    if (step.adjoint)
        step.map == entry_map::identity ? step.A.apply_adjoint(product_of, Y)
                                        : step.A.apply_adjoint(step.map, product_of, Y);
    else
        step.map == entry_map::identity ? step.A.apply(product_of, Y) : step.A.apply(step.map, product_of, Y);

    std::fill(squares.begin(), squares.end(), 0.0);
    if (step.slopes_first && keep == 0.0)
        store_and_add_squares(Y, squares, threads, [=](std::int64_t, std::int64_t p) { return y[p]; });
    else if (step.slopes_first)
        store_and_add_squares(Y, squares, threads, [=](std::int64_t, std::int64_t p) { return y[p] += keep * v[p]; });
    else if (keep == 0.0)
        store_and_add_squares(Y, squares, threads,
                              [=](std::int64_t i, std::int64_t p) { return y[p] *= weight * slope[i]; });
    else
        store_and_add_squares(Y, squares, threads, [=](std::int64_t i, std::int64_t p) {
            return y[p] = keep * v[p] + weight * slope[i] * y[p];
        });
}

}  // namespace rhochain
