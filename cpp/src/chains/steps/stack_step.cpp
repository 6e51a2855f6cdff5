#include <rhochain/chains/steps/stack_step.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/column_squares.hpp"

#include <rhochain/kernels/space/over_rows.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

// The coefficients of a gated_step; those that a cell does not have are null.
struct stack_coefficients {
    const double* m[3];
    const double* k;
    const double* p;
    const double* q;
    const double* t;
    double power;

    explicit stack_coefficients(const gated_step& J)
        : m{at(J.m[0]), at(J.m[1]), at(J.m[2])},
          k(at(J.k)),
          p(at(J.p)),
          q(at(J.q)),
          t(at(J.t)),
          power(std::ldexp(1.0, static_cast<int>(J.exponent))) {}

private:
    static const double* at(vector_in x) { return entries_of(x).data(); }
};

// The rows of X that a layer reads and writes, each the first of n.
struct layer_rows {
    double* below;  // null for the lowest layer
    double* h;
    double* c;  // null without one
};

// Calls row(i, at) for every unit i and every place `at` of its row in a block of n rows.
template <class Row>
void over_units(const space& S, std::int64_t columns, const Row& row) {
    over_panels(S, S.length() * columns, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
            for (std::int64_t at = i * columns; at < (i + 1) * columns; ++at) row(i, at);
    });
}

void forward_of_cell(const linear_map& A, stack_cell cell, const stack_coefficients& J, const layer_rows& x,
                     const space& S, std::int64_t b, mutable_block F, mutable_block T) {
    const std::int64_t size = S.length() * b;
    double* own = F.data;
    if (x.below != nullptr) own = std::copy(x.below, x.below + size, own);
    std::copy(x.h, x.h + size, own);
    A.apply(as_block(const_block(F)), as_block(T));
    const double *z1 = T.data, *z2 = z1 + size, *z3 = z2 + size, *z4 = z3 + size;
    if (cell == stack_cell::rnn)
        return over_units(S, b, [=](std::int64_t i, std::int64_t at) { x.h[at] = J.power * (J.t[i] * z1[at]); });
    const auto gates = [=](std::int64_t i, std::int64_t at) {
        return (J.m[0][i] * z1[at] + J.m[1][i] * z2[at]) + J.m[2][i] * z3[at];
    };
    if (cell == stack_cell::lstm)
        return over_units(S, b, [=](std::int64_t i, std::int64_t at) {
            const double c = gates(i, at) + J.k[i] * x.c[at];
            x.h[at] = J.power * (J.p[i] * z4[at] + J.q[i] * c);
            x.c[at] = J.power * c;
        });
    over_units(S, b, [=](std::int64_t i, std::int64_t at) {
        const double given = x.below == nullptr ? 0.0 : J.t[i] * z4[at];
        x.h[at] = J.power * ((gates(i, at) + given) + J.k[i] * x.h[at]);
    });
}

void backward_of_cell(const linear_map& A, stack_cell cell, const stack_coefficients& J, const layer_rows& x,
                      const space& S, std::int64_t b, mutable_block F, mutable_block T) {
    const std::int64_t size = S.length() * b;
    double *t1 = T.data, *t2 = t1 + size, *t3 = t2 + size, *t4 = t3 + size;
    const auto through_gates = [=](std::int64_t i, std::int64_t at, double w) {
        t1[at] = J.m[0][i] * w;
        t2[at] = J.m[1][i] * w;
        t3[at] = J.m[2][i] * w;
    };
    if (cell == stack_cell::rnn)
        over_units(S, b, [=](std::int64_t i, std::int64_t at) { t1[at] = J.t[i] * x.h[at]; });
    else if (cell == stack_cell::lstm)
        over_units(S, b, [=](std::int64_t i, std::int64_t at) {
            const double w = x.c[at] + J.q[i] * x.h[at];
            through_gates(i, at, w);
            t4[at] = J.p[i] * x.h[at];
            x.c[at] = J.power * (J.k[i] * w);
        });
    else
        over_units(S, b, [=](std::int64_t i, std::int64_t at) {
            through_gates(i, at, x.h[at]);
            if (x.below != nullptr) t4[at] = J.t[i] * x.h[at];
        });
    A.apply_adjoint(as_block(const_block(T)), as_block(F));
    const double* own = F.data;
    if (x.below != nullptr) {
        own += size;
        over_units(S, b, [=](std::int64_t, std::int64_t at) { x.below[at] += J.power * F.data[at]; });
    }
    if (cell == stack_cell::gru)
        over_units(S, b, [=](std::int64_t i, std::int64_t at) { x.h[at] = J.power * (own[at] + J.k[i] * x.h[at]); });
    else
        over_units(S, b, [=](std::int64_t, std::int64_t at) { x.h[at] = J.power * own[at]; });
}

}  // namespace

void apply_layer(const linear_map& A, const stack_layout& layout, std::int64_t layer, const gated_step& step,
                 direction d, block_out X, stack_scratch& scratch) {
    constexpr std::int64_t largest_exponent = 900;
    if (step.exponent > largest_exponent)
        throw std::overflow_error("layer " + std::to_string(layer) + ": a step of the stack leaves the float64 range");
    const std::int64_t b = X.columns();
    scratch.from.reshape(A.domain(), b);
    scratch.products.reshape(A.range(), b);
    const mutable_block rows = entries_of(X);
    double* const h = rows.row(layout.output(layer));
    const layer_rows x{layer == 0 ? nullptr : rows.row(layout.output(layer - 1)), h,
                       layout.cell == stack_cell::lstm ? h + layout.units * b : nullptr};
    const auto run = d == direction::forward ? forward_of_cell : backward_of_cell;
    run(A, layout.cell, stack_coefficients(step), x, A.domain().replicated(layout.units), b,
        entries_of(scratch.from.view()), entries_of(scratch.products.view()));
}

void measure_state(block_out X, std::span<double> squares, const space& S) {
    std::fill(squares.begin(), squares.end(), 0.0);
    const double* x = entries_of(X).data;
    store_and_add_squares(X, squares, S, [=](std::int64_t) { return [=](std::int64_t at) { return x[at]; }; });
}

}  // namespace rhochain
