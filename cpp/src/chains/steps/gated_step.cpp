#include <rhochain/chains/steps/gated_step.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/column_squares.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

// The coefficients of a gated_step; p and q are null for a GRU.
struct coefficients {
    const double* m[3];
    const double* k;
    const double* p;
    const double* q;

    explicit coefficients(const gated_step& J)
        : m{at(J.m[0]), at(J.m[1]), at(J.m[2])}, k(at(J.k)), p(at(J.p)), q(at(J.q)) {}

private:
    static const double* at(vector_in x) { return entries_of(x).data(); }
};

void forward(const linear_map& A, const coefficients& J, const_block v, const_block v_out, mutable_block T,
             mutable_block y, mutable_block y_out, std::span<double> squares) {
    const space& S = A.domain();
    const std::int64_t size = v.size();
    const bool output_gate = J.p != nullptr;
    A.apply(as_block(output_gate ? v_out : v), as_block(T));
    const double *z1 = T.data, *z2 = z1 + size, *z3 = z2 + size, *z4 = z3 + size;
    store_and_add_squares(as_block(y), squares, S, [=](std::int64_t i) {
        return [=, m1 = J.m[0][i], m2 = J.m[1][i], m3 = J.m[2][i], k = J.k[i]](std::int64_t at) {
            return ((m1 * z1[at] + m2 * z2[at]) + m3 * z3[at]) + k * v.data[at];
        };
    });
    if (output_gate)
        store_and_add_squares(as_block(y_out), squares, S, [=](std::int64_t i) {
            return [=, p = J.p[i], q = J.q[i]](std::int64_t at) { return p * z4[at] + q * y.data[at]; };
        });
}

void backward(const linear_map& A, const coefficients& J, const_block v, const_block v_out, mutable_block T,
              mutable_block y, mutable_block y_out, std::span<double> squares) {
    const space& S = A.domain();
    const std::int64_t size = v.size();
    double *t1 = T.data, *t2 = t1 + size, *t3 = t2 + size, *t4 = t3 + size;
    const auto through_gates = [=](std::int64_t i, std::int64_t at, double w) {
        t1[at] = J.m[0][i] * w;
        t2[at] = J.m[1][i] * w;
        t3[at] = J.m[2][i] * w;
    };
    if (J.p != nullptr) {
        store_and_add_squares(as_block(y), squares, S, [=](std::int64_t i) {
            return [=, p = J.p[i], q = J.q[i], k = J.k[i]](std::int64_t at) {
                const double w = v.data[at] + q * v_out.data[at];
                through_gates(i, at, w);
                t4[at] = p * v_out.data[at];
                return k * w;
            };
        });
        A.apply_adjoint(as_block(const_block(T)), as_block(y_out));
        store_and_add_squares(as_block(y_out), squares, S,
                              [=](std::int64_t) { return [=](std::int64_t at) { return y_out.data[at]; }; });
        return;
    }
    over_panels(S, size, [=](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
            for (std::int64_t at = i * v.columns; at < (i + 1) * v.columns; ++at) through_gates(i, at, v.data[at]);
    });
    A.apply_adjoint(as_block(const_block(T)), as_block(y));
    store_and_add_squares(as_block(y), squares, S, [=](std::int64_t i) {
        return [=, k = J.k[i]](std::int64_t at) { return y.data[at] + k * v.data[at]; };
    });
}

}  // namespace

void require_gate_blocks(const linear_map& U, gated_cell cell, const char* what) {
    if (!U.domain().whole())
        throw std::invalid_argument(std::string(what) +
                                    ": got a matrix of several ranks, expected one of this process");
    const std::int64_t G = gate_count(cell);
    if (U.rows() == G * U.cols()) return;
    const std::string n = std::to_string(U.cols());
    throw std::invalid_argument(std::string(what) + ": got shape (" + std::to_string(U.rows()) + ", " + n +
                                "), expected (" + std::to_string(G) + " n, n) with the weights of " +
                                (cell == gated_cell::gru ? "the gates r, z, n" : "the gates i, f, g, o") +
                                " below each other, here (" + std::to_string(G * U.cols()) + ", " + n + ")");
}

void apply_step(const linear_map& A, const gated_step& step, direction d, block_in from, block_out scratch,
                block_out to, std::span<double> squares) {
    const const_block V = entries_of(from);
    const mutable_block T = entries_of(scratch), Y = entries_of(to);
    const std::int64_t n = A.cols();
    const std::int64_t b = V.columns;
    // The carried state is the last block of a state, the output the first: the same one for a GRU.
    const std::int64_t carried = (V.rows - n) * b;
    std::fill(squares.begin(), squares.end(), 0.0);
    const auto run = d == direction::forward ? forward : backward;
    run(A, coefficients(step), {V.data + carried, n, b}, {V.data, n, b}, T, {Y.data + carried, n, b}, {Y.data, n, b},
        squares);
}

}  // namespace rhochain
