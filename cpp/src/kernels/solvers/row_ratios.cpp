#include "kernels/solvers/row_ratios.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/storage/infinity.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace rhochain {

void drop_rows(double least, vector_out squares, block_out V, const space& S) {
    over_ranges(S, [least, squares = entries_of(squares), V = entries_of(V)](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            double& square = squares[static_cast<std::size_t>(i)];
            if (square >= least) continue;
            square = 0.0;
            std::fill_n(V.row(i), V.columns, 0.0);
        }
    });
}

void roots_up(double rounding, vector_out lengths, const space& S) {
    over_ranges(S, [rounding, lengths = entries_of(lengths)](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
            lengths[i] = std::sqrt(lengths[i]) * (1.0 + rounding);
    });
}

double row_ratios(const ratio_rounding& rounding, vector_in lengths, vector_in errors, vector_out images,
                  const space& S) {
    const auto of_chunk = [&, lengths = entries_of(lengths), errors = entries_of(errors), images = entries_of(images)](
                              std::int64_t begin, std::int64_t end) {
        double own = infinity;
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            if (lengths[i] == 0.0) continue;
            const double length =
                std::sqrt(images[i]) * (1.0 - rounding.length) - rounding.product * errors[i] - rounding.underflow;
            images[i] = std::max(0.0, length) / lengths[i] * (1.0 - 0x1p-51);
            own = std::min(own, images[i]);
        }
        return own;
    };
    double lowest = infinity;
    for (const double own : results_of_chunks(S, of_chunk)) lowest = std::min(lowest, own);
    return S.least(lowest);
}

void shrinking_factors(vector_in ratios, double target, vector_out factors, const space& S) {
    over_ranges(
        S, [target, ratios = entries_of(ratios), factors = entries_of(factors)](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                factors[i] = factors[i] == 0.0 || ratios[i] >= target ? 1.0 : ratios[i] / target;
        });
}

}  // namespace rhochain
