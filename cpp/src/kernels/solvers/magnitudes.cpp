#include "kernels/solvers/magnitudes.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace rhochain {

void raise_magnitudes(int exponent, double floor, vector_out x, const space& S) {
    over_ranges(S, [exponent, floor, p = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) p[i] = std::max(std::ldexp(std::abs(p[i]), exponent), floor);
    });
}

double least_entry(vector_in x, const space& S) {
    const auto least_of = [](array_in entries) {
        double least = std::numeric_limits<double>::infinity();
        for (const double entry : entries)
            if (entry < least || std::isnan(entry)) least = entry;
        return least;
    };
    const std::vector<double> partial =
        results_of_chunks(S, [&, x = entries_of(x)](std::int64_t begin, std::int64_t end) {
            return least_of(x.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
        });
    return S.least(least_of(partial));
}

scaled product(vector_in x, const space& S) {
    // An exponent is at most 1100 n, which a double holds.
    std::array<double, 2> state{1.0, 0.0};
    S.fold(state, [&](std::span<double> so_far) {
        scaled p{so_far[0], static_cast<std::int64_t>(so_far[1])};
        for (const double entry : entries_of(x)) p = scaled::normalised(p.mantissa * entry, p.exponent);
        so_far[0] = p.mantissa;
        so_far[1] = static_cast<double>(p.exponent);
    });
    return {state[0], static_cast<std::int64_t>(state[1])};
}

}  // namespace rhochain
