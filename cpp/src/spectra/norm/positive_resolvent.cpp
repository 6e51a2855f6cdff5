#include "spectra/norm/positive_resolvent.hpp"

#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t most_resolvent_steps = 5000;

class conjugate_gradients {
public:
    conjugate_gradients(const irreducible_block& block, std::int64_t cost, Ledger& ledger)
        : block_(block),
          cost_(cost),
          ledger_(ledger),
          residual_(block.domain()),
          direction_(block.domain()),
          image_(block.domain()) {}

    // Solves (s I - M) x = e from x. False if that is indefinite. `quotient` becomes x^T M x / x^T x, or that of a
    // direction in which M exceeds s. Goes on where it is begun().
    bool solve(double s, vector_out x, double& quotient, run_stage& stage) {
        const space& S = block_.domain();
        if (!std::exchange(begun_, true)) {
            apply(s, x);
            fill(1.0, residual_, S);
            block_.project(residual_);
            axpy(-1.0, image_, residual_, S);
            copy(residual_, direction_, S);
            squares_ = dot(residual_, residual_, S);
            step_ = 0;
        }
        for (; max_abs(residual_, S) > close_enough; ++step_) {
            if (step_ == most_resolvent_steps || stage.exhausted()) break;
            stage.mark();
            apply(s, direction_);
            const double curvature = dot(direction_, image_, S);
            if (!(curvature > 0.0)) {
                begun_ = false;
                quotient = s - curvature / dot(direction_, direction_, S);
                return false;
            }
            axpy(squares_ / curvature, direction_, x, S);
            axpy(-squares_ / curvature, image_, residual_, S);
            const double before = squares_;
            squares_ = dot(residual_, residual_, S);
            combine(1.0, residual_, squares_ / before, direction_, S);
        }
        begun_ = false;
        quotient = s - (sum(x, S) - dot(x, residual_, S)) / dot(x, x, S);
        return true;
    }

    [[nodiscard]] bool begun() const { return begun_; }

    void exchange(state_archive& s) {
        s(begun_);
        if (!begun_) return;
        s(residual_, block_.domain());
        s(direction_, block_.domain());
        s(squares_);
        s.within(step_, 0, most_resolvent_steps);
    }

private:
    static constexpr double close_enough = 0.5;

    // image = (s I - M) v
    void apply(double s, vector_in v) {
        block_.map().apply(v, image_);
        ledger_.count(cost_);
        combine(s, v, -1.0, image_, block_.domain());
    }

    const irreducible_block& block_;
    std::int64_t cost_;
    Ledger& ledger_;
    vector_block residual_;
    vector_block direction_;
    vector_block image_;
    double squares_ = 0.0;
    std::int64_t step_ = 0;
    bool begun_ = false;
};

}  // namespace

vector_block positive_resolvent(const irreducible_block& block, std::int64_t cost, vector_in guess, double value,
                                double rtol, Ledger& ledger) {
    constexpr int most_rounds = 40;
    constexpr double closer = 0.125;
    constexpr double farthest = 0.1;
    const space& S = block.domain();
    conjugate_gradients solver(block, cost, ledger);
    vector_block best(S), x(S);
    copy(guess, best, S);
    fill(0.0, x, S);
    // Each solution improves the value and the guess for an s that is closer to rho(M).
    double distance = std::min(farthest, rtol / closer);
    int round = 0;
    bool over = false;
    run_stage stage(ledger, [&](state_archive& s) {
        s(best, S);
        s(over);
        if (over) return;
        s(x, S);
        s(value);
        s(distance);
        s.within(round, 0, most_rounds);
        solver.exchange(s);
    });
    for (; !stage.finished() && !over && round < most_rounds && !stage.exhausted(); ++round) {
        const double s = value * (1.0 + distance);
        // The part of x along the guess, whose share of M x is about `value` times itself.
        const double along = sum(best, S) / dot(best, best, S) / (s - value);
        if (!solver.begun()) copy_scaled(along, best, x, S);
        double quotient = value;
        const bool solved = solver.solve(s, x, quotient, stage);
        value = std::max(value, quotient);
        if (solved) std::swap(best, x);
        over = solved && distance <= rtol;
        if (over) break;
        distance = solved ? std::max(rtol, closer * distance) : std::min(farthest, distance / closer);
    }
    over = true;
    stage.close();
    return best;
}

}  // namespace rhochain
