// Passes over the panels (row_panels.hpp) of a row-major block Y (n x b) that write Y and sum, on the way,
//     squares[c] = sum_i Y_ic^2,
// so that the norms of the columns cost no pass of their own. Within a panel the rows are added from first to last (a
// single column in 8 interleaved sums), then the panels from first to last: the bits depend on the shape alone.
#pragma once

#include <rhochain/kernels/panel_task.hpp>
#include <rhochain/storage/block.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace rhochain {

// Calls body(B) with a constant B: b where the compiler shall unroll the columns, otherwise 0.
template <class Body>
void with_columns(std::int64_t b, const Body& body) {
    const auto call = [&]<std::int64_t B>() { body(std::integral_constant<std::int64_t, B>{}); };
    switch (b) {
        case 1: return call.template operator()<1>();
        case 2: return call.template operator()<2>();
        case 4: return call.template operator()<4>();
        case 8: return call.template operator()<8>();
        case 16: return call.template operator()<16>();
        default: return call.template operator()<0>();
    }
}

class column_squares {
public:
    explicit column_squares(mutable_block Y)
        : y_(Y.data),
          panel_(panel_rows(Y.rows)),
          b_(Y.columns),
          partial_(static_cast<std::size_t>(panel_count(Y.rows) * b_), 0.0) {}

    // Writes the rows of a panel: row(i) is a function of a position p of row i that returns what Y shall be there.
    template <class Row>
    void store(std::int64_t first, std::int64_t last, const Row& row) {
        double* total = partial_.data() + first / panel_ * b_;
        with_columns(b_, [&](auto columns) {
            constexpr std::int64_t B = columns;
            if constexpr (B == 1)
                *total = of_one_column(first, last, row);
            else if constexpr (B > 0)
                of_columns<B>(first, last, row, total);
            else
                for (std::int64_t i = first; i < last; ++i) {
                    const auto entry = row(i);
                    for (std::int64_t c = 0; c < b_; ++c) {
                        const double y = entry(i * b_ + c);
                        y_[i * b_ + c] = y;
                        total[c] += y * y;
                    }
                }
        });
    }

    void add_to(std::span<double> squares) const {
        for (std::size_t p = 0; p < partial_.size(); ++p) squares[p % static_cast<std::size_t>(b_)] += partial_[p];
    }

private:
    template <class Row>
    double of_one_column(std::int64_t first, std::int64_t last, const Row& row) {
        constexpr std::int64_t lanes = 8;
        double* y = y_;
        double lane[lanes] = {};
        const auto put = [&](std::int64_t i, std::int64_t l) {
            const double value = row(i)(i);
            y[i] = value;
            lane[l] += value * value;
        };
        std::int64_t i = first;
        for (; i + lanes <= last; i += lanes)
            for (std::int64_t l = 0; l < lanes; ++l) put(i + l, l);
        for (std::int64_t l = 0; i < last; ++i, ++l) put(i, l);
        return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    }

    template <std::int64_t B, class Row>
    void of_columns(std::int64_t first, std::int64_t last, const Row& row, double* total) {
        double sum[static_cast<std::size_t>(B)] = {};
        for (std::int64_t i = first; i < last; ++i) {
            const auto entry = row(i);
            // Computed before any is stored: the compiler cannot know that Y is not what the values are computed from.
            double y[static_cast<std::size_t>(B)];
            for (std::int64_t c = 0; c < B; ++c) y[c] = entry(i * B + c);
            for (std::int64_t c = 0; c < B; ++c) sum[c] += y[c] * y[c];
            std::copy(y, y + B, y_ + i * B);
        }
        std::copy(sum, sum + B, total);
    }

    double* y_;
    std::int64_t panel_;
    std::int64_t b_;
    std::vector<double> partial_;
};

// Writes all of Y by `row`, as above, and adds its squares to `squares`.
template <class Row>
void store_and_add_squares(mutable_block Y, std::span<double> squares, int threads, const Row& row) {
    column_squares partial(Y);
    over_panels(Y.rows, Y.size(), threads,
                [&](std::int64_t first, std::int64_t last) { partial.store(first, last, row); });
    partial.add_to(squares);
}

}  // namespace rhochain
