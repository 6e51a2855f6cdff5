#include "spectra/scaling/scaling_dual.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include "kernels/solvers/row_ratios.hpp"
#include "kernels/vectors/block_ops.hpp"
#include "kernels/vectors/row_scaling.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rhochain {
namespace {

// Smaller rows count as 0: the squares of larger ones are far from underflow.
constexpr double least_row = 0x1p-480;

// Bounds the loss of a product by underflow, with rows of at least `least_row`.
constexpr double underflow_guard = 0x1p-500;

class dual_bound {
public:
    dual_bound(const irreducible_block& block, block_out V, Ledger& ledger)
        : block_(block),
          V_(V),
          ledger_(ledger),
          image_(block.domain(), V.columns()),
          lengths_(block.domain()),
          images_(block.domain()),
          errors_(block.domain()) {
        fill(0.0, errors_, block.domain());
    }

    // The least ratio ||(A V)_i|| / ||V_i||, rounded down.
    double evaluate() {
        const linear_map& A = block_.map();
        const space& S = block_.domain();
        const double g = rounding_gamma(V_.columns() + 4);
        row_squares(V_, lengths_, S);
        drop_rows(least_row * least_row, lengths_, V_, S);
        A.apply(V_, image_);
        ledger_.count(V_.columns());
        row_squares(image_, images_, S);
        roots_up(g, lengths_, S);
        double product = 0.0;
        if (A.bounded()) {
            A.apply(entry_map::absolute, lengths_, errors_);
            ledger_.count();
            product = rounding_gamma(2 * (A.row_terms() + 4));
        }
        const double least = row_ratios({g, product, underflow_guard}, lengths_, errors_, images_, S);
        return std::isfinite(least) ? least : 0.0;
    }

    // After evaluate(): rows below the target shrink to it.
    void shrink(double target) {
        shrinking_factors(images_, target, lengths_, block_.domain());
        scale_rows(1.0, lengths_, V_, V_, block_.domain());
    }

private:
    const irreducible_block& block_;
    block_out V_;
    Ledger& ledger_;
    vector_block image_;
    vector_block lengths_;  // ||V_i||, rounded up, then the factors of the rows
    vector_block images_;   // ||(A V)_i||^2, then the ratios
    vector_block errors_;
};

Bound lower_bound(const irreducible_block& block, double value) {
    const Grade grade = block.map().bounded() ? Grade::proved : Grade::estimate;
    return {value, grade, 0.0, "rows of A V against rows of V"};
}

}  // namespace

Bound lift_lower_bound(const irreducible_block& block, block_out V, double target, std::int64_t most_rounds,
                       Ledger& ledger) {
    dual_bound dual(block, V, ledger);
    double best = 0.0;
    std::int64_t round = 0;
    bool over = false;
    run_stage stage(ledger, [&](state_archive& s) {
        s(best);
        s(over);
        if (over) return;
        s.within(round, 0, most_rounds);
        s(V, block.domain());
    });
    for (; !stage.finished() && round < most_rounds && !stage.exhausted(); ++round) {
        stage.mark();
        best = std::max(best, dual.evaluate());
        if (best >= target * (1.0 - 1e-4)) break;
        dual.shrink(target);
    }
    over = true;
    stage.close();
    return lower_bound(block, best);
}

}  // namespace rhochain
