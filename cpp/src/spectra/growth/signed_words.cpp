#include "spectra/growth/signed_words.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "operators/adjoint_operator.hpp"
#include "spectra/run_stage.hpp"
#include "spectra/structure/line_signs.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rhochain {
namespace {

std::int64_t count_mixed(const std::vector<sign_counts>& lines) {
    return std::count_if(lines.begin(), lines.end(), [](const sign_counts& line) { return line.mixed(); });
}

std::vector<std::uint8_t> where(const std::vector<sign_counts>& lines, int sign) {
    std::vector<std::uint8_t> set;
    for (const sign_counts& line : lines) set.push_back(line.sign() == sign ? 1 : 0);
    return std::count(set.begin(), set.end(), 1) == 0 ? std::vector<std::uint8_t>{} : set;
}

// A lower bound of the growth of a word, whose product is nonnegative up to its sign.
class word_bound {
public:
    // |J(S)| x for x >= 0 is (I - A) x + A |W| |S| x.
    word_bound(const linear_map& W, const SlopeRange& slopes, const slope_rows& word, Ledger& ledger)
        : W_(W), slopes_(slopes), word_(word), ledger_(ledger), y_(W.domain()), next_(W.domain()) {
        if (slopes.leak != 1.0) image_ = vector_block(W.domain());
    }

    double run(double rtol) {
        constexpr int most_passes = 240, passes_between = 12;
        const space& S = W_.domain();
        const double p = static_cast<double>(word_.size());
        vector_block x(S);
        fill(1.0, x, S);
        double best = 0.0;
        int pass = 1;
        run_stage stage(ledger_, [&](state_archive& s) {
            s(x, S);
            s(best);
            s.within(pass, 1, most_passes + 1);
        });
        for (; !stage.finished() && pass <= most_passes && !stage.exhausted(); ++pass) {
            stage.mark();
            apply(x);
            const double growth = norm2(y_, S) / norm2(x, S);
            if (!(growth > 0.0) || !std::isfinite(growth)) break;
            if (pass % passes_between == 0) {
                best = std::max(best, trimmed_bound(x, growth, rtol));
                if (best >= growth * (1.0 - p * rtol)) break;
                apply(x);
            }
            // A shift copes with periodic graphs.
            combine(1.0 / growth, y_, 0.25, x, S);
            scale(1.0 / max_abs(x, S), x, S);
        }
        stage.close();
        const double rounding = p * rounding_gamma(W_.row_terms() + 8);
        // An underflow errs by less than 2^-1074 for each term, in a product divided by entries of at least 2^-300.
        constexpr double underflow_guard = 0x1p-600;
        return std::pow(std::max(0.0, best * (1.0 - rounding) - underflow_guard), 1.0 / p) * (1.0 - 0x1p-48);
    }

private:
    // y = the word's product of x, in absolute values.
    void apply(vector_in x) {
        const space& S = W_.domain();
        copy(x, y_, S);
        for (const auto& active : word_) {
            apply_slopes(active, std::abs(slopes_.lo), slopes_.hi, y_, next_, S);
            if (slopes_.leak == 1.0) {
                W_.apply(entry_map::absolute, next_, y_);
            } else {
                W_.apply(entry_map::absolute, next_, image_);
                add_kept(leaks_of(slopes_), 1.0, 0, y_, image_, S);
                std::swap(y_, image_);
            }
            ledger_.count();
        }
    }

    // Vertices whose ratio is low lead into the dominant component and not back: without them the least ratio is that
    // of the component.
    double trimmed_bound(vector_in x, double growth, double rtol) {
        const space& S = W_.domain();
        // Far from underflow, so that the errors of products are relative.
        constexpr double least = 0x1p-300;
        vector_block part(S);
        copy(x, part, S);
        keep_ratios_above(0.0, least, part, part, S);
        double best = 0.0;
        for (int round = 0; round < 4; ++round) {
            apply(part);
            best = std::max(best, finite_or_zero(ratio_extremes(y_, part, S).lowest));
            if (best >= growth * (1.0 - rtol)) break;
            keep_ratios_above(growth * (1.0 - 2.0 * rtol), least, y_, part, S);
        }
        return best;
    }

    static double finite_or_zero(double x) { return std::isfinite(x) ? x : 0.0; }

    const linear_map& W_;
    SlopeRange slopes_;
    const slope_rows& word_;
    Ledger& ledger_;
    vector_block y_;
    vector_block next_;
    vector_block image_;
};

}  // namespace

sign_sets find_sign_sets(const linear_map& W) {
    sign_sets sets;
    if (W.entries() == nullptr) return sets;
    const line_signs signs = signs_of_lines(*W.entries());
    sets.of_rows = count_mixed(signs.rows) < count_mixed(signs.columns);
    const std::vector<sign_counts>& lines = sets.of_rows ? signs.rows : signs.columns;
    sets.all = count_mixed(lines) == 0;
    sets.excitatory = where(lines, 1);
    sets.inhibitory = where(lines, -1);
    return sets;
}

signed_word best_signed_word(const linear_map& W, const sign_sets& sets, const SlopeRange& slopes, double rtol,
                             Ledger& ledger) {
    signed_word best{{0.0, Grade::proved, 0.0, "Collatz-Wielandt on columns of one sign"}, {}};
    if (sets.of_rows) best.bound.source = "Collatz-Wielandt on rows of one sign";
    // Off its set a word has the slope lo: 0, or of the sign that keeps the product of one sign.
    if (slopes.lo > 0.0 || (slopes.lo < 0.0 && !sets.all)) return best;
    // With a leak E alone: J(S) itself is nonnegative up to a signature, for rows of one sign too.
    const linear_map M = sets.of_rows && slopes.leak == 1.0 ? linear_map(adjoint_operator(W)) : W;
    std::vector<slope_rows> words;
    if (!sets.excitatory.empty()) words.push_back({sets.excitatory});
    if (slopes.leak == 1.0) {
        if (!sets.inhibitory.empty()) words.push_back({sets.inhibitory});
        if (words.size() == 2) words.push_back({sets.excitatory, sets.inhibitory});
    }
    // Without a leak rates are proportional to the slopes: those up to 1 keep products far from underflow.
    const double unit = slopes.leak == 1.0 ? slopes.hi : 1.0;
    const SlopeRange scaled{slopes.lo / unit, slopes.hi / unit, slopes.leak, slopes.leaks};
    for (slope_rows& word : words) {
        const double bound = word_bound(M, scaled, word, ledger).run(rtol) * unit * (1.0 - 0x1p-50);
        if (bound > best.bound.value) {
            best.bound.value = bound;
            best.cycle = std::move(word);
        }
    }
    return best;
}

}  // namespace rhochain
