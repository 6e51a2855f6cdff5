// Error bars of time averages. k quantities grow by y_t in an interval of t steps; over all intervals the mean per
// step is lambda = sum y_t / sum t. With B batches of neighbouring intervals, Y_b in T_b steps,
//     error^2 = B / (B - 1) sum_b (Y_b - lambda T_b)^2 / T^2 (1 + r) / (1 - r),
// r the correlation of neighbouring batches where it is positive: a standard error unless the memory of the y is
// longer than several batches. No more than 512 sums are kept, over equal numbers of intervals that double as time
// goes on; they are the history too.
// Source: Conway 1963 (batch means); Steiger & Wilson 2001 (doubling).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace rhochain {

class batch_means {
public:
    // With fewer batches errors are NaN. More would be too short.
    static constexpr std::int64_t fewest = 8;
    static constexpr std::int64_t most = 32;

    explicit batch_means(std::int64_t k) : k_(static_cast<std::size_t>(k)), open_(empty()) {}

    // All of it in plain numbers, to go on from. Throws std::invalid_argument at numbers that no `numbers` call gives.
    struct plain {
        std::vector<std::int64_t> integers;
        std::vector<double> reals;
    };
    [[nodiscard]] plain numbers() const;
    batch_means(std::int64_t k, std::span<const std::int64_t> integers, std::span<const double> reals);

    // y of `steps` > 0 more steps. Entries may be -inf: their mean is then -inf, their error NaN. Whether the errors
    // may have changed.
    bool add(std::int64_t steps, std::span<const double> y);

    [[nodiscard]] std::int64_t steps() const { return steps_; }
    [[nodiscard]] std::int64_t batches() const;

    // Of each quantity; NaN before the first step.
    [[nodiscard]] std::vector<double> means() const;
    [[nodiscard]] std::vector<double> errors() const;

    // Of the sum of the quantities whose numbers are given.
    [[nodiscard]] double error_of_sum(std::span<const std::int64_t> chosen) const;

    // Steps and means (row-major, k a row) after each sum kept.
    struct running_means {
        std::vector<std::int64_t> steps;
        std::vector<double> means;
    };
    [[nodiscard]] running_means history() const;

private:
    struct cell {
        std::int64_t steps = 0;
        std::vector<double> sums;
    };
    [[nodiscard]] cell empty() const { return {0, std::vector<double>(k_, 0.0)}; }
    static void append(cell& to, const cell& from);
    static double error_of(const std::vector<cell>& batches, const std::function<double(const cell&)>& value);
    [[nodiscard]] std::vector<cell> all_cells() const;
    [[nodiscard]] std::vector<cell> joined() const;

    std::size_t k_;
    std::int64_t steps_ = 0;
    std::int64_t intervals_ = 0;       // in the open cell
    std::int64_t cell_intervals_ = 1;  // in a closed one
    std::vector<cell> cells_;
    cell open_;
};

}  // namespace rhochain
