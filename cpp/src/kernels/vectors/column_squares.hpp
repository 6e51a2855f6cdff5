// Passes over the panels (row_panels.hpp) of a row-major block Y (n x b) that write Y, or a function of it, and add up
//     squares[c] = sum_i Y_ic^2,
// so that the norms of the columns cost no pass of their own. A panel adds its rows from first to last (a single
// column in 8 interleaved sums); the panels of all ranks follow in the order of partial_sums.hpp: the bits depend on
// the shape alone.
#pragma once

#include <rhochain/kernels/products/streaming_store.hpp>
#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/space/panel_sums.hpp>
#include <rhochain/kernels/space/space.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace rhochain {

// Calls body(B) with a constant B: b for the numbers of columns that the compiler unrolls, otherwise 0.
template <class Body>
void with_columns(std::int64_t b, const Body& body) {
    const auto call = [&]<std::int64_t B>() { body(std::integral_constant<std::int64_t, B>{}); };
    switch (b) {
        case 1:
            return call.template operator()<1>();
        case 2:
            return call.template operator()<2>();
        case 4:
            return call.template operator()<4>();
        case 8:
            return call.template operator()<8>();
        case 16:
            return call.template operator()<16>();
        default:
            return call.template operator()<0>();
    }
}

// Y itself is written.
struct as_it_is {
    [[nodiscard]] constexpr auto operator()(std::int64_t) const {
        return [](double y) { return y; };
    }
};

class column_squares {
public:
    // S is the space of the rows of `written`. `read_soon`: the stores leave it in the caches, however large it is.
    column_squares(block_out written, const space& S, bool read_soon = false)
        : y_(entries_of(written).data),
          streams_(!read_soon && worth_streaming(entries_of(written))),
          b_(written.columns()),
          partial_(S, written.columns()) {}

    // The rows of a panel: row(i) is a function of a position p of row i that returns Y_p, and becomes(i) a function
    // of Y_p that returns the number to write there.
    template <class Row, class Becomes = as_it_is>
    void store(std::int64_t first, std::int64_t last, const Row& row, const Becomes& becomes = {}) {
        double* total = partial_.of(first).data();
        with_columns(b_, [&](auto columns) {
            constexpr std::int64_t B = columns;
            if constexpr (B == 1)
                *total = of_one_column(first, last, row, becomes);
            else if constexpr (B > 0)
                of_columns<B>(first, last, row, becomes, total);
            else
                for (std::int64_t i = first; i < last; ++i) {
                    const auto entry = row(i);
                    const auto written = becomes(i);
                    for (std::int64_t c = 0; c < b_; ++c) {
                        const double y = entry(i * b_ + c);
                        y_[i * b_ + c] = written(y);
                        total[c] += y * y;
                    }
                }
        });
    }

    // (*) After all panels.
    void add_to(std::span<double> squares) const { partial_.add_to(squares); }

private:
    template <class Row, class Becomes>
    double of_one_column(std::int64_t first, std::int64_t last, const Row& row, const Becomes& becomes) {
        constexpr std::int64_t lanes = 8;
        double* y = y_;
        double lane[lanes] = {};
        std::int64_t i = first;
        for (; i + lanes <= last; i += lanes) {
            // As in of_columns: computed before any is stored.
            double value[lanes];
            for (std::int64_t l = 0; l < lanes; ++l) value[l] = row(i + l)(i + l);
            for (std::int64_t l = 0; l < lanes; ++l) lane[l] += value[l] * value[l];
            for (std::int64_t l = 0; l < lanes; ++l) value[l] = becomes(i + l)(value[l]);
            std::copy(value, value + lanes, y + i);
        }
        for (std::int64_t l = 0; i < last; ++i, ++l) {
            const double value = row(i)(i);
            y[i] = becomes(i)(value);
            lane[l] += value * value;
        }
        return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    }

    template <std::int64_t B, class Row, class Becomes>
    void of_columns(std::int64_t first, std::int64_t last, const Row& row, const Becomes& becomes, double* total) {
        double sum[static_cast<std::size_t>(B)] = {};
        for (std::int64_t i = first; i < last; ++i) {
            const auto entry = row(i);
            // Computed before any is stored: to the compiler Y may overlap the numbers that it is computed from.
            double y[static_cast<std::size_t>(B)];
            for (std::int64_t c = 0; c < B; ++c) y[c] = entry(i * B + c);
            for (std::int64_t c = 0; c < B; ++c) sum[c] += y[c] * y[c];
            const auto written = becomes(i);
            for (std::int64_t c = 0; c < B; ++c) y[c] = written(y[c]);
            if (B % 8 == 0 && streams_)
                stream<B>(y, y_ + i * B);
            else
                std::copy(y, y + B, y_ + i * B);
        }
        if (streams_) finish_streaming();
        std::copy(sum, sum + B, total);
    }

    double* y_;
    bool streams_;
    std::int64_t b_;
    panel_sums partial_;
};

// (*) Writes all of Y by `row`, as above, and adds its squares to `squares`.
template <class Row>
void store_and_add_squares(block_out Y, std::span<double> squares, const space& S, const Row& row) {
    column_squares partial(Y, S);
    over_panels(S, Y.size(), [&](std::int64_t first, std::int64_t last) { partial.store(first, last, row); });
    partial.add_to(squares);
}

}  // namespace rhochain
