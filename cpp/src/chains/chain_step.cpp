#include <rhochain/chains/chain_step.hpp>
#include <rhochain/chains/column_squares.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

// T = weight s o V, for some rows.
void scale_rows(double weight, const double* slope, const_block V, mutable_block T, std::int64_t first,
                std::int64_t last) {
    const double* v = V.data;
    double* t = T.data;
    with_columns(V.columns, [=, any = V.columns](auto columns) {
        constexpr std::int64_t B = columns;
        const std::int64_t b = B > 0 ? B : any;
        if constexpr (B == 1) {
#pragma GCC ivdep
            for (std::int64_t i = first; i < last; ++i) t[i] = weight * slope[i] * v[i];
        } else {
            for (std::int64_t i = first; i < last; ++i) {
                const double w = weight * slope[i];
#pragma GCC ivdep
                for (std::int64_t p = i * b; p < (i + 1) * b; ++p) t[p] = w * v[p];
            }
        }
    });
}

// The product with X, which leaves its squares in `partial`: each panel of it to store(first, last, Z), where Z(p) is entry p of
// the product.
template <class Store>
void product_and_squares(const chain_step& step, const_block X, mutable_block Y, const column_squares& partial,
                         std::span<double> squares, int threads, const Store& store) {
    const auto finish = [&](std::int64_t first, std::int64_t last, const double* rows) {
        store(first, last, [rows, before = first * Y.columns](std::int64_t p) { return rows[p - before]; });
    };
    step.adjoint ? step.A.apply_adjoint(step.map, X, Y, threads, finish) : step.A.apply(step.map, X, Y, threads, finish);
    std::fill(squares.begin(), squares.end(), 0.0);
    partial.add_to(squares);
}

}  // namespace

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

void apply_slopes(const chain_step& step, vector_in s, const_block V, mutable_block T, int threads) {
    over_panels(V.rows, V.size(), threads, [&](std::int64_t first, std::int64_t last) {
        scale_rows(step.weight, s.data(), V, T, first, last);
    });
}

void apply_weights(const chain_step& step, const_block V, const_block T, mutable_block Y, std::span<double> squares,
                   int threads, const std::optional<slopes_ahead>& next) {
    const double* v = V.data;
    column_squares partial(Y, next.has_value());
    product_and_squares(step, T, Y, partial, squares, threads, [&, keep = step.keep](std::int64_t first, std::int64_t last, auto Z) {
        if (keep == 0.0)
            partial.store(first, last, [=](std::int64_t) { return [=](std::int64_t p) { return Z(p); }; });
        else
            partial.store(first, last, [=](std::int64_t) { return [=](std::int64_t p) { return Z(p) + keep * v[p]; }; });
        if (next) scale_rows(next->weight, next->s.data(), Y, next->T, first, last);
    });
}

void apply_weights_and_slopes(const chain_step& step, const_block T, mutable_block Y, const slopes_ahead& next,
                              std::span<double> squares, int threads) {
    column_squares partial(next.T);
    const auto scaled_by_slope = [slope = next.s.data(), weight = next.weight](std::int64_t i) {
        return [w = weight * slope[i]](double y) { return w * y; };
    };
    product_and_squares(step, T, Y, partial, squares, threads, [&](std::int64_t first, std::int64_t last, auto Z) {
        partial.store(first, last, [=](std::int64_t) { return [=](std::int64_t p) { return Z(p); }; }, scaled_by_slope);
    });
}

void apply_step(const chain_step& step, vector_in s, const_block V, mutable_block T, mutable_block Y,
                std::span<double> squares, int threads) {
    if (step.slopes_first) {
        apply_slopes(step, s, V, T, threads);
        return apply_weights(step, V, T, Y, squares, threads);
    }
    const double *slope = s.data(), *v = V.data;
    column_squares partial(Y);
    product_and_squares(step, V, Y, partial, squares, threads,
                        [&, weight = step.weight, keep = step.keep](std::int64_t first, std::int64_t last, auto Z) {
                            if (keep == 0.0)
                                partial.store(first, last, [=](std::int64_t i) {
                                    return [=, w = weight * slope[i]](std::int64_t p) { return w * Z(p); };
                                });
                            else
                                partial.store(first, last, [=](std::int64_t i) {
                                    return [=, w = weight * slope[i]](std::int64_t p) { return keep * v[p] + w * Z(p); };
                                });
                        });
}

}  // namespace rhochain
