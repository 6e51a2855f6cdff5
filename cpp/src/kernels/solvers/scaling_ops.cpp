#include "kernels/solvers/scaling_ops.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/storage/infinity.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rhochain {
namespace {

// Calls body(i) for each entry.
template <class Body>
void over_entries(const space& S, const Body& body) {
    over_ranges(S, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) body(i);
    });
}

}  // namespace

void clamp_entries(vector_in x, double most, vector_out y, const space& S) {
    over_entries(S, [&, x = entries_of(x), y = entries_of(y)](std::size_t i) { y[i] = std::clamp(x[i], -most, most); });
}

extremes entry_extremes(vector_in d, const space& S) {
    const auto partial = results_of_chunks(S, [=, d = entries_of(d)](std::int64_t begin, std::int64_t end) {
        extremes e{infinity, -infinity};
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
            e = {std::min(e.lowest, d[i]), std::max(e.highest, d[i])};
        return e;
    });
    extremes all{infinity, -infinity};
    for (const extremes& e : partial) all = {std::min(all.lowest, e.lowest), std::max(all.highest, e.highest)};
    return {S.least(all.lowest), S.largest(all.highest)};
}

void half_log_ratios(vector_in y, vector_in x, vector_out d, const space& S) {
    over_entries(S, [&, y = entries_of(y), x = entries_of(x), d = entries_of(d)](std::size_t i) {
        const bool positive = x[i] > 0.0 && y[i] > 0.0;
        d[i] = positive ? 0.5 * (std::log(y[i]) - std::log(x[i])) : 0.0;
    });
}

void exponential_pairs(vector_in d, double most, vector_out D, vector_out inverse, const space& S) {
    over_entries(S, [&, d = entries_of(d), D = entries_of(D), inverse = entries_of(inverse)](std::size_t i) {
        D[i] = std::exp(std::clamp(d[i], -most, most));
        inverse[i] = 1.0 / D[i];
    });
}

void exponential_squares(vector_in d, vector_out squares, vector_out inverse, const space& S) {
    over_entries(S,
                 [&, d = entries_of(d), squares = entries_of(squares), inverse = entries_of(inverse)](std::size_t i) {
                     squares[i] = std::exp(2.0 * d[i]);
                     inverse[i] = 1.0 / squares[i];
                 });
}

void balance(vector_in squares, vector_in inverse, vector_in rows, vector_in columns, double most, vector_out d,
             const space& S) {
    over_entries(S, [&, squares = entries_of(squares), inverse = entries_of(inverse), rows = entries_of(rows),
                     columns = entries_of(columns), d = entries_of(d)](std::size_t i) {
        const double r = squares[i] * rows[i];
        const double c = inverse[i] * columns[i];
        if (r > 0.0 && c > 0.0 && std::isfinite(r) && std::isfinite(c))
            d[i] = std::clamp(d[i] + 0.125 * std::log(c / r), -most, most);
    });
}

void move_along_gradient(const gradient_step& step, vector_in v, vector_in u, vector_out gradient, vector_out d,
                         const space& S) {
    constexpr double most_gradient = 1.0;
    over_entries(S, [&, v = entries_of(v), u = entries_of(u), gradient = entries_of(gradient),
                     d = entries_of(d)](std::size_t i) {
        const double expected = step.ratio * v[i];
        if (!(expected > 0.0) && !(u[i] > 0.0)) return;
        const double g = std::clamp(std::log(expected) - std::log(u[i]), -most_gradient, most_gradient);
        const double change = step.eta * g + (step.damping > 0.0 ? step.damping * (g - gradient[i]) : 0.0);
        d[i] = std::clamp(d[i] + change, -step.most, step.most);
        gradient[i] = g;
    });
}

void move_towards_balance(double step, double floor, vector_in r, vector_in c, vector_in s, double most, vector_out d,
                          const space& S) {
    over_ranges(S, [=, rows = entries_of(r).data(), columns = entries_of(c).data(), squares = entries_of(s).data(),
                    out = entries_of(d).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const double g = std::clamp((rows[i] - columns[i]) / (2.0 * std::max(squares[i], floor)), -2.0, 2.0);
            out[i] = std::clamp(out[i] - step * g, -most, most);
        }
    });
}

void place_component(std::span<const std::int64_t> members, vector_in own, array_in base, double side, array_out d) {
    const array_in entries = entries_of(own);
    const bool in_place = entries.size() == d.size();
    for (std::size_t k = 0; k < members.size(); ++k) {
        const auto i = static_cast<std::size_t>(members[k]);
        d[i] = side * (entries[in_place ? i : k] + (base.empty() ? 0.0 : base[k]));
    }
}

}  // namespace rhochain
