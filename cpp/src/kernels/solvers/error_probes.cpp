#include "kernels/solvers/error_probes.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

// max |x| of each probe, without a branch: `poison` is NaN once an entry is NaN or infinite.
struct running_maximum {
    per_probe<double> largest{};
    per_probe<double> poison{};

    void include(std::size_t probe, double x) {
        const double a = std::abs(x);
        largest[probe] = a > largest[probe] ? a : largest[probe];
        poison[probe] += 0.0 * a;
    }
    [[nodiscard]] double of(std::size_t probe) const {
        return poison[probe] == 0.0 ? largest[probe] : std::numeric_limits<double>::quiet_NaN();
    }
};

// Calls body(i, maximum) for every row of `numbers` numbers. (*) Returns the largest over all rows of all ranks.
template <class Body>
per_probe<double> largest_over_rows(const space& S, std::int64_t numbers, const Body& body) {
    std::vector<running_maximum> partial(static_cast<std::size_t>(S.panel_count()));
    over_panels(S, S.length() * numbers, [&](std::int64_t first, std::int64_t last) {
        running_maximum maximum;
        for (std::int64_t i = first; i < last; ++i) body(i, maximum);
        partial[static_cast<std::size_t>(first / S.panel_rows())] = maximum;
    });
    running_maximum all;
    for (const running_maximum& part : partial)
        for (std::size_t c = 0; c < probe_count; ++c) all.include(c, part.of(c));
    per_probe<double> largest{};
    for (std::size_t c = 0; c < probe_count; ++c) largest[c] = S.largest(all.of(c));
    return largest;
}

constexpr auto wide = static_cast<std::int64_t>(2 * probe_count);

}  // namespace

void start_probes(block_in X, block_out both, const space& S) {
    over_panels(S, both.size(), [=, X = entries_of(X), both = entries_of(both)](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            std::copy_n(X.row(i), probe_count, both.row(i));
            std::fill_n(both.row(i) + probe_count, probe_count, 0.0);
        }
    });
}

per_probe<double> write_probe_magnitudes(block_in both, double g, block_out magnitudes, const space& S) {
    return largest_over_rows(
        S, wide,
        [=, both = entries_of(both), magnitudes = entries_of(magnitudes)](std::int64_t i, running_maximum& maximum) {
            const double* x = both.row(i);
            double* m = magnitudes.row(i);
            for (std::size_t c = 0; c < probe_count; ++c) {
                m[c] = std::abs(x[c]) + g * std::abs(x[c + probe_count]);
                maximum.include(c, x[c]);
            }
        });
}

per_probe<double> largest_in_step(block_in both, block_in local, const space& S) {
    return largest_over_rows(
        S, wide, [=, both = entries_of(both), local = entries_of(local)](std::int64_t i, running_maximum& maximum) {
            const double *x = both.row(i), *e = local.row(i);
            for (std::size_t c = 0; c < probe_count; ++c) maximum.include(c, x[c]);
            for (std::size_t c = 0; c < probe_count; ++c) maximum.include(c, e[c]);
        });
}

per_probe<double> add_kicks(block_in local, const per_probe<double>& least, block_in kick, block_out both,
                            const space& S) {
    return largest_over_rows(S, wide,
                             [&, local = entries_of(local), kick = entries_of(kick), both = entries_of(both)](
                                 std::int64_t i, running_maximum& maximum) {
                                 const double *e = local.row(i), *xi = kick.row(i);
                                 double *x = both.row(i), *h = x + probe_count;
                                 for (std::size_t c = 0; c < probe_count; ++c) {
                                     h[c] += std::max(e[c], least[c]) * xi[c];
                                     maximum.include(c, x[c]);
                                     maximum.include(c, h[c]);
                                 }
                             });
}

void scale_probes(const per_probe<int>& exponents, block_out both, const space& S) {
    over_panels(S, both.size(), [&, both = entries_of(both)](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            double *x = both.row(i), *h = x + probe_count;
            for (std::size_t c = 0; c < probe_count; ++c) x[c] = std::ldexp(x[c], exponents[c]);
            for (std::size_t c = 0; c < probe_count; ++c) h[c] = std::ldexp(h[c], exponents[c]);
        }
    });
}

}  // namespace rhochain
