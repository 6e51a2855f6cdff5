#include "spectra/growth/growth_scaling.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"
#include "operators/similarity.hpp"
#include "spectra/growth/rotated_lanczos.hpp"
#include "spectra/run_stage.hpp"
#include "spectra/scaling/balancing.hpp"
#include "spectra/scaling/perron_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

namespace rhochain {
namespace {

struct stage {
    std::int64_t degree;
    int sweeps;
};

// Beyond it fewer angles at a time estimate as well.
constexpr std::int64_t large = 200'000;

// 186 and 108 products with H(t) for each angle.
constexpr stage long_schedule[] = {{6, 4}, {12, 6}, {30, 3}};
constexpr stage short_schedule[] = {{4, 3}, {8, 4}, {16, 4}};

class scaling_descent {
public:
    scaling_descent(const irreducible_block& block, std::uint64_t seed, Ledger& ledger)
        : block_(block), seed_(seed), ledger_(ledger), B_(block.map(), zero()) {}

    vector_block run(vector_block known, std::int64_t products) {
        vector_block first = best_start(std::move(known));
        const std::size_t angles = block_.size() <= large ? 4 : 2;
        const bool at_length = products >= 4 * 186 * static_cast<std::int64_t>(angles);
        vector_block found = descend(first, at_length ? std::span<const stage>(long_schedule) : short_schedule, angles);
        if (ledger_.cut_short()) return first;
        return estimate(first) <= estimate(found) ? first : found;
    }

private:
    [[nodiscard]] vector_block zero() const {
        vector_block d(block_.domain());
        fill(0.0, d, block_.domain());
        return d;
    }

    vector_block best_start(vector_block known) {
        std::vector<vector_block> starts;
        if (!known.empty()) starts.push_back(std::move(known));
        if (block_.map().bounded()) {
            constexpr std::int64_t sweeps = 12, perron_products = 100;
            starts.push_back(balancing_scaling(block_, sweeps, most_log_scaling, ledger_));
            SolverOptions few = ledger_.inner_options({.rtol = 0.1}, perron_products);
            Ledger own(few, block_.domain());
            vector_block perron = perron_scaling(block_, few, own).d;
            ledger_.count(own.matvecs());
            // A rank may hold no entries.
            if (block_.domain().any(!perron.empty())) {
                clamp_entries(perron, most_log_scaling, perron, block_.domain());
                vector_block mean = perron;
                combine(0.5, starts.back(), 0.5, mean, block_.domain());
                starts.push_back(std::move(perron));
                starts.push_back(std::move(mean));
            }
        }
        if (starts.empty()) return zero();
        if (starts.size() == 1) return std::move(starts.front());
        std::vector<double> radii;
        for (const auto& d : starts) {
            if (ledger_.cut_short()) return std::move(starts.front());
            radii.push_back(estimate(d));
        }
        const auto best = std::min_element(radii.begin(), radii.end()) - radii.begin();
        return std::move(starts[static_cast<std::size_t>(best)]);
    }

    // An estimate of w(B) from below, the same starts for every d.
    double estimate(vector_in d) {
        constexpr double all[] = {0.0, 0.5 * std::numbers::pi, std::numbers::pi / 6, std::numbers::pi / 3};
        const std::span<const double> angles = std::span(all).first(block_.size() <= large ? 4 : 2);
        constexpr int steps = 12;
        B_.set(d);
        rotated_lanczos run(block_.with_map(linear_map::borrowed(B_)), angles, seed_, streams::growth_scaling);
        for (int k = 0; k < steps && !run.invariant() && (k == 0 || !ledger_.cut_short()); ++k) {
            run.step();
            ledger_.count(run.products());
        }
        double largest = 0.0;
        for (std::size_t j = 0; j < run.angles(); ++j) {
            const spectrum_ends ends = ritz_ends(run.numbers(j));
            largest = std::max({largest, ends.highest, -ends.lowest});
        }
        return largest;
    }

