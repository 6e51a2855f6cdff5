// Reads the factors of a chain P = J_{K-1} ... J_0 (N x N) one at a time, with their magnitudes, as graded bounds of P
// need them:
//     |fl(J v) - J v| <= g(roundings) |J| |v|   entry by entry, and the same for J^T,
// where J is the matrix that the stored weights and the stored slopes or gates define.
#pragma once

#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/steps/chain_run.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace rhochain {

// The roundings of a step beyond those of the longest sum in a product with A: 1 - a, the weight, three products and a
// sum, or the sums over gates and the output gate of an LSTM.
inline constexpr std::int64_t step_roundings = 6;

class factor_reader {
public:
    // What products with the matrices of all factors have in common: whether each is bounded(), and the most terms in
    // the sum of a row and of a column. apply_magnitudes, roundings, row_terms and `provable` require `bounded`.
    struct product_traits {
        bool bounded;
        std::int64_t row_terms;
        std::int64_t column_terms;
    };
    // Vectors of the chain lie in `domain`.
    factor_reader(product_traits products, const space& domain, std::int64_t steps)
        : products_(products), domain_(domain), steps_(steps) {}
    virtual ~factor_reader() = default;
    factor_reader(const factor_reader&) = delete;
    factor_reader& operator=(const factor_reader&) = delete;

    [[nodiscard]] bool bounded() const { return products_.bounded; }
    [[nodiscard]] const space& domain() const { return domain_; }
    [[nodiscard]] std::int64_t size() const { return domain_.size(); }
    [[nodiscard]] std::int64_t steps() const { return steps_; }

    // (*) Throws std::invalid_argument where products with the transpose are not those of the transpose.
    virtual void require_adjoints(std::uint64_t seed) const = 0;

    // X, after `first` of the steps, becomes P X or P^T X; after_step(done) returns true to stop.
    virtual void run(direction d, scaled_block& X, std::int64_t first,
                     const std::function<bool(std::int64_t done)>& after_step) = 0;

    // Whether a factor has all bits of weights and slopes or gates, and whether a bound may be PROVED with it.
    struct fidelity {
        bool lossless;
        bool provable;
    };
    // J is the factor of step k until the next call.
    virtual fidelity select(std::int64_t k) = 0;

    // Y = 2^-e J V or 2^-e J^T V and squares[c] = sum_i Y_ic^2; returns e.
    virtual std::int64_t apply(direction d, block_in V, block_out Y, std::span<double> squares) = 0;
    // The same with |J| for V >= 0. `raised`: with small coefficients other than 0 raised, so that nothing vanishes
    // that is not 0 by its structure while the entries of V other than 0 lie between 2^300 and 2^600.
    virtual std::int64_t apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                          std::span<double> squares) = 0;

    [[nodiscard]] std::int64_t roundings(direction d) const {
        return (d == direction::forward ? products_.row_terms : products_.column_terms) + step_roundings;
    }
    // The most entries other than 0 in a row of J.
    [[nodiscard]] virtual std::int64_t row_terms() const = 0;

private:
    product_traits products_;
    space domain_;
    std::int64_t steps_;
};

class slope_factor_reader final : public factor_reader {
public:
    // P is borrowed.
    explicit slope_factor_reader(const jacobian_chain& P);

    void require_adjoints(std::uint64_t seed) const override;
    void run(direction d, scaled_block& X, std::int64_t first,
             const std::function<bool(std::int64_t done)>& after_step) override;
    fidelity select(std::int64_t k) override;
    std::int64_t apply(direction d, block_in V, block_out Y, std::span<double> squares) override;
    std::int64_t apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                  std::span<double> squares) override;
    [[nodiscard]] std::int64_t row_terms() const override;

private:
    const jacobian_chain& P_;
    slope_reader reader_;
    slope_row row_;
    vector_block magnitudes_;
    vector_block scratch_, of_linear_;
};

class gate_factor_reader final : public factor_reader {
public:
    // P is borrowed.
    explicit gate_factor_reader(const gated_chain& P);

    void require_adjoints(std::uint64_t seed) const override;
    void run(direction d, scaled_block& X, std::int64_t first,
             const std::function<bool(std::int64_t done)>& after_step) override;
    fidelity select(std::int64_t k) override;
    std::int64_t apply(direction d, block_in V, block_out Y, std::span<double> squares) override;
    std::int64_t apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                  std::span<double> squares) override;
    [[nodiscard]] std::int64_t row_terms() const override {
        return gate_count(P_.gates().cell()) * P_.weights().row_terms() + 1;
    }

private:
    const gated_chain& P_;
    linear_map weight_magnitudes_;  // |A|
    gate_reader reader_;
    gated_step step_{};
    std::array<vector_block, 6> magnitudes_;  // of the coefficients
    vector_block scratch_;
};

}  // namespace rhochain
