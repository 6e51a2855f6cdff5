#include "spectra/radius/dominant_search.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/krylov/arnoldi.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "spectra/radius/growth_evidence.hpp"
#include "spectra/radius/isolated_eigenvalue.hpp"
#include "spectra/radius/power_filter.hpp"
#include "spectra/radius/return_rate.hpp"
#include "spectra/radius/ritz_search.hpp"
#include "spectra/radius/settled_powers.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace rhochain {
namespace {

// Powers of the second start: enough to confirm a pair that meets rtol, or to compare growth rates without one.
constexpr std::int64_t most_confirming_steps = 1024;
constexpr std::int64_t comparing_steps = 192;

class dominant_search {
public:
    dominant_search(const irreducible_block& block, const SolverOptions& options, const dominant_goal& goal, Bracket& b,
                    Ledger& ledger)
        : block_(block), options_(options), goal_(goal), b_(b), ledger_(ledger) {}

    void run() {
        const std::optional<vector_block> guess = warm_start();
        ritz_pair first;
        // A guess needs no filter. The second search then starts from the powers that the upper bound needs.
        if (guess) first = search_from(*guess);
        power_filter powers(block_, options_.seed, streams::start, options_.delta, product_error());
        if (!guess && finish_short_space(powers)) return;
        const std::int64_t most = most_filter_steps(block_.size());
        const bool settled = run_filter(powers, guess ? most : std::min(most, goal_.patience));
        gave_up_ = !guess && !settled && powers.steps() >= goal_.patience && !powers.vanished();
        if (gave_up_) return;
        ritz_pair own;
        if (settled) {
            own = powers.settled_pair();
            if (write_isolated(powers, own, most)) return;
        }
        growth_known_ = growth_is_evidence(block_, options_, powers, ledger_);
        tighten_upper(b_, powers.upper());
        b_.value = powers.growth_rate();
        if (powers.vanished()) return;
        // A budget that ended before the evidence leaves the growth rate as the value, and no lower bound from it.
        if (!growth_known_ && ledger_.exhausted()) return;
        if (!growth_known_) return block_.facts().reach > 0 ? write_returns() : take_middle();
        ritz_pair second;
        (guess ? second : first) = settled ? std::move(own) : search_from(powers.vector());
        if (first.complete || ledger_.exhausted()) return finish_early(first.complete ? first : better(first, second));
        double other_rate = powers.growth_rate();
        if (!guess) {
            power_filter again(block_, options_.seed, streams::second_start, options_.delta, product_error());
            if (settled) {
                second = settled_again(again, powers, options_.rtol, ledger_);
                // Two roots close to each other magnify what is left of the rest. Arnoldi does not.
                if (!second.found() || !agree(first, second)) {
                    first = search_from(powers.vector());
                    second = {};
                }
            }
            const bool confirms = first.meets(options_.rtol);
            const std::int64_t half = std::max<std::int64_t>(powers.steps() / 2, 1);
            if (!settled) run_filter(again, std::min(half, confirms ? most_confirming_steps : comparing_steps));
            other_rate = again.growth_rate();
            if (confirms && !second.found() && !again.vanished()) second = search_from(again.vector());
        }
        if (first.meets(options_.rtol) && second.meets(options_.rtol)) return write_pair(first, second);
        const ritz_pair& best = better(first, second);
        // Powers approach rho from below: a pair below their rate is not dominant, whatever its residual.
        if (best.meets(options_.rtol) && best.modulus() >= powers.growth_rate())
            write(best, std::max(options_.rtol, 1.0 - powers.growth_rate() / best.modulus()));
        else
            write_growth(powers, other_rate, best);
    }

    [[nodiscard]] bool gave_up() const { return gave_up_; }

private:
    // The caller's start restricted to this block, unless that is 0.
    [[nodiscard]] std::optional<vector_block> warm_start() const {
        const space& S = block_.domain();
        if (!S.any(!options_.start.empty())) return std::nullopt;
        vector_block x(S);
        copy(from_caller(options_.start), x, S);
        block_.project(x);
        if (!(max_abs(x, S) > 0.0)) return std::nullopt;
        return x;
    }

    // e of power_filter.hpp; 0 where the products cannot cancel by more than the norm of |A| tells.
    [[nodiscard]] double product_error() const {
        const linear_map& A = block_.map();
        if (A.modulus() != moduli::majorant) return 0.0;
        return rounding_gamma(A.row_terms() + 2) * goal_.magnitude * (1.0 + 0x1p-20);
    }