    vector_block descend(vector_block d, std::span<const stage> schedule, std::size_t angles) {
        constexpr std::size_t averaged = 4;
        std::vector<vector_block> last;
        std::vector<std::int64_t> degrees;
        for (const stage& s : schedule) degrees.insert(degrees.end(), static_cast<std::size_t>(s.sweeps), s.degree);
        std::size_t sweep = 0;
        bool complete = true;
        radius_ = 0.0;
        run_stage log(ledger_, [&](state_archive& s) {
            s(d, block_.domain());
            s.list(last, {}, 1, [&](vector_block& x) { s.resizable(x, block_.domain(), 1); });
            s.within(sweep, 0, degrees.size());
            s(complete);
            s(radius_);
        });
        for (; !log.finished() && sweep < degrees.size(); ++sweep) {
            complete = !log.exhausted();
            if (!complete) break;
            log.mark();
            log.hold();
            complete = move(degrees[sweep], angles, sweep, d);
            log.release();
            if (!complete) break;
            last.push_back(d);
            if (last.size() > averaged) last.erase(last.begin());
        }
        log.close();
        if (!complete) return d;
        fill(0.0, d, block_.domain());
        for (const auto& one : last) axpy(1.0 / static_cast<double>(last.size()), one, d, block_.domain());
        return d;
    }

    // One sweep. False once B = 0 on the vectors met, and where the run is cut short.
    bool move(std::int64_t degree, std::size_t count, std::uint64_t sweep, vector_out d) {
        constexpr double cut = 0.9, least_part = 1e-3, length_of_step = 1.5;
        const space& S = block_.domain();
        // Multiples of the golden section spread the shifts of all sweeps evenly.
        const double shift = std::fmod(static_cast<double>(sweep) * (std::numbers::phi - 1.0), 1.0);
        std::vector<double> angles;
        for (std::size_t j = 0; j < count; ++j)
            angles.push_back((static_cast<double>(j) + shift) * std::numbers::pi / static_cast<double>(count));
        B_.set(d);
        rotated_map H(linear_map::borrowed(B_), angles);
        vector_block now(S, H.columns()), before(S, H.columns());
        fill_columns(0.0, 0, before, S);
        block_.draw(now, seed_, streams::scaling_sweep(sweep));
        for (std::int64_t k = 1; k < degree; ++k) {
            if (ledger_.cut_short()) return false;
            // Chebyshev's recurrence once w(B) is known roughly, powers before.
            const double unit = radius_ > 0.0 ? 1.0 / (cut * radius_) : 1.0;
            const bool first = k == 1 || radius_ == 0.0;
            const std::vector<rotated_map::weights> w(count, {first ? unit : 2.0 * unit, 0.0, first ? 0.0 : -1.0});
            H.apply(w, now, before, before);
            std::swap(now, before);
            if (radius_ == 0.0 && !(normalise_pairs(now, S) > 0.0)) return false;
        }
        vector_block rows(S), columns(S), squares(S);
        const std::vector<rotated_map::weights> once(count, {1.0, 0.0, 0.0});
        H.apply(once, now, before, before);
        H.shares(rows, columns, squares);
        ledger_.count(degree * H.products());
        const auto inputs = pair_products(now, now, S);
        const auto images = pair_products(before, before, S);
        radius_ = 0.0;
        for (std::size_t j = 0; j < count; ++j)
            radius_ = std::max(radius_, std::sqrt(images[j].real() / inputs[j].real()));
        if (!(radius_ > 0.0) || !std::isfinite(radius_)) return false;
        const double floor = least_part * sum(squares, S) / static_cast<double>(block_.size());
        move_towards_balance(length_of_step / static_cast<double>(degree), floor, rows, columns, squares,
                             most_log_scaling, d, S);
        return true;
    }

    // Makes each x_j a unit vector. Returns the least norm before.
    static double normalise_pairs(block_out X, const space& S) {
        const auto squares = pair_products(X, X, S);
        std::vector<double> inverse;
        double least = std::sqrt(squares.front().real());
        for (const auto& s : squares) {
            least = std::min(least, std::sqrt(s.real()));
            inverse.push_back(1.0 / std::sqrt(s.real()));
        }
        if (least > 0.0) combine_pairs(inverse, X, std::vector<double>(inverse.size(), 0.0), X, S);
        return least;
    }

    const irreducible_block& block_;
    std::uint64_t seed_;
    Ledger& ledger_;
    similarity B_;
    double radius_ = 0.0;  // an estimate of w(B); 0 if unknown
};

}  // namespace

vector_block growth_scaling(const irreducible_block& block, vector_block known, std::int64_t products,
                            std::uint64_t seed, Ledger& ledger) {
    return scaling_descent(block, seed, ledger).run(std::move(known), products);
}

}  // namespace rhochain
