#include "kernels/solvers/error_probes.hpp"
#include <rhochain/kernels/space/over_rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace rhochain {
namespace {

void raise(double& largest, double x) {
    const double a = std::abs(x);
    if (a > largest || std::isnan(a)) largest = a;
}

// Calls body(i, largest) for every row of `numbers` numbers. (*) Returns the largest over all rows of all ranks.
template <class Body>
per_probe<double> largest_over_rows(const space& S, std::int64_t numbers, const Body& body) {
    std::vector<per_probe<double>> partial(static_cast<std::size_t>(S.panel_count()), per_probe<double>{});
    over_panels(S, S.length() * numbers, [&](std::int64_t first, std::int64_t last) {
        per_probe<double> largest{};
        for (std::int64_t i = first; i < last; ++i) body(i, largest);
        partial[static_cast<std::size_t>(first / S.panel_rows())] = largest;
    });
    per_probe<double> all{};
    for (const per_probe<double>& part : partial)
        for (std::size_t c = 0; c < probe_count; ++c) raise(all[c], part[c]);
    for (double& largest : all) largest = S.largest(largest);
    return all;
}

constexpr auto wide = static_cast<std::int64_t>(2 * probe_count);

}  // namespace

void start_probes(const_block X, mutable_block both, const space& S) {
    over_panels(S, both.size(), [=](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            std::copy_n(X.row(i), probe_count, both.row(i));
            std::fill_n(both.row(i) + probe_count, probe_count, 0.0);
        }
    });
}

per_probe<double> write_probe_magnitudes(const_block both, double g, mutable_block magnitudes, const space& S) {
    return largest_over_rows(S, wide, [=](std::int64_t i, per_probe<double>& largest) {
        const double* x = both.row(i);
        double* m = magnitudes.row(i);
        for (std::size_t c = 0; c < probe_count; ++c) {
            m[c] = std::abs(x[c]) + g * std::abs(x[c + probe_count]);
            raise(largest[c], x[c]);
        }
    });
}

per_probe<double> largest_in_step(const_block both, const_block local, const space& S) {
    return largest_over_rows(S, wide, [=](std::int64_t i, per_probe<double>& largest) {
        const double *x = both.row(i), *e = local.row(i);
        for (std::size_t c = 0; c < probe_count; ++c) raise(largest[c], x[c]);
        for (std::size_t c = 0; c < probe_count; ++c) raise(largest[c], e[c]);
    });
}

per_probe<double> add_kicks(const_block local, const per_probe<double>& least, const_block kick, mutable_block both,
                            const space& S) {
    return largest_over_rows(S, wide, [&](std::int64_t i, per_probe<double>& largest) {
        const double *e = local.row(i), *xi = kick.row(i);
        double *x = both.row(i), *h = x + probe_count;
        for (std::size_t c = 0; c < probe_count; ++c) {
            h[c] += std::max(e[c], least[c]) * xi[c];
            raise(largest[c], x[c]);
            raise(largest[c], h[c]);
        }
    });
}

void scale_probes(const per_probe<int>& exponents, mutable_block both, const space& S) {
    over_panels(S, both.size(), [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            double *x = both.row(i), *h = x + probe_count;
            for (std::size_t c = 0; c < probe_count; ++c) x[c] = std::ldexp(x[c], exponents[c]);
            for (std::size_t c = 0; c < probe_count; ++c) h[c] = std::ldexp(h[c], exponents[c]);
        }
    });
}

}  // namespace rhochain
