// One factor of a chain, W = 2^e A of size n x n, slopes s, leak a:
//     pre   (the state is the argument of sigma):  J = (1 - a) I + a W diag(s)
//     post  (the state is the output of sigma):    J = (1 - a) I + a diag(s) W
// applied to a row-major block V (n x b), forward J V or backward J^T V. Two shapes serve all four cases:
//     slopes first:  Y = keep V + A T,  T = weight s o V   pre forward, post backward (with A^T)
//     slopes last:   Y = keep V + weight s o (A V)         post forward, pre backward (with A^T)
// With a leak for each neuron a is a diagonal matrix, and a linear part O (n x n) may stand in place of I, with a
// weight c of its own or c = 1 - a:
//     pre   J = diag(c) O + diag(a) W diag(s),   post   J = diag(c) O + diag(a s) W
// (general_step.hpp). Source of the latter: Ceni & Gallicchio 2025, "Edge of Stability Echo State Network".
// Each panel of a product is finished as soon as the product has it: its terms, the squares of its columns and, where
// the slopes come first, the T of the next step. So a step reads and writes each block about once.
//
// A step is the kernel of a chain: panel tasks (panel_task.hpp) and loops over the n entries lie in chains/steps/*.cpp,
// and nowhere else above the kernels.
#pragma once

#include <rhochain/chains/steps/chain_run.hpp>
#include <rhochain/chains/steps/neuron_leaks.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/operators/linear_map.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace rhochain {

enum class convention { pre, post };

// The linear part of a network.
struct linear_part {
    linear_map O;
    std::optional<double> weight{};  // c >= 0; 1 - a if there is none
};

// Of all steps of a chain; e = A.exponent().
struct chain_rule {
    linear_map A;
    convention form = convention::pre;
    neuron_leaks leak{};
    std::optional<linear_part> linear{};  // its O normalised(); I if there is none

    // Neither leaks that differ nor a linear part.
    [[nodiscard]] bool plain() const { return leak.uniform() && !linear; }
};

// (*) The rule of a W as the user has it: A = W.normalised(); without a linear part where it has no weight. Throws
// std::invalid_argument if the leaks or the linear part do not fit W.
[[nodiscard]] chain_rule make_rule(const linear_map& W, convention form, neuron_leaks leak,
                                   const std::optional<linear_part>& linear = std::nullopt);

// J = 2^exponent (keep I + weight A diag(s)) or its other forms, so that no factor leaves the float64 range. With
// `leaks` weight is a factor of a_i and, if `keeps_rest`, keep one of 1 - a_i. The step borrows from the rule, which
// outlives it.
struct chain_step {
    const linear_map* A;
    entry_map map;
    bool adjoint;
    bool slopes_first;
    double keep;
    double weight;
    std::int64_t exponent;
    std::span<const double> leaks{};
    bool keeps_rest = true;
    const linear_map* linear = nullptr;
};

// The step for slopes 2^slope_exponent s. With entry_map::absolute and s >= 0 it is the step of |J|.
[[nodiscard]] chain_step make_step(const chain_rule& rule, direction d, entry_map map, int slope_exponent);

// (*) Y as above without 2^exponent; squares[c] = sum_i Y_ic^2, in an order that depends on the shape alone.
// T is scratch, and none is needed where the slopes of a plain rule come last; so is B, for a linear part. V, T, B and
// Y do not overlap.
void apply_step(const chain_step& step, vector_in s, block_in V, block_out T, block_out Y, std::span<double> squares,
                block_out B = {});

// The two halves of a step of a plain rule with its slopes first (V is not read where keep = 0), and T = weight s o Y
// of the step after it in the second half: beside Y or, where keep = 0, in its place, with Y as scratch.
struct slopes_ahead {
    double weight;
    vector_in s;
    block_out T;
};
void apply_slopes(const chain_step& step, vector_in s, block_in V, block_out T);
void apply_weights(const chain_step& step, block_in V, block_in T, block_out Y, std::span<double> squares,
                   const std::optional<slopes_ahead>& next = std::nullopt);
void apply_weights_and_slopes(const chain_step& step, block_in T, block_out Y, const slopes_ahead& next,
                              std::span<double> squares);

}  // namespace rhochain
