// The kernels of dense_sweeps.hpp for one instruction set.
#pragma once

#include <rhochain/kernels/products/instruction_set.hpp>
#include "kernels/solvers/dense_sweeps.hpp"

namespace rhochain {

struct dense_sweeps {
    void (*reflect_rows)(double*, std::int64_t, reflection_chain, std::int64_t);
    void (*reflect_columns)(double*, std::int64_t, reflection_chain, std::int64_t);
    void (*pass_two_sided)(const two_sided_pass&);
    void (*reflect_right)(double*, std::int64_t, std::int64_t, std::int64_t, const double*, double);
    void (*reflect_three_lines)(const three_lines&);
    void (*multiply)(const strided_product&);
};

[[nodiscard]] dense_sweeps dense_sweeps_for(instruction_set isa = chosen_instruction_set());

}  // namespace rhochain
