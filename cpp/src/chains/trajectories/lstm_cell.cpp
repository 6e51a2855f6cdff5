#include "chains/trajectories/lstm_cell.hpp"
#include "kernels/solvers/gate_arithmetic.hpp"

namespace rhochain {

void advance_lstm(const gate_activations& sigma, cell_units units) {
    const array_out i = units.row(0), f = units.row(1), g = units.row(2), o = units.row(3), c = units.row(4);
    units.gate(0, sigma.sigmoid, i);
    units.gate(1, sigma.sigmoid, f);
    units.gate(2, sigma.tanh, g);
    units.gate(3, sigma.sigmoid, o);
    sum_of_products(f, c, i, g, units.next());
    units.evaluate(sigma.tanh, units.next(), units.output());
    multiply(o, units.output());
}

}  // namespace rhochain
