#include <rhochain/chains/steps/chain_step.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "chains/steps/general_step.hpp"
#include "kernels/vectors/column_squares.hpp"
#include "kernels/vectors/row_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

// The product with X, whose squares `partial` adds up: each panel of it to store(first, last, Z), where Z(p) is entry
// p of the product.
template <class Store>
void product_and_squares(const chain_step& step, block_in X, block_out Y, const column_squares& partial,
                         std::span<double> squares, const Store& store) {
    const auto finish = [&](std::int64_t first, std::int64_t last, panel_in panel) {
        store(first, last,
              [rows = entries_of(panel), before = first * Y.columns()](std::int64_t p) { return rows[p - before]; });
    };
    step.adjoint ? step.A->apply_adjoint(step.map, X, Y, finish) : step.A->apply(step.map, X, Y, finish);
    std::fill(squares.begin(), squares.end(), 0.0);
    partial.add_to(squares);
}

}  // namespace

chain_rule make_rule(const linear_map& W, convention form, neuron_leaks leak,
                     const std::optional<linear_part>& linear) {
    leak.require_length(W.domain());
    chain_rule rule{W.normalised(), form, std::move(leak)};
    if (!linear) return rule;
    const linear_map& O = linear->O;
    if (O.rows() != W.rows() || O.cols() != W.cols())
        throw std::invalid_argument("linear: got a matrix of shape " + std::to_string(O.rows()) + " x " +
                                    std::to_string(O.cols()) + ", expected that of W, " + std::to_string(W.rows()) +
                                    " x " + std::to_string(W.cols()));
    if (linear->weight && !(std::isfinite(*linear->weight) && *linear->weight >= 0.0))
        throw std::invalid_argument("linear_weight: got " + std::to_string(*linear->weight) + ", expected at least 0");
    const bool weightless = linear->weight ? *linear->weight == 0.0 && rule.leak.none() : rule.leak.none();
    if (!weightless) rule.linear = linear_part{O.with(W.threads()).normalised(), linear->weight};
    return rule;
}

chain_step make_step(const chain_rule& rule, direction d, entry_map map, int slope_exponent) {
    const bool adjoint = d == direction::backward;
    const bool slopes_first = (rule.form == convention::pre) != adjoint;
    const int product = rule.A.exponent() + slope_exponent;
    const bool uniform = rule.leak.uniform();
    const double leak = rule.leak.least();
    const std::optional<linear_part>& linear = rule.linear;
    if (leak == 1.0 && !linear) return {&rule.A, map, adjoint, slopes_first, 0.0, 1.0, product};
    // The mean of both exponents in front of both terms keeps both within range.
    const int kept = linear ? linear->O.exponent() : 0;
    const int common = (product + kept) / 2;
    const bool own_weight = linear && linear->weight;
    const double keep = own_weight ? *linear->weight : uniform ? 1.0 - leak : 1.0;
    return {&rule.A,
            map,
            adjoint,
            slopes_first,
            std::ldexp(keep, kept - common),
            std::ldexp(uniform ? leak : 1.0, product - common),
            common,
            rule.leak.each(),
            !own_weight,
            linear ? &linear->O : nullptr};
}

void apply_slopes(const chain_step& step, vector_in s, block_in V, block_out T) {
    scale_rows(step.weight, s, V, T, step.A->domain());
}

void apply_weights(const chain_step& step, block_in V, block_in T, block_out Y, std::span<double> squares,
                   const std::optional<slopes_ahead>& next) {
    const double* v = entries_of(V).data;
    column_squares partial(Y, step.A->domain(), next.has_value());
    const auto finish = [&, keep = step.keep](std::int64_t first, std::int64_t last, auto Z) {
        if (keep == 0.0)
            partial.store(first, last, [=](std::int64_t) { return [=](std::int64_t p) { return Z(p); }; });
        else
            partial.store(first, last,
                          [=](std::int64_t) { return [=](std::int64_t p) { return Z(p) + keep * v[p]; }; });
        if (next) scale_panel(next->weight, next->s, Y, next->T, first, last);
    };
    product_and_squares(step, T, Y, partial, squares, finish);
}

void apply_weights_and_slopes(const chain_step& step, block_in T, block_out Y, const slopes_ahead& next,
                              std::span<double> squares) {
    column_squares partial(next.T, step.A->domain());
    const auto scaled_by_slope = [slope = entries_of(next.s).data(), weight = next.weight](std::int64_t i) {
        return [w = weight * slope[i]](double y) { return w * y; };
    };
    product_and_squares(step, T, Y, partial, squares, [&](std::int64_t first, std::int64_t last, auto Z) {
        partial.store(first, last, [=](std::int64_t) { return [=](std::int64_t p) { return Z(p); }; }, scaled_by_slope);
    });
}

void apply_step(const chain_step& step, vector_in s, block_in V, block_out T, block_out Y, std::span<double> squares,
                block_out B) {
    if (!step.leaks.empty() || step.linear != nullptr) return apply_general_step(step, s, V, T, B, Y, squares);
    if (step.slopes_first) {
        apply_slopes(step, s, V, T);
        return apply_weights(step, V, T, Y, squares);
    }
    const double *slope = entries_of(s).data(), *v = entries_of(V).data;
    column_squares partial(Y, step.A->domain());
    const auto finish = [&, weight = step.weight, keep = step.keep](std::int64_t first, std::int64_t last, auto Z) {
        if (keep == 0.0)
            partial.store(first, last, [=](std::int64_t i) {
                return [=, w = weight * slope[i]](std::int64_t p) { return w * Z(p); };
            });
        else
            partial.store(first, last, [=](std::int64_t i) {
                return [=, w = weight * slope[i]](std::int64_t p) { return keep * v[p] + w * Z(p); };
            });
    };
    product_and_squares(step, V, Y, partial, squares, finish);
}

}  // namespace rhochain
