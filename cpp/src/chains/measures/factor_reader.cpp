#include "chains/measures/factor_reader.hpp"
#include "kernels/solvers/entry_bounds.hpp"
#include "operators/entry_image.hpp"
#include "spectra/norm/adjoint_check.hpp"

#include <algorithm>
#include <cstddef>

namespace rhochain {
namespace {

factor_reader::product_traits traits_of(const linear_map& A) {
    if (!A.bounded()) return {false, 0, 0};
    return {true, A.row_terms(), A.column_terms()};
}

factor_reader::product_traits traits_of(const chain_rule& rule) {
    factor_reader::product_traits of_W = traits_of(rule.A);
    if (!rule.linear) return of_W;
    const factor_reader::product_traits of_O = traits_of(rule.linear->O);
    return {of_W.bounded && of_O.bounded, std::max(of_W.row_terms, of_O.row_terms),
            std::max(of_W.column_terms, of_O.column_terms)};
}

}  // namespace

slope_factor_reader::slope_factor_reader(const jacobian_chain& P)
    : factor_reader(traits_of(P.rule()), P.domain(), P.steps()),
      P_(P),
      reader_(P.slopes(), P.domain()),
      magnitudes_(P.domain()) {}

void slope_factor_reader::require_adjoints(std::uint64_t seed) const {
    require_adjoint(P_.rule().A, seed);
    if (P_.rule().linear) require_adjoint(P_.rule().linear->O, seed, "linear");
}

std::int64_t slope_factor_reader::row_terms() const {
    const chain_rule& rule = P_.rule();
    return rule.A.row_terms() + (rule.linear ? rule.linear->O.row_terms() : 1);
}

void slope_factor_reader::run(direction d, scaled_block& X, std::int64_t first,
                              const std::function<bool(std::int64_t done)>& after_step) {
    P_.run(d, X, reader_, after_step, first);
}

factor_reader::fidelity slope_factor_reader::select(std::int64_t k) {
    constexpr double least_weight = 0x1p-50, largest_weight = 0x1p50;
    row_ = reader_.row(k);
    const chain_rule& rule = P_.rule();
    const bool lossless = rule.A.lossless() && row_.lossless && (!rule.linear || rule.linear->O.lossless());
    // The proofs hold while no factor needs an exponent beside a leak.
    const bool one_term = rule.leak.none() && !rule.linear;
    bool plain = one_term || (rule.A.exponent() + row_.exponent == 0 && rule.leak.least() >= least_weight);
    if (rule.linear) {
        const double weight = rule.linear->weight.value_or(1.0);
        plain = plain && rule.linear->O.exponent() == 0 &&
                (weight == 0.0 || (weight >= least_weight && weight <= largest_weight));
    }
    return {lossless, lossless && plain};
}

std::int64_t slope_factor_reader::apply(direction d, block_in V, block_out Y, std::span<double> squares) {
    const chain_step step = make_step(P_.rule(), d, entry_map::identity, row_.exponent);
    scratch_.reshape(domain(), V.columns());
    if (step.linear != nullptr) of_linear_.reshape(domain(), V.columns());
    apply_step(step, row_.s, V, scratch_, Y, squares, of_linear_);
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
    if (step.linear != nullptr) of_linear_.reshape(domain(), V.columns());
    apply_step(step, magnitudes_, V, scratch_, Y, squares, of_linear_);
    return step.exponent;
}

gate_factor_reader::gate_factor_reader(const gated_chain& P)
    : factor_reader(traits_of(P.weights()), P.domain(), P.steps()),
      P_(P),
      weight_magnitudes_(entry_image(P.weights(), entry_map::absolute)),
      reader_(P.gates(), P.weights().exponent(), P.weights().domain()) {}

void gate_factor_reader::require_adjoints(std::uint64_t seed) const { require_adjoint(P_.weights(), seed); }

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
    const linear_map& U = P_.weights();
    const bool lossless = U.lossless() && U.exponent() == 0 && step_.exponent == 0;
    return {lossless, lossless};
}

std::int64_t gate_factor_reader::apply(direction d, block_in V, block_out Y, std::span<double> squares) {
    scratch_.reshape(P_.weights().range(), V.columns());
    apply_step(P_.weights(), step_, d, V, scratch_, Y, squares);
    return step_.exponent;
}

std::int64_t gate_factor_reader::apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                                  std::span<double> squares) {
    // As for slopes, but the output of an LSTM is a product with two coefficients.
    constexpr double least = 0x1p-140;
    const space& units = P_.weights().domain();
    gated_step step = step_;
    std::size_t next = 0;
    for (vector_in* coefficients : {&step.m[0], &step.m[1], &step.m[2], &step.k, &step.p, &step.q}) {
        if (coefficients->empty()) continue;
        vector_block& magnitudes = magnitudes_[next++];
        magnitudes.reshape(units);
        raise_nonzero_magnitudes(*coefficients, raised ? least : 0.0, magnitudes, units);
        *coefficients = magnitudes;
    }
    scratch_.reshape(P_.weights().range(), V.columns());
    apply_step(weight_magnitudes_, step, d, V, scratch_, Y, squares);
    return step.exponent;
}

}  // namespace rhochain
