// Row k of a source (row_source.hpp) in any order, cheap when neighbours follow each other forward or backward. Holds
// one block of rows, and none if the source lies in memory as float64. With `ahead` rows k .. k + ahead are available.
#pragma once

#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/chains/rows/row_window.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

// Where a block begins that is read for row k: at a multiple of its length, for walks in both directions, or at k
// itself, for walks forward that start anywhere.
enum class block_start { multiple, asked };

class row_reader {
public:
    // S has the columns that are read. Blocks are of at most `block_bytes`, counted over all ranks, so that all of
    // them read the same rows.
    row_reader(const row_source& source, std::int64_t ahead, std::int64_t block_bytes, const space& S,
               block_start start = block_start::multiple);

    // (*) Row k + a, 0 <= a <= ahead, lies at first + a stride. Valid until the next call.
    [[nodiscard]] row_block row(std::int64_t k);

private:
    const row_source* source_;
    std::int64_t ahead_;
    space S_;
    block_start start_;
    std::int64_t block_rows_;
    row_window held_;
    std::vector<double> rows_;
};

// Rows of n numbers in a block of at most so many bytes; one at least.
[[nodiscard]] std::int64_t rows_within(std::int64_t bytes, std::int64_t n);

}  // namespace rhochain
