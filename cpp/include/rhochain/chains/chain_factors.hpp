// The factors of a chain P = J_{K-1} ... J_0 (N x N) one at a time, with their magnitudes, as graded bounds of P need them:
//     |fl(J v) - J v| <= g(roundings) |J| |v|   entry by entry, and the same for J^T,
// J being what the weights and the slopes or gates held say. One reader serves all of it.
#pragma once

#include <rhochain/chains/chain_run.hpp>
#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/jacobian_chain.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace rhochain {

// A step has more roundings than the longest sum of products with A: 1 - a, the weight, three products and a sum, or the sums over
// gates and the way out of an LSTM.
inline constexpr std::int64_t step_roundings = 6;

class chain_factors {
public:
    // The weights W or U; the four functions below require entrywise() of them.
    chain_factors(operator_ref weights, std::int64_t size, std::int64_t steps, int threads)
        : weights_(weights), size_(size), steps_(steps), threads_(threads) {}
    virtual ~chain_factors() = default;
    chain_factors(const chain_factors&) = delete;
    chain_factors& operator=(const chain_factors&) = delete;

    [[nodiscard]] operator_ref weights() const { return weights_; }
    [[nodiscard]] std::int64_t size() const { return size_; }
    [[nodiscard]] std::int64_t steps() const { return steps_; }
    [[nodiscard]] int threads() const { return threads_; }

    // X, which `first` of the steps have been done on, becomes P X or P^T X; after_step(done) returns true to stop.
    virtual void run(direction d, scaled_block& X, std::int64_t first,
                     const std::function<bool(std::int64_t done)>& after_step) = 0;

    // What is known of the bits of a factor: that none was lost, and that a bound may be PROVED with it.
    struct fidelity {
        bool lossless;
        bool provable;
    };
    // Step k is the one that the two below speak of, until the next call.
    virtual fidelity select(std::int64_t k) = 0;

    // Y = 2^-e J V or 2^-e J^T V and squares[c] = sum_i Y_ic^2; returns e.
    virtual std::int64_t apply(direction d, const_block V, mutable_block Y, std::span<double> squares) = 0;
    // The same with |J| for V >= 0. `raised`: with small coefficients other than 0 raised, so that nothing vanishes that is
    // not 0 by its structure while the entries of V other than 0 lie between 2^300 and 2^600.
    virtual std::int64_t apply_magnitudes(direction d, bool raised, const_block V, mutable_block Y,
                                          std::span<double> squares) = 0;

    [[nodiscard]] std::int64_t roundings(direction d) const {
        return (d == direction::forward ? weights_.row_terms() : weights_.column_terms()) + step_roundings;
    }
    // Entries other than 0 in a row of J.
    [[nodiscard]] virtual std::int64_t row_terms() const = 0;

private:
    operator_ref weights_;
    std::int64_t size_;
    std::int64_t steps_;
    int threads_;
};

class slope_factors final : public chain_factors {
public:
    explicit slope_factors(const jacobian_chain& P);

    void run(direction d, scaled_block& X, std::int64_t first,
             const std::function<bool(std::int64_t done)>& after_step) override;
    fidelity select(std::int64_t k) override;
    std::int64_t apply(direction d, const_block V, mutable_block Y, std::span<double> squares) override;
    std::int64_t apply_magnitudes(direction d, bool raised, const_block V, mutable_block Y,
                                  std::span<double> squares) override;
    [[nodiscard]] std::int64_t row_terms() const override { return weights().row_terms() + 1; }

private:
    const jacobian_chain& P_;
    slope_reader reader_;
    slope_row row_;
    std::vector<double> magnitudes_;
    buffer<double> scratch_;
};

class gate_factors final : public chain_factors {
public:
    explicit gate_factors(const gated_chain& P);

    void run(direction d, scaled_block& X, std::int64_t first,
             const std::function<bool(std::int64_t done)>& after_step) override;
    fidelity select(std::int64_t k) override;
    std::int64_t apply(direction d, const_block V, mutable_block Y, std::span<double> squares) override;
    std::int64_t apply_magnitudes(direction d, bool raised, const_block V, mutable_block Y,
                                  std::span<double> squares) override;
    [[nodiscard]] std::int64_t row_terms() const override {
        return gate_count(P_.gates().cell()) * weights().row_terms() + 1;
    }

private:
    const gated_chain& P_;
    gate_reader reader_;
    gated_step step_{};
    std::vector<double> magnitudes_;  // of the coefficients, as the step has them
    buffer<double> scratch_;
};

}  // namespace rhochain
