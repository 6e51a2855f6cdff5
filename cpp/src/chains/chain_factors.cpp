#include <rhochain/chains/chain_factors.hpp>
#include <rhochain/operators/entry_image.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

// |x| of n numbers, those other than 0 raised to at least `least`.
void write_magnitudes(const double* x, std::size_t n, double least, double* out) {
    std::transform(x, x + n, out, [least](double a) { return a == 0.0 ? 0.0 : std::max(std::abs(a), least); });
}

mutable_block scratch_block(buffer<double>& room, std::int64_t rows, std::int64_t columns) {
    const auto size = static_cast<std::size_t>(rows * columns);
    if (room.size() < size) room = buffer<double>(size);
    return {room.data(), rows, columns};
}

}  // namespace

slope_factors::slope_factors(const jacobian_chain& P)
    : chain_factors(P.rule().A, P.size(), P.steps(), P.threads()), P_(P), reader_(P.slopes(), P.threads()) {}

void slope_factors::run(direction d, scaled_block& X, std::int64_t first,
                        const std::function<bool(std::int64_t done)>& after_step) {
    P_.run(d, X, reader_, after_step, first);
}

chain_factors::fidelity slope_factors::select(std::int64_t k) {
    constexpr double least_leak = 0x1p-50;
    row_ = reader_.row(k);
    const bool lossless = weights().lossless() && row_.lossless;
    // The proofs hold while no factor needs an exponent beside a leak.
    const bool plain = P_.rule().leak == 1.0 ||
                       (P_.rule().exponent + row_.exponent == 0 && P_.rule().leak >= least_leak);
    return {lossless, lossless && plain};
}

std::int64_t slope_factors::apply(direction d, const_block V, mutable_block Y, std::span<double> squares) {
    const chain_step step = make_step(P_.rule(), d, entry_map::identity, row_.exponent);
    apply_step(step, row_.s, V, scratch_block(scratch_, V.rows, V.columns), Y, squares, threads());
    return step.exponent;
}

std::int64_t slope_factors::apply_magnitudes(direction d, bool raised, const_block V, mutable_block Y,
                                             std::span<double> squares) {
    // With V in [2^300, 2^600] and a leak of at least 2^-50 no product with an entry of W then underflows to 0, and with
    // slopes and entries of at most 2^200 none overflows.
    constexpr double least = 0x1p-250;
    magnitudes_.resize(row_.s.size());
    write_magnitudes(row_.s.data(), row_.s.size(), raised ? least : 0.0, magnitudes_.data());
    const chain_step step = make_step(P_.rule(), d, entry_map::absolute, row_.exponent);
    apply_step(step, magnitudes_, V, scratch_block(scratch_, V.rows, V.columns), Y, squares, threads());
    return step.exponent;
}

gate_factors::gate_factors(const gated_chain& P)
    : chain_factors(P.weights(), P.size(), P.steps(), P.threads()),
      P_(P),
      reader_(P.gates(), P.exponent(), P.threads()) {}

void gate_factors::run(direction d, scaled_block& X, std::int64_t first,
                       const std::function<bool(std::int64_t done)>& after_step) {
    const chain_factor factor = [&](std::int64_t k, const scaled_block& now, bool, mutable_block Y, std::span<double> squares) {
        select(k);
        return chain_move{apply(d, now.mantissas(), Y, squares)};
    };
    run_chain(d, first, steps(), X, factor, threads(), after_step);
}

chain_factors::fidelity gate_factors::select(std::int64_t k) {
    step_ = reader_.step(k);
    // Coefficients that an exponent was taken out of may have lost bits.
    const bool lossless = weights().lossless() && P_.exponent() == 0 && step_.exponent == 0;
    return {lossless, lossless};
}

std::int64_t gate_factors::apply(direction d, const_block V, mutable_block Y, std::span<double> squares) {
    apply_step(weights(), step_, d, V, scratch_block(scratch_, weights().rows(), V.columns), Y, squares, threads());
    return step_.exponent;
}

std::int64_t gate_factors::apply_magnitudes(direction d, bool raised, const_block V, mutable_block Y,
                                            std::span<double> squares) {
    // As for slopes; what goes out of an LSTM is multiplied twice.
    constexpr double least = 0x1p-140;
    const auto n = static_cast<std::size_t>(weights().cols());
    const bool way_out = step_.p != nullptr;
    magnitudes_.resize((way_out ? 6 : 4) * n);
    double* next = magnitudes_.data();
    const auto magnitude = [&](const double* coefficients) {
        write_magnitudes(coefficients, n, raised ? least : 0.0, next);
        return std::exchange(next, next + n);
    };
    gated_step step = step_;
    for (const double*& m : step.m) m = magnitude(m);
    step.k = magnitude(step.k);
    if (way_out) {
        step.p = magnitude(step.p);
        step.q = magnitude(step.q);
    }
    const entry_image absolute(weights(), entry_map::absolute);
    apply_step(absolute, step, d, V, scratch_block(scratch_, weights().rows(), V.columns), Y, squares, threads());
    return step.exponent;
}

}  // namespace rhochain
