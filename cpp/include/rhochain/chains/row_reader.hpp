// Row k of a source (row_source.hpp) in any order, cheap when neighbours follow each other forward or backward. Holds
// one block of rows, and none if the source lies in memory as float64. With `ahead` rows k .. k + ahead are at hand.
#pragma once

#include <rhochain/chains/row_source.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

class row_reader {
public:
    row_reader(const row_source& source, std::int64_t ahead, std::int64_t block_bytes, int threads);

    // Row k + a, 0 <= a <= ahead, lies at first + a stride. Valid until the next call.
    [[nodiscard]] row_block row(std::int64_t k);

private:
    const row_source* source_;
    std::int64_t ahead_;
    int threads_;
    std::int64_t block_rows_;
    std::int64_t begin_ = 0;
    std::int64_t end_ = 0;
    row_block block_;
    std::vector<double> rows_;
};

}  // namespace rhochain
