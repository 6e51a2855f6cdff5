#include "spectra/norm/positive_resolvent.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t most_steps = 5000;

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
    // direction in which M exceeds s.
    bool solve(double s, vector_out x, double& quotient) {
        const space& S = block_.domain();
        apply(s, x);
        fill(1.0, residual_, S);
        block_.project(residual_);
        axpy(-1.0, image_, residual_, S);
        copy(residual_, direction_, S);
        double squares = dot(residual_, residual_, S);
        for (std::int64_t step = 0; max_abs(residual_, S) > close_enough; ++step) {
            if (step == most_steps || ledger_.exhausted()) break;
            apply(s, direction_);
            const double curvature = dot(direction_, image_, S);
            if (!(curvature > 0.0)) {
                quotient = s - curvature / dot(direction_, direction_, S);
                return false;
            }
            axpy(squares / curvature, direction_, x, S);
            axpy(-squares / curvature, image_, residual_, S);
            const double before = squares;
            squares = dot(residual_, residual_, S);
            combine(1.0, residual_, squares / before, direction_, S);
        }
        quotient = s - (sum(x, S) - dot(x, residual_, S)) / dot(x, x, S);
        return true;
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
    // Each solution improves the value and the guess for an s that is closer to rho(M).
    double distance = std::min(farthest, rtol / closer);
    for (int round = 0; round < most_rounds && !ledger.exhausted(); ++round) {
        const double s = value * (1.0 + distance);
        // The part of x along the guess, whose share of M x is about `value` times itself.
        const double along = sum(best, S) / dot(best, best, S) / (s - value);
        copy_scaled(along, best, x, S);
        double quotient = value;
        const bool solved = solver.solve(s, x, quotient);
        value = std::max(value, quotient);
        if (solved) std::swap(best, x);
        if (solved && distance <= rtol) break;
        distance = solved ? std::max(rtol, closer * distance) : std::min(farthest, distance / closer);
    }
    return best;
}

}  // namespace rhochain
