#include "chains/measures/stack_factor_reader.hpp"
#include "kernels/solvers/entry_bounds.hpp"
#include "kernels/vectors/block_columns.hpp"
#include "operators/entry_image.hpp"

#include <algorithm>
#include <cstddef>

namespace rhochain {
namespace {

// The most terms of any layer.
factor_reader::product_traits traits_of(const stack_chain& P) {
    factor_reader::product_traits all{true, 0, 0};
    for (std::int64_t l = 0; l < P.layout().layers; ++l) {
        const linear_map& A = P.layer(l).weights;
        if (!A.bounded()) return {false, 0, 0};
        all.row_terms = std::max(all.row_terms, A.row_terms());
        all.column_terms = std::max(all.column_terms, A.column_terms());
    }
    return all;
}

}  // namespace

stack_factor_reader::stack_factor_reader(const stack_chain& P)
    : factor_reader(traits_of(P), P.domain(), P.steps() * P.layout().layers),
      P_(P),
      row_terms_(4 * traits_of(P).row_terms + 1),
      readers_(P.readers()) {
    if (bounded())
        for (std::int64_t l = 0; l < P.layout().layers; ++l)
            weight_magnitudes_.emplace_back(entry_image(P.layer(l).weights, entry_map::absolute));
}

void stack_factor_reader::run(direction d, scaled_block& X, std::int64_t first,
                              const std::function<bool(std::int64_t done)>& after_step) {
    const chain_factor factor = [&](std::int64_t k, const scaled_block& now, bool, block_out Y,
                                    std::span<double> squares) {
        select(k);
        return chain_move{apply(d, now.mantissas(), Y, squares)};
    };
    run_chain(d, first, steps(), X, factor, after_step);
}

factor_reader::fidelity stack_factor_reader::select(std::int64_t k) {
    layer_ = k % P_.layout().layers;
    step_ = readers_[static_cast<std::size_t>(layer_)].step(k / P_.layout().layers);
    // Coefficients with an exponent of their own may have lost bits.
    const linear_map& A = P_.layer(layer_).weights;
    const bool lossless = A.lossless() && A.exponent() == 0 && step_.exponent == 0;
    return {lossless, lossless};
}

std::int64_t stack_factor_reader::apply_to(const linear_map& A, const gated_step& step, direction d, block_in V,
                                           block_out Y, std::span<double> squares) {
    copy_block(V, Y, domain());
    apply_layer(A, P_.layout(), layer_, step, d, Y, scratch_);
    measure_state(Y, squares, domain());
    return 0;
}

std::int64_t stack_factor_reader::apply(direction d, block_in V, block_out Y, std::span<double> squares) {
    return apply_to(P_.layer(layer_).weights, step_, d, V, Y, squares);
}

std::int64_t stack_factor_reader::apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                                   std::span<double> squares) {
    // As for a chain of gated cells: the output of an LSTM is a product with two coefficients.
    constexpr double least = 0x1p-140;
    const space units = domain().replicated(P_.layout().units);
    gated_step step = step_;
    std::size_t next = 0;
    for (vector_in* coefficients : {&step.m[0], &step.m[1], &step.m[2], &step.k, &step.p, &step.q, &step.t}) {
        if (coefficients->empty()) continue;
        vector_block& magnitudes = magnitudes_[next++];
        magnitudes.reshape(units);
        raise_nonzero_magnitudes(*coefficients, raised ? least : 0.0, magnitudes, units);
        *coefficients = magnitudes;
    }
    return apply_to(weight_magnitudes_[static_cast<std::size_t>(layer_)], step, d, V, Y, squares);
}

}  // namespace rhochain
