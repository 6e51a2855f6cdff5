// The record of K steps of a network of gated cells, and the coefficients of gated_step.hpp that follow from it, step
// by step (gru_jacobian.hpp, lstm_jacobian.hpp). Rows of n:
//     GRU    h_0 .. h_{K-1} the states before each step, r, z, n the gates, q = U_n h + b_n      K rows each
//     LSTM   i, f, g, o the gates, K rows each, and c_0 .. c_K                                   K + 1 rows
#pragma once

#include <rhochain/chains/rows/row_reader.hpp>
#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/chains/steps/gated_step.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace rhochain {

class gate_source {
public:
    // Throw std::invalid_argument unless all are as long and as wide as above.
    [[nodiscard]] static gate_source of_gru(row_source h, row_source r, row_source z, row_source n, row_source q);
    [[nodiscard]] static gate_source of_lstm(row_source i, row_source f, row_source g, row_source o, row_source c);

    [[nodiscard]] gated_cell cell() const { return cell_; }
    [[nodiscard]] std::int64_t steps() const { return rows_.front().count(); }
    [[nodiscard]] std::int64_t width() const { return rows_.front().width(); }
    [[nodiscard]] const std::vector<row_source>& rows() const { return rows_; }

private:
    gate_source(gated_cell cell, std::vector<row_source> rows);

    gated_cell cell_;
    std::vector<row_source> rows_;  // in the order of the functions above
};

class gate_reader {
public:
    static constexpr std::int64_t default_block_bytes = std::int64_t{1} << 23;

    // `exponent` is that of the weights, 2^exponent A; S is the space of a row. `inputs`: whether the weights have
    // columns of inputs (stack_step.hpp), so that t is in use. The source must outlive the reader.
    gate_reader(const gate_source& source, int exponent, const space& S, std::int64_t block_bytes = default_block_bytes,
                bool inputs = false);

    // (*) Valid until the next call. Throws std::invalid_argument naming what was recorded, row and column, at a gate
    // out of its range and at a state that is not finite.
    [[nodiscard]] gated_step step(std::int64_t k);

private:
    // One row of each kind, and one more that a GRU has no use for: the row after that of the last kind.
    using step_rows = std::array<const double*, 6>;

    [[nodiscard]] step_rows read(std::int64_t k);
    [[nodiscard]] array_out coefficient(std::int64_t row);
    [[noreturn]] void reject(std::int64_t k, const step_rows& rows) const;
    [[nodiscard]] std::int64_t bring_into_range(double largest_product, double largest_carried);

    const gate_source* source_;
    int exponent_;
    space S_;
    bool inputs_;
    std::vector<row_reader> readers_;
    std::vector<double> coefficients_;
};

}  // namespace rhochain
