// One factor of a chain, W = 2^e A of size n x n, slopes s, leak a:
//     pre   (the state is the argument of sigma):  J = (1 - a) I + a W diag(s)
//     post  (the state is the output of sigma):    J = (1 - a) I + a diag(s) W
// applied to a row-major block V (n x b), forward J V or backward J^T V. Two shapes serve all four cases:
//     slopes first:  Y = keep V + A (weight s o V)         pre forward, post backward (with A^T)
//     slopes last:   Y = keep V + weight s o (A V)         post forward, pre backward (with A^T)
// Beside the product one pass over V and one over Y, the second with the squares of Y's columns.
#pragma once

#include <rhochain/chains/chain_run.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/operators/linear_operator.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

enum class convention { pre, post };

// Rounding errors of an entry of J v beyond those of the sum of a row of A: 1 - a, the weight, three products, a sum.
inline constexpr std::int64_t step_roundings = 6;

struct chain_rule {
    operator_ref A;
    int exponent = 0;  // e
    convention form = convention::pre;
    double leak = 1.0;
};

// J = 2^exponent (keep I + weight A diag(s)) or its other forms, so that no factor leaves the float64 range.
struct chain_step {
    operator_ref A;
    entry_map map;
    bool adjoint;
    bool slopes_first;
    double keep;
    double weight;
    std::int64_t exponent;
};

// The step for slopes 2^slope_exponent s. With entry_map::absolute and s >= 0 it is the step of |J|.
[[nodiscard]] chain_step make_step(const chain_rule& rule, direction d, entry_map map, int slope_exponent);

// Y as above without 2^exponent; squares[c] = sum_i Y_ic^2, in an order that depends on the shape alone.
// T is scratch. V, T and Y do not overlap.
void apply_step(const chain_step& step, vector_in s, const_block V, mutable_block T, mutable_block Y,
                std::span<double> squares, int threads);

}  // namespace rhochain