    [[nodiscard]] ritz_pair search_from(vector_in start) {
        const std::int64_t capacity = basis_capacity(options_, block_.size(), most_krylov_vectors);
        return search_ritz_pair(block_, start, capacity, options_, ledger_);
    }

    // Where the Krylov space of a random vector ends after a few steps, as for a low rank, it holds the dominant
    // eigenvector. Unless the eigenvalue is ill-conditioned the powers grow like it.
    [[nodiscard]] bool finish_short_space(power_filter& powers) {
        constexpr std::int64_t few = 12;
        constexpr std::int64_t bounding_steps = 96;
        constexpr double same_rate = 0.02;
        const space& S = block_.domain();
        if (block_.size() <= few) return false;
        vector_block start(S);
        block_.draw(start, options_.seed, streams::second_start);
        arnoldi factorization(block_.map(), start, few);
        while (factorization.size() < few && !factorization.invariant() && !ledger_.exhausted()) {
            factorization.expand();
            ledger_.count();
        }
        if (!factorization.invariant() || ledger_.exhausted()) return false;
        const ritz_pair pair = search_from(start);
        const bool settled = run_filter(powers, bounding_steps);
        tighten_upper(b_, powers.upper());
        b_.value = powers.growth_rate();
        if (powers.vanished()) return true;
        if (!pair.found() || !(std::abs(b_.value - pair.modulus()) <= same_rate * pair.modulus())) return false;
        if (settled && write_isolated(powers, pair, bounding_steps)) return true;
        write(pair, std::max(options_.rtol, pair.residual / pair.modulus()));
        b_.status = Status::converged;
        return true;
    }

    // Whether the powers have settled at last.
    bool run_filter(power_filter& powers, std::int64_t most) {
        constexpr std::int64_t between_records = 16;
        constexpr std::int64_t looks_apart = 8;
        constexpr std::int64_t least_steps = 128;  // where a wide upper bound is enough
        constexpr double close_enough = 0.011;
        const double wanted = 1.0 + std::max({close_enough, options_.rtol, goal_.upper_rtol});
        std::int64_t next_look = 0;
        double excess = 1.0;
        bool settling = false;
        bool settled = false;
        run_stage stage(ledger_, [&](state_archive& s) {
            powers.exchange(s);
            s(next_look);
            s(excess);
            s(settling);
            s(settled);
        });
        while (!stage.finished() && powers.steps() < most && !powers.vanished() && !stage.exhausted()) {
            stage.mark();
            powers.step();
            ledger_.count();
            if (powers.steps() % between_records != 0) continue;
            if (powers.steps() >= next_look) {
                powers.tighten(step_error(powers));
                settled = has_settled(powers);
                if (settled) break;
                // Powers about to settle go on.
                settling = powers.excess() < 0.5 * excess;
                excess = powers.excess();
                next_look = powers.steps() + powers.steps() / looks_apart;
            }
            const double upper = std::min(b_.upper.value, powers.upper().value);
            ledger_.record(b_.lower.value, std::clamp(powers.growth_rate(), b_.lower.value, upper), upper);
            if (goal_.upper_rtol > close_enough && powers.steps() < least_steps) continue;
            if (upper <= wanted * powers.growth_rate() && !settling) break;
        }
        stage.close();
        return settled;
    }

    // Whether the powers fulfil their recurrence, and its upper bound, PROBABLE, is close enough to its root.
    [[nodiscard]] bool has_settled(const power_filter& powers) const {
        constexpr std::int64_t least_steps = 32;
        return powers.steps() >= least_steps && powers.excess() <= std::max(0.5 * options_.rtol, goal_.upper_rtol) &&
               powers.recurrence().relative() <= 0.01 * options_.rtol;
    }

    // The rounding of one product with a unit vector.
    [[nodiscard]] double step_error(const power_filter& powers) const {
        const linear_map& A = block_.map();
        if (A.bounded()) return rounding_gamma(std::max(A.row_terms(), A.column_terms()) + 2) * goal_.magnitude;
        return 2.0 * rounding_gamma(2 * A.domain().sum_depth() + 8) * powers.growth_rate();
    }

