#include "spectra/growth/slope_ascent.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/infinity.hpp>
#include "kernels/vectors/random_streams.hpp"
#include "spectra/growth/cycle_vectors.hpp"
#include "spectra/run_stage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

class slope_ascent {
public:
    slope_ascent(const slope_jacobian& J, slope_rows cycle, std::uint64_t seed, std::uint64_t stream, Ledger& ledger)
        : J_(J), S_(std::move(cycle)), ledger_(ledger), Z_(S_.size()), rest_(J.leaky() ? S_.size() : 0) {
        x_ = random_unit_vector(J.domain(), seed, streams::slope_start(2 * stream));
        y_ = random_unit_vector(J.domain(), seed, streams::slope_start(2 * stream + 1));
        next_ = vector_block(J.domain());
    }

    slope_witness run(int sweeps) {
        constexpr double gain = 1e-4;
        constexpr int patience = 5;
        slope_witness best;
        std::int64_t changes = 1;
        double forward_log = -infinity;
        int sweep = 0, since = 0;
        run_stage stage(ledger_, [&](state_archive& s) {
            exchange(s, best);
            s.within(sweep, 0, sweeps + 1);
            s(since);
            s(changes);
            s(forward_log);
            for (auto& row : S_) s.flags(row, J_.domain());
            s(x_, J_.domain());
            s(y_, J_.domain());
        });
        for (; !stage.finished() && sweep <= sweeps && !stage.exhausted(); ++sweep) {
            stage.mark();
            const double backward_log = left_vectors();
            if (backward_log == -infinity) break;
            if (sweep > 0) {
                const double rate = estimate(backward_log, forward_log);
                since = rate > best.rate * (1.0 + gain) ? 0 : since + 1;
                if (rate > best.rate) best = {rate, S_};
                if (since >= patience || changes == 0 || sweep == sweeps) break;
            }
            forward_log = right_vectors(changes);
            if (forward_log == -infinity) break;
        }
        stage.close();
        return best;
    }

private:
    void exchange(state_archive& s, slope_witness& best) const {
        s(best.rate);
        bool some = !best.cycle.empty();
        s(some);
        if (s.reads()) best.cycle = some ? S_ : slope_rows{};
        for (auto& row : best.cycle) s.flags(row, J_.domain());
    }
    [[nodiscard]] std::size_t period() const { return S_.size(); }
    // Short cycles are run through several times, so that the vectors are close to the cycle's own.
    [[nodiscard]] std::size_t passes() const { return (16 + period() - 1) / period(); }

    // v becomes a unit vector. Returns ln ||v||.
    double normalise(vector_out v) const {
        const double norm = norm2(v, J_.domain());
        if (!(norm > 0.0) || !std::isfinite(norm)) return -infinity;
        scale(1.0 / norm, v, J_.domain());
        return std::log(norm);
    }

    // z_k of the cycle as it stands, y_p before the last pass and y_0. Returns the logarithm of its growth in that
    // pass.
    double left_vectors() {
        const space& S = J_.domain();
        double log = 0.0;
        for (std::size_t pass = 0; pass < passes(); ++pass) {
            log = 0.0;
            last_ = y_;
            for (std::size_t k = period(); k-- > 0;) {
                if (J_.leaky()) {
                    if (rest_[k].empty()) rest_[k] = vector_block(S);
                    J_.keep(y_, rest_[k]);
                }
                if (Z_[k].empty()) Z_[k] = vector_block(S);
                J_.pull(y_, Z_[k]);
                ledger_.count();
                copy(Z_[k], next_, S);
                J_.finish_backward(S_[k], y_, next_);
                std::swap(y_, next_);
                log += normalise(y_);
                if (log == -infinity) return log;
            }
        }
        return log;
    }

    // (y_p^T A x_0)^(1/p) from both vectors, at most the growth seen.
    [[nodiscard]] double estimate(double backward_log, double forward_log) const {
        const space& S = J_.domain();
        const double near = std::abs(dot(last_, x_, S)), far = std::abs(dot(y_, x_, S));
        const double p = static_cast<double>(period());
        const double quotient = near > 0.0 && far > 0.0 ? backward_log + std::log(far / near) : -infinity;
        return std::exp(std::min(quotient, std::max(backward_log, forward_log)) / p);
    }

    double right_vectors(std::int64_t& changes) {
        const double lo = J_.slopes().lo, hi = J_.slopes().hi;
        const space& S = J_.domain();
        changes = 0;
        double log = 0.0;
        for (std::size_t pass = 0; pass < passes(); ++pass) {
            log = 0.0;
            for (std::size_t k = 0; k < period(); ++k) {
                if (pass == 0) {
                    double form = dot_with_slopes(Z_[k], S_[k], lo, hi, x_, S);
                    if (J_.leaky()) form += dot(rest_[k], x_, S);
                    changes += choose_slopes(form < 0.0 ? -1.0 : 1.0, Z_[k], x_, S_[k], S);
                }
                J_.forward(S_[k], x_, next_);
                ledger_.count();
                std::swap(x_, next_);
                log += normalise(x_);
                if (log == -infinity) return log;
            }
        }
        return log;
    }

    const slope_jacobian& J_;
    slope_rows S_;
    Ledger& ledger_;
    std::vector<vector_block> Z_;
    std::vector<vector_block> rest_;  // (I - A) y_{k+1}
    vector_block x_;
    vector_block y_;
    vector_block last_;
    vector_block next_;
};

}  // namespace

slope_witness ascend_slopes(const slope_jacobian& J, slope_rows cycle, int sweeps, std::uint64_t seed,
                            std::uint64_t stream, Ledger& ledger) {
    return slope_ascent(J, std::move(cycle), seed, stream, ledger).run(sweeps);
}

slope_witness search_slopes(const slope_jacobian& J, std::size_t period,
                            const std::vector<std::vector<std::uint8_t>>& others, std::uint64_t seed, Ledger& ledger) {
    constexpr int short_sweeps = 8, long_sweeps = 30;
    // Among very many neurons all starts end at the same rate.
    constexpr std::int64_t very_many = 100'000;
    const std::uint64_t least_starts = J.map().cols() <= very_many ? 4 : 1;
    slope_witness best;
    const std::vector<std::uint8_t> all(J.length(), 1);
    std::uint64_t start = 0;
    const auto try_start = [&](const std::vector<std::uint8_t>& row) {
        slope_witness found = ascend_slopes(J, slope_rows(period, row), short_sweeps, seed, start++, ledger);
        if (found.rate > best.rate) best = std::move(found);
    };
    for (const auto& row : others) try_start(row);
    do try_start(all);
    while (start < least_starts);
    if (best.cycle.empty()) return best;
    slope_witness longer = ascend_slopes(J, best.cycle, long_sweeps, seed, start, ledger);
    return longer.rate > best.rate ? longer : best;
}

}  // namespace rhochain
