#include "chains/measures/factor_reader.hpp"
#include "kernels/solvers/entry_bounds.hpp"
#include "operators/entry_image.hpp"

#include <cstddef>

namespace rhochain {
slope_factor_reader::slope_factor_reader(const jacobian_chain& P)
    : factor_reader(P.rule().A, P.domain(), P.steps()),
      P_(P),
      reader_(P.slopes(), P.domain()),
      magnitudes_(P.domain()) {}

void slope_factor_reader::run(direction d, scaled_block& X, std::int64_t first,
                              const std::function<bool(std::int64_t done)>& after_step) {
    P_.run(d, X, reader_, after_step, first);
}

factor_reader::fidelity slope_factor_reader::select(std::int64_t k) {
    constexpr double least_leak = 0x1p-50;
    row_ = reader_.row(k);
    const bool lossless = weights().lossless() && row_.lossless;
    // The proofs hold while no factor needs an exponent beside a leak.
    const bool plain =
        P_.rule().leak == 1.0 || (weights().exponent() + row_.exponent == 0 && P_.rule().leak >= least_leak);
    return {lossless, lossless && plain};
}

std::int64_t slope_factor_reader::apply(direction d, block_in V, block_out Y, std::span<double> squares) {
    const chain_step step = make_step(P_.rule(), d, entry_map::identity, row_.exponent);
    scratch_.reshape(domain(), V.columns());
    apply_step(step, row_.s, V, scratch_, Y, squares);
    return step.exponent;
}

std::int64_t slope_factor_reader::apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                                   std::span<double> squares) {
    // With V in [2^300, 2^600] and a leak of at least 2^-50 no product with an entry of W then underflows to 0, and
    // with slopes and entries of at most 2^200 none overflows.
    constexpr double least = 0x1p-250;
    raise_nonzero_magnitudes(row_.s, raised ? least : 0.0, magnitudes_, domain());
    scratch_.reshape(domain(), V.columns());
    const chain_step step = make_step(P_.rule(), d, entry_map::absolute, row_.exponent);
    apply_step(step, magnitudes_, V, scratch_, Y, squares);
    return step.exponent;
}

gate_factor_reader::gate_factor_reader(const gated_chain& P)
    : factor_reader(P.weights(), P.domain(), P.steps()),
      P_(P),
      weight_magnitudes_(entry_image(P.weights(), entry_map::absolute)),
      reader_(P.gates(), P.weights().exponent(), P.weights().domain()) {}

void gate_factor_reader::run(direction d, scaled_block& X, std::int64_t first,
                             const std::function<bool(std::int64_t done)>& after_step) {
    const chain_factor factor = [&](std::int64_t k, const scaled_block& now, bool, block_out Y,
                                    std::span<double> squares) {
        select(k);
        return chain_move{apply(d, now.mantissas(), Y, squares)};
    };
    run_chain(d, first, steps(), X, factor, after_step);
}

factor_reader::fidelity gate_factor_reader::select(std::int64_t k) {
    step_ = reader_.step(k);
    // Coefficients with an exponent of their own may have lost bits.
    const bool lossless = weights().lossless() && weights().exponent() == 0 && step_.exponent == 0;
    return {lossless, lossless};
}

std::int64_t gate_factor_reader::apply(direction d, block_in V, block_out Y, std::span<double> squares) {
    scratch_.reshape(weights().range(), V.columns());
    apply_step(weights(), step_, d, V, scratch_, Y, squares);
    return step_.exponent;
}

std::int64_t gate_factor_reader::apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                                  std::span<double> squares) {
    // As for slopes, but the output of an LSTM is a product with two coefficients.
    constexpr double least = 0x1p-140;
    const space& units = weights().domain();
    gated_step step = step_;
    std::size_t next = 0;
    for (vector_in* coefficients : {&step.m[0], &step.m[1], &step.m[2], &step.k, &step.p, &step.q}) {
        if (coefficients->empty()) continue;
        vector_block& magnitudes = magnitudes_[next++];
        magnitudes.reshape(units);
        raise_nonzero_magnitudes(*coefficients, raised ? least : 0.0, magnitudes, units);
        *coefficients = magnitudes;
    }
    scratch_.reshape(weights().range(), V.columns());
    apply_step(weight_magnitudes_, step, d, V, scratch_, Y, squares);
    return step.exponent;
}

}  // namespace rhochain
