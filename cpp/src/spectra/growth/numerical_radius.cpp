#include <rhochain/spectra/growth/numerical_radius.hpp>

#include <rhochain/spectra/norm/norms.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "operators/symmetric_part.hpp"
#include "spectra/growth/form_bound.hpp"
#include "spectra/growth/range_bounds.hpp"
#include "spectra/growth/rotated_lanczos.hpp"
#include "spectra/norm/adjoint_check.hpp"
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <limits>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t most_vector_steps = 200;

class radius_search {
public:
    radius_search(const linear_map& A, const SolverOptions& options)
        : A_(A), options_(options), ledger_(options, A.domain()) {
        b_.lower = {0.0, Grade::proved, 0.0, "a radius is not negative"};
        b_.upper = {std::numeric_limits<double>::infinity(), Grade::proved, 0.0, "no bound"};
    }

    Bracket run() {
        ledger_.count(require_adjoint(A_, options_.seed));
        if (A_.bounded()) {
            const norm_bounds norms = bound_norms(A_);
            ledger_.count(4);
            tighten_upper(b_, norms.upper);
            magnitude_ = norms.upper.value;
            if (norms.inf == 0.0) {
                b_ = exact_bracket(0.0, "zero matrix");
                ledger_.close(b_);
                return std::move(b_);
            }
            by_modulus();
        }
        if (relative_width(b_) > options_.rtol && !ledger_.exhausted()) by_range();
        clamp_value(b_);
        if (relative_width(b_) <= options_.rtol) b_.status = Status::converged;
        ledger_.record(b_.lower.value, b_.value, b_.upper.value);
        ledger_.close(b_);
        return std::move(b_);
    }

private:
    // w(A) <= w(|A|), with equality for entries of one sign, whose Perron vector is then the trial vector.
    void by_modulus() {
        constexpr std::int64_t products = 200;
        const symmetric_part S(A_);
        const SolverOptions few = [&] {
            SolverOptions own = ledger_.inner_options(options_, products);
            own.start = {};
            return own;
        }();
        Ledger own(few, A_.domain());
        const Bracket modulus = perron_of_block(irreducible_block(linear_map::borrowed(S)), few, own);
        ledger_.count(2 * own.matvecs());
        tighten_upper(b_, {modulus.upper.value, Grade::proved, 0.0, "w(|W|), Collatz-Wielandt"});
        raise_by(from_caller(modulus.vector));
    }

    void by_range() {
        const std::int64_t left = options_.max_matvecs - ledger_.matvecs();
        // The trial vector repeats the run at one angle twice.
        const range_goal goal{slope_rate({}, 0.0), 0.75 * options_.rtol,  options_.delta, options_.seed,
                              magnitude_,          terms_of_products(A_), left - left / 8};
        const range_bounds found = bound_range(irreducible_block(A_), goal, ledger_);
        if (found.lines.empty()) return;
        tighten_upper(
            b_, {radius_bound(found.lines), Grade::probable, options_.delta, "support lines of the numerical range"});
        const std::int64_t steps = std::min(found.steps, most_vector_steps);
        raise_by(ritz_vector(irreducible_block(A_), found.widest, steps, options_.seed, ledger_));
    }

    // Nothing for x = 0, what is left of a run without a step.
    void raise_by(complex_in x) {
        if (!(max_abs_part(x, A_.domain()) > 0.0)) return;
        const Bound lower = form_lower_bound(A_, x, magnitude_, ledger_);
        if (lower.value > b_.lower.value || A_.domain().any(b_.vector.empty() && !x.empty())) {
            b_.value = lower.value;
            complex_vector unit(A_.domain());
            copy(x, unit, A_.domain());
            normalise(unit, A_.domain());
            b_.vector = for_caller(std::move(unit));
        }
        tighten_lower(b_, lower);
        ledger_.record(b_.lower.value, b_.value, b_.upper.value);
    }

    linear_map A_;
    const SolverOptions& options_;
    Ledger ledger_;
    Bracket b_;
    double magnitude_ = std::numeric_limits<double>::infinity();  // at least || |A| ||_2
};

}  // namespace

Bracket numerical_radius(const linear_map& W, const SolverOptions& options) {
    require_square(W, "the numerical radius");
    validate(options, W.domain());
    if (W.cols() == 0) return exact_bracket(0.0, "empty matrix");
    const linear_map A = W.normalised();
    Bracket b = radius_search(A, options).run();
    rescale_bracket(b, A.exponent());
    return b;
}

}  // namespace rhochain
