#include "spectra/growth/range_bounds.hpp"

#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/storage/infinity.hpp>
#include "kernels/vectors/random_streams.hpp"
#include "spectra/growth/rotated_lanczos.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

namespace rhochain {
namespace {

constexpr double quarter_turn = 0.5 * std::numbers::pi;
constexpr int first_sectors = 4;  // of a quarter turn
constexpr int most_sectors = 64;
// How the accuracy is shared between the bounds of a line and the sectors between lines.
constexpr double part_of_lines = 0.4;

struct side {
    double ritz = -infinity;
    double bound = infinity;
};

// An angle t = position pi / (2 most_sectors) with h(t) and h(pi - t).
struct angle_state {
    int position;
    side near{};
    side far{};
    std::int64_t steps = 0;

    [[nodiscard]] double angle() const {
        return position == most_sectors ? quarter_turn : quarter_turn * static_cast<double>(position) / most_sectors;
    }
};

double mirrored(const angle_state& s) { return std::numbers::pi - s.angle(); }

// The angles that share a block: as many as leave its rows short.
std::size_t angles_together(std::int64_t n) { return n <= 200'000 ? 8 : 2; }

class range_search {
public:
    range_search(const irreducible_block& block, const range_goal& goal, Ledger& ledger)
        : block_(block), goal_(goal), ledger_(ledger) {
        // Rounding of a product, of its two parts and of the four vector operations of a step.
        rounding_ = 3.0 * rounding_gamma(goal.terms + 16);
        least_share_ = least_share(block.size(), goal.delta / (2 * (most_sectors + 1)));
    }

    range_bounds run() {
        std::vector<angle_state> fresh;
        for (int p = 0; p <= first_sectors; ++p) fresh.push_back({p * most_sectors / first_sectors});
        const std::size_t together = angles_together(block_.size());
        while (!fresh.empty() && !spent() && !is_rounding()) {
            for (std::size_t first = 0; first < fresh.size() && !spent(); first += together)
                bound_group(std::span(fresh).subspan(first, std::min(together, fresh.size() - first)));
            fresh = halves_of_wide_sectors();
        }
        return result();
    }

private:
    [[nodiscard]] bool spent() { return products_ >= goal_.most_products || ledger_.exhausted(); }

    void bound_group(std::span<angle_state> group) {
        constexpr std::int64_t least_steps = 4, most_steps = 2000;
        std::vector<double> angles;
        for (const angle_state& s : group) angles.push_back(s.angle());
        const auto stream = streams::support_line(static_cast<std::uint64_t>(group.front().position));
        rotated_lanczos run(block_, angles, goal_.seed, stream);
        std::int64_t k = 0, next_look = least_steps;
        bool over = false;
        run_stage stage(ledger_, [&](state_archive& s) {
            exchange(s, group);
            s(over);
            if (over) return;
            s.within(k, 0, most_steps);
            s(next_look);
            run.exchange(s);
            for (std::size_t j = 0; j < group.size(); ++j) s.require(k == 0 || !run.numbers(j).a.empty());
        });
        while (!stage.finished()) {
            const bool spent = products_ >= goal_.most_products || stage.exhausted();
            const bool last = k == most_steps || run.invariant() || spent;
            if (k > 0 && (k >= next_look || last)) {
                next_look = k + std::max<std::int64_t>(4, k / 8);
                for (std::size_t j = 0; j < group.size(); ++j) take_ritz_values(run.numbers(j), group[j]);
                for (std::size_t j = 0; j < group.size(); ++j) take_bounds(run.numbers(j), group[j]);
                const auto at_rest = [&](const angle_state& s) { return rests(s); };
                constexpr std::int64_t enough = 32;
                if (std::all_of(group.begin(), group.end(), at_rest) || (k >= enough && is_rounding())) break;
            }
            if (last) break;
            stage.mark();
            run.step();
            ledger_.count(run.products());
            products_ += run.products();
            ++k;
        }
        over = true;
        stage.close();
        states_.insert(states_.end(), group.begin(), group.end());
        std::sort(states_.begin(), states_.end(),
                  [](const angle_state& a, const angle_state& b) { return a.position < b.position; });
    }

    void exchange(state_archive& s, std::span<angle_state> group) {
        for (angle_state& a : group) {
            for (side* end : {&a.near, &a.far}) {
                s(end->ritz);
                s(end->bound);
            }
            s.within(a.steps, 0, std::int64_t{1} << 40);
        }
        s(products_);
        s(best_);
        s(largest_);
    }

    void take_ritz_values(const lanczos_numbers& T, angle_state& s) {
        const spectrum_ends ritz = ritz_ends(T);
        s.near.ritz = std::max(s.near.ritz, ritz.highest);
        s.far.ritz = std::max(s.far.ritz, -ritz.lowest);
        s.steps = static_cast<std::int64_t>(T.a.size());
        largest_ = std::max({largest_, s.near.ritz, s.far.ritz});
        best_ = std::max({best_, rate_of(s, s.near.ritz), rate_of_mirrored(s, s.far.ritz)});
    }

    void take_bounds(const lanczos_numbers& T, angle_state& s) const {
        const double magnitude = std::isfinite(goal_.magnitude) ? goal_.magnitude : 2.0 * largest_;
        const bounds_of_ends bounds = bound_ends(T, {least_share_, rounding_ * magnitude});
        s.near.bound = std::min(s.near.bound, bounds.largest);
        s.far.bound = std::min(s.far.bound, bounds.largest_of_negative);
        // H(pi / 2) has a symmetric spectrum.
        if (s.position == most_sectors) s.near.bound = s.far.bound = std::min(s.near.bound, s.far.bound);
    }

    [[nodiscard]] double rate_of(const angle_state& s, double h) const { return goal_.rate.of_line({s.angle(), h}); }
    [[nodiscard]] double rate_of_mirrored(const angle_state& s, double h) const {
        return goal_.rate.of_line({mirrored(s), h});
    }

    // Whether the Ritz values are those of rounding errors alone, as where the summands of a map cancel.
    [[nodiscard]] bool is_rounding() const {
        constexpr double few = 16.0;
        return largest_ > 0.0 && std::isfinite(goal_.magnitude) && largest_ <= few * rounding_ * goal_.magnitude;
    }

    // Whether the bounds are close enough, or so low that no sector beside them can matter.
    [[nodiscard]] bool rests(const angle_state& s) const {
        constexpr double low = 0.8;
        const double slack = part_of_lines * goal_.accuracy * best_;
        return rate_of(s, s.near.bound) <= std::max(rate_of(s, s.near.ritz) + slack, low * best_) &&
               rate_of_mirrored(s, s.far.bound) <= std::max(rate_of_mirrored(s, s.far.ritz) + slack, low * best_);
    }

    [[nodiscard]] std::vector<angle_state> halves_of_wide_sectors() const {
        const double wanted = best_ * (1.0 + goal_.accuracy);
        std::vector<angle_state> fresh;
        for (std::size_t j = 0; j + 1 < states_.size(); ++j) {
            const angle_state &a = states_[j], &b = states_[j + 1];
            const double rate = std::max(goal_.rate.of_sector({a.angle(), a.near.bound}, {b.angle(), b.near.bound}),
                                         goal_.rate.of_sector({mirrored(b), b.far.bound}, {mirrored(a), a.far.bound}));
            if (b.position - a.position == 1 || !(rate > wanted)) continue;
            // Both neighbours bound the line between them (sectors.hpp).
            const double between = 0.5 / std::cos(0.5 * (b.angle() - a.angle())) * (1.0 + 0x1p-48);
            fresh.push_back({(a.position + b.position) / 2});
            fresh.back().near.bound = (a.near.bound + b.near.bound) * between;
            fresh.back().far.bound = (a.far.bound + b.far.bound) * between;
        }
        return fresh;
    }

    [[nodiscard]] range_bounds result() const {
        range_bounds found;
        const auto take = [&](const side& s, double angle, std::int64_t steps) {
            found.lines.push_back({angle, s.bound});
            const double rate = goal_.rate.of_line({angle, s.ritz});
            if (!(rate > found.estimate)) return;
            found.estimate = rate;
            found.widest = angle;
            found.steps = steps;
        };
        for (const angle_state& s : states_) take(s.near, s.angle(), s.steps);
        for (auto s = states_.rbegin(); s != states_.rend(); ++s)
            if (s->position != most_sectors) take(s->far, mirrored(*s), s->steps);
        return found;
    }

    const irreducible_block& block_;
    const range_goal& goal_;
    Ledger& ledger_;
    double rounding_ = 0.0;     // of a step, relative
    double least_share_ = 0.0;  // of the top eigenvectors in the starts
    std::int64_t products_ = 0;
    double best_ = 0.0;     // rate of a Ritz value
    double largest_ = 0.0;  // Ritz value
    std::vector<angle_state> states_;
};

}  // namespace

std::int64_t terms_of_products(const linear_map& A) {
    return A.bounded() ? std::max(A.row_terms(), A.column_terms()) : 2 * A.domain().sum_depth();
}

range_bounds bound_range(const irreducible_block& block, const range_goal& goal, Ledger& ledger) {
    return range_search(block, goal, ledger).run();
}

}  // namespace rhochain
