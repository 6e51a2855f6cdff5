// One step of a gated cell (gated_rollout.hpp) of n units, and the part of it that some of the units have: what
// gru_cell.hpp and lstm_cell.hpp read and write.
#pragma once

#include <rhochain/chains/trajectories/activation.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rhochain {

struct cell_step {
    std::int64_t n;
    array_out a;                  // U h + b, gate by gate; becomes the arguments of the gates
    array_in x;                   // W_in u + b_in, gate by gate
    std::array<double*, 5> rows;  // what is recorded of the step, n numbers each
    double* next;                 // the carried state after it
    double* output;               // h before it, and after it
};

struct gate_activations {
    activation sigmoid{"sigmoid"};
    activation tanh{"tanh"};
};

class cell_units {
public:
    // The units first .. last - 1.
    cell_units(const cell_step& step, std::int64_t first, std::int64_t last);

    [[nodiscard]] array_out row(std::size_t s) const { return of(step_->rows[s]); }
    [[nodiscard]] array_out next() const { return of(step_->next); }
    [[nodiscard]] array_out output() const { return of(step_->output); }
    // a_g of gate g.
    [[nodiscard]] array_out argument(std::int64_t g) const { return of(step_->a.data() + g * step_->n); }

    // a_g += x_g and value = sigma(a_g).
    void gate(std::int64_t g, const activation& sigma, array_out value);
    // value = sigma(argument).
    void evaluate(const activation& sigma, array_in argument, array_out value);

private:
    [[nodiscard]] array_out of(double* vector) const { return {vector + first_, slopes_.size()}; }

    const cell_step* step_;
    std::int64_t first_;
    std::vector<double> slopes_;  // scratch: an activation computes its slopes beside its values
};

}  // namespace rhochain
