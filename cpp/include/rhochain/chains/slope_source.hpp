// The slopes s_k in R^n, k = 0 .. K - 1, of the factors of a chain, from one of
//     slopes:   s_k itself;
//     states:   pre-activation states x_k,             s_k = sigma'(x_k);
//     outputs:  post-activation states h_1 .. h_K,     s_k from the output h_{k+1} = sigma(a_k), if it follows from it;
//               with a leak a < 1 states h_0 .. h_K,   sigma(a_k) = (h_{k+1} - (1 - a) h_k) / a.
//     rollout:  s_k of a trajectory that the library computes, and computes again where it kept too little.
// Nothing is held whole: a reader holds one block of rows, and none if the slopes lie in memory as float64; of a rollout it holds
// what the memory given to it allows.
#pragma once

#include <rhochain/chains/activation.hpp>
#include <rhochain/chains/rollout_replay.hpp>
#include <rhochain/chains/row_source.hpp>
#include <rhochain/kernels/vector_ops.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace rhochain {

class slope_source {
public:
    [[nodiscard]] static slope_source of_slopes(row_source slopes);
    [[nodiscard]] static slope_source of_states(row_source states, const activation& f);
    // Throws std::invalid_argument if the slope does not follow from the output, and without any row if leak < 1.
    [[nodiscard]] static slope_source of_outputs(row_source outputs, const activation& f, double leak);

    // The trajectory is borrowed. Each reader holds up to `bytes` of slopes and states, at least 8 vectors, and throws
    // reading_stopped if `interrupt` says so.
    [[nodiscard]] static slope_source of_rollout(const rollout& trajectory, std::int64_t bytes,
                                                 std::function<bool()> interrupt = {});

    [[nodiscard]] std::int64_t steps() const;
    [[nodiscard]] std::int64_t width() const;
    [[nodiscard]] bool in_place() const { return rows_ && !f_ && rows_->in_place(); }

    // Unless it is a rollout: how much a reader may ask for at a time.
    [[nodiscard]] std::int64_t block_bytes() const { return rows_->block_bytes(); }

    // What a reader of a rollout works with, else nothing.
    [[nodiscard]] std::unique_ptr<rollout_replay> replay(int threads) const;

    // Unless it is a rollout: the slopes of steps begin .. end - 1. Two buffers, as states take one and their slopes another.
    [[nodiscard]] row_block read(std::int64_t begin, std::int64_t end, std::vector<double>& rows,
                                 std::vector<double>& slopes, int threads) const;

private:
    slope_source() = default;
    void evaluate(std::int64_t k, const double* row, const double* next, std::span<double> s) const;

    const rollout* trajectory_ = nullptr;
    std::int64_t bytes_ = 0;
    std::function<bool()> interrupt_;
    std::optional<row_source> rows_;  // unless it is a rollout
    std::optional<activation> f_;
    bool outputs_ = false;
    double leak_ = 1.0;  // below 1 only for outputs
};

// s_k = 2^exponent s, largest = max |s_i|. The exponent is 0 unless the largest |slope| is beyond 2^200 or 2^-200.
// lossless: to the last bit, which only a slope below 2^-1222 of the largest one can prevent.
struct slope_row {
    vector_in s;
    int exponent = 0;
    double largest = 0.0;
    bool lossless = true;
};

// Reads the rows of a source in any order; cheap when neighbours follow each other, forward or backward.
class slope_reader {
public:
    static constexpr std::int64_t default_block_bytes = std::int64_t{1} << 25;

    explicit slope_reader(const slope_source& source, int threads, std::int64_t block_bytes = default_block_bytes);

    // Valid until the next call. Throws std::invalid_argument naming the row if it holds NaN or Inf.
    [[nodiscard]] slope_row row(std::int64_t k);

private:
    const slope_source* source_;
    int threads_;
    std::unique_ptr<rollout_replay> replay_;
    std::int64_t block_rows_;
    std::int64_t begin_ = 0;
    std::int64_t end_ = 0;
    row_block block_;
    std::vector<double> rows_;
    std::vector<double> slopes_;
    std::vector<double> scaled_;
};

}  // namespace rhochain
