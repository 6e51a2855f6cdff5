// Slopes s_k of a source (slope_source.hpp) in any order; cheap when neighbours follow each other, forward or
// backward. Holds one block of rows, and none if the slopes lie in memory as float64; of a rollout it holds what the
// memory given to the source allows. A rank reads its entries of each row.
#pragma once

#include <rhochain/chains/rows/row_reader.hpp>
#include <rhochain/chains/trajectories/rollout_replay.hpp>
#include <rhochain/chains/trajectories/slope_source.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace rhochain {

// s_k = 2^exponent s, largest = max |s_i|. The exponent is 0 unless the largest |slope| is beyond 2^200 or 2^-200.
// lossless: to the last bit, which only a slope below 2^-1222 of the largest one can prevent.
struct slope_row {
    vector_in s;
    int exponent = 0;
    double largest = 0.0;
    bool lossless = true;
};

class slope_reader {
public:
    static constexpr std::int64_t default_block_bytes = std::int64_t{1} << 25;

    // S is the space of a row. The source must outlive the reader.
    slope_reader(const slope_source& source, const space& S, std::int64_t block_bytes = default_block_bytes);

    // (*) Valid until the next call. Throws std::invalid_argument naming the row if it holds NaN or Inf.
    [[nodiscard]] slope_row row(std::int64_t k);

private:
    const double* entries(std::int64_t k);
    row_block evaluated(std::int64_t begin, std::int64_t end);
    void apply_linear(row_block rows, std::int64_t count);

    const slope_source* source_;
    space S_;
    std::optional<row_reader> rows_;          // unless it is a rollout
    std::unique_ptr<rollout_replay> replay_;  // if it is one
    std::int64_t block_rows_;
    row_window computed_;  // slopes of states, outputs or a rollout
    std::vector<double> slopes_;
    std::vector<double> kept_;  // O h_k of the same steps, with a linear part
    vector_block scaled_;
};

}  // namespace rhochain
