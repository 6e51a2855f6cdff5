// The extreme magnitudes of the entries of a matrix, and the number of terms in its longest row and column sum.
#pragma once

#include <cstdint>

namespace rhochain {

struct entry_summary {
    double largest = 0.0;           // max |W_ij|
    double smallest = 0.0;          // min |W_ij| over W_ij != 0
    std::int64_t row_terms = 0;     // most entries other than 0 in a row: adding a zero does not round
    std::int64_t column_terms = 0;  // and in a column
};

// One pass over the entries. Memory: for each thread `cols` integers of 32 bits, or 64 where a column may need them;
// for several threads together no more than half the entries of W.
template <class Matrix>
[[nodiscard]] entry_summary summarise(const Matrix& W, int threads);

}  // namespace rhochain
