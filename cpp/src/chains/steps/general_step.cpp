#include "chains/steps/general_step.hpp"
#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include "kernels/vectors/column_squares.hpp"

#include <algorithm>
#include <cstdint>

namespace rhochain {
namespace {

// A number for each row: factor, times a_i or 1 - a_i, times s_i, each where there is one. At most two roundings more
// than that of 1 - a_i.
struct row_factor {
    double factor = 1.0;
    const double* leaks = nullptr;
    bool rest = false;  // 1 - a_i
    const double* slopes = nullptr;

    double operator()(std::int64_t i) const {
        double x = factor;
        if (leaks != nullptr) x *= rest ? 1.0 - leaks[i] : leaks[i];
        return slopes == nullptr ? x : x * slopes[i];
    }
};

void scale_rows_by(const row_factor& by, block_in V, block_out T, const space& S) {
    const double* v = entries_of(V).data;
    double* t = entries_of(T).data;
    over_panels(S, V.size(), [=, b = V.columns()](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            const double w = by(i);
            for (std::int64_t p = i * b; p < (i + 1) * b; ++p) t[p] = w * v[p];
        }
    });
}

struct factors {
    row_factor first, last, kept;
    bool scales_first;  // whether `first` is more than 1
};

factors factors_of(const chain_step& step, vector_in s) {
    const double* leaks = step.leaks.empty() ? nullptr : step.leaks.data();
    const double* slopes = entries_of(s).data();
    const row_factor kept{step.keep, step.keeps_rest ? leaks : nullptr, true};
    const row_factor by_leak{step.weight, leaks}, by_slope{1.0, nullptr, false, slopes};
    const row_factor by_both{step.weight, leaks, false, slopes};
    const bool pre = step.slopes_first != step.adjoint;
    if (!pre) return step.adjoint ? factors{by_both, {}, kept, true} : factors{{}, by_both, kept, false};
    if (!step.adjoint) return {by_slope, by_leak, kept, true};
    // One leak for all is part of the factors behind the product.
    return leaks == nullptr ? factors{{}, by_both, kept, false} : factors{by_leak, by_slope, kept, true};
}

}  // namespace

void apply_general_step(const chain_step& step, vector_in s, block_in V, block_out T, block_out B, block_out Y,
                        std::span<double> squares) {
    const space& S = step.A->domain();
    factors by = factors_of(step, s);
    block_in kept = V;
    if (step.linear != nullptr) {
        const linear_map& O = *step.linear;
        if (step.adjoint) {
            scale_rows_by(by.kept, V, T, S);
            by.kept = {};
            O.apply_adjoint(step.map, T, B);
        } else {
            O.apply(step.map, V, B);
        }
        kept = B;
    }
    if (by.scales_first) scale_rows_by(by.first, V, T, S);
    const block_in X = by.scales_first ? block_in(T) : V;
    column_squares partial(Y, S);
    const auto finish = [&, last = by.last, keep = by.kept, v = entries_of(kept).data, b = Y.columns()](
                            std::int64_t begin, std::int64_t end, panel_in panel) {
        partial.store(begin, end, [=, z = entries_of(panel), before = begin * b](std::int64_t i) {
            return [=, k = keep(i), w = last(i)](std::int64_t p) { return k * v[p] + w * z[p - before]; };
        });
    };
    step.adjoint ? step.A->apply_adjoint(step.map, X, Y, finish) : step.A->apply(step.map, X, Y, finish);
    std::fill(squares.begin(), squares.end(), 0.0);
    partial.add_to(squares);
}

}  // namespace rhochain
