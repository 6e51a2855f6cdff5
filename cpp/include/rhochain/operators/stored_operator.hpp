// What sparse_operator and dense_operator share: a borrowed matrix W seen as A = 2^-e W, with e = 0 unless asked
// for, the largest absolute value of an entry and the number of terms in the longest row and column sum.
#pragma once

#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace rhochain {

struct entry_summary {
    double largest = 0.0;           // max |W_ij|
    bool nonnegative = true;        // every entry >= 0
    std::int64_t row_terms = 0;     // most stored entries in a row
    std::int64_t column_terms = 0;  // most stored entries in a column
};

// One pass over the entries. Memory: `cols` integers.
template <class Matrix>
[[nodiscard]] entry_summary summarise(const Matrix& W) {
    entry_summary s;
    std::vector<std::int64_t> count(static_cast<std::size_t>(W.cols()), 0);
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        s.row_terms = std::max(s.row_terms, W.row_end(i) - W.row_begin(i));
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const double w = W.value(p);
            s.largest = std::max(s.largest, std::abs(w));
            s.nonnegative &= !(w < 0.0);
            ++count[static_cast<std::size_t>(W.column(p))];
        }
    }
    if (!count.empty()) s.column_terms = *std::max_element(count.begin(), count.end());
    return s;
}

// The exponent e that brings the largest entry of 2^-e W near 1. It stays 0 while squares and sums of entries
// are far from the ends of the float64 range, so that ordinary matrices are used as they are.
[[nodiscard]] inline int normalising_exponent(double largest) {
    constexpr int harmless = 200;
    constexpr int representable = 1000;
    const int e = binary_exponent(largest);
    return std::abs(e) <= harmless ? 0 : std::clamp(e, -representable, representable);
}

}  // namespace rhochain