    // Both ends graded by an isolated eigenvalue. Left out where the attempt could cost more than the rest of the
    // search.
    [[nodiscard]] bool write_isolated(const power_filter& powers, const ritz_pair& pair, std::int64_t most) {
        constexpr std::int64_t cheap = 128;
        if (!(powers.excess() <= 0.5 * options_.rtol)) return false;
        if (block_.facts().reach > 0 || !block_.facts().scaling.empty()) return false;
        if (powers.steps() > std::max(cheap, most / 3) || !ledger_.affords(3 * powers.steps())) return false;
        const isolated_radius isolated = isolate_radius(block_, powers, step_error(powers), options_, ledger_);
        if (!isolated.found()) return false;
        tighten_upper(b_, powers.upper());
        tighten_lower(b_, isolated.lower);
        b_.value = pair.modulus();
        if (!(relative_width(b_) <= options_.rtol)) return false;
        b_.residual = pair.residual;
        b_.runner_up = std::isnan(pair.runner_up) ? isolated.runner_up : pair.runner_up;
        b_.vector = for_caller(pair.vector);
        b_.status = Status::converged;
        return true;
    }

    void write_returns() {
        const auto rate = return_rate(block_, ledger_);
        if (rate)
            tighten_lower(b_, {*rate * (1.0 - options_.rtol), Grade::estimate, 0.0, "growth rate of returning walks"});
        take_middle();
    }

    void take_middle() {
        const double top = b_.upper.value;
        b_.value = b_.lower.value > 0.0 ? std::sqrt(b_.lower.value) * std::sqrt(top) : 0.5 * top;
    }

    [[nodiscard]] static const ritz_pair& better(const ritz_pair& a, const ritz_pair& b) {
        return a.residual <= b.residual ? a : b;
    }

    void write(const ritz_pair& pair, double uncertainty) {
        b_.value = pair.modulus();
        b_.residual = pair.residual;
        b_.runner_up = pair.runner_up;
        b_.vector = for_caller(pair.vector);
        tighten_lower(
            b_, {b_.value * std::max(0.0, 1.0 - uncertainty), Grade::estimate, 0.0, "Ritz value less its uncertainty"});
    }

    void finish_early(const ritz_pair& pair) {
        if (!pair.found()) return;
        write(pair, std::max(options_.rtol, pair.residual / pair.modulus()));
        if (pair.complete) b_.status = Status::converged;
    }

    [[nodiscard]] bool agree(const ritz_pair& a, const ritz_pair& b) const {
        return std::abs(a.modulus() - b.modulus()) <= 0.5 * options_.rtol * std::max(a.modulus(), b.modulus());
    }

    void write_pair(const ritz_pair& first, const ritz_pair& second) {
        const bool refuted = second.modulus() > b_.upper.value;
        const ritz_pair& winner = first.modulus() >= second.modulus() || refuted ? first : second;
        const double gap = std::abs(first.modulus() - second.modulus()) / winner.modulus();
        if (agree(first, second)) b_.status = Status::converged;
        write(winner, std::max({options_.rtol, 2.0 * gap, winner.residual / winner.modulus()}));
    }

    void write_growth(const power_filter& powers, double other_rate, const ritz_pair& pair) {
        const std::int64_t k = powers.steps();
        const std::array rates{powers.growth_rate(), powers.growth_rate(k / 4, k / 2),
                               powers.growth_rate(k / 2, 3 * k / 4), powers.growth_rate(3 * k / 4, k), other_rate};
        const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
        const double spread = *most - *least;
        b_.value = rates.front();
        b_.residual = pair.residual;
        b_.runner_up = pair.runner_up;
        b_.vector = for_caller(pair.vector);
        tighten_lower(b_, {std::max(0.0, b_.value - std::max(spread, options_.rtol * b_.value)), Grade::estimate, 0.0,
                           "growth rate less its spread"});
    }

    const irreducible_block& block_;
    const SolverOptions& options_;
    dominant_goal goal_;
    Bracket& b_;
    Ledger& ledger_;
    bool growth_known_ = false;
    bool gave_up_ = false;
};

}  // namespace

bool search_dominant(const irreducible_block& block, const SolverOptions& options, const dominant_goal& goal,
                     Bracket& b, Ledger& ledger) {
    dominant_search search(block, options, goal, b, ledger);
    search.run();
    return !search.gave_up();
}

}  // namespace rhochain
