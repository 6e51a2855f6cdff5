#include "chains/trajectories/gru_cell.hpp"
#include "kernels/solvers/gate_arithmetic.hpp"

#include <algorithm>

namespace rhochain {

void advance_gru(const gate_activations& sigma, cell_units units) {
    const array_out h = units.row(0), r = units.row(1), z = units.row(2), n = units.row(3), q = units.row(4);
    const array_out a_n = units.argument(2), h_next = units.next();
    units.gate(0, sigma.sigmoid, r);
    units.gate(1, sigma.sigmoid, z);
    std::copy(a_n.begin(), a_n.end(), q.begin());
    multiply(r, a_n);
    units.gate(2, sigma.tanh, n);
    interpolate(z, n, h, h_next);
    std::copy(h_next.begin(), h_next.end(), units.output().begin());
}

}  // namespace rhochain
