// The factors of a stack_chain (factor_reader.hpp) one layer at a time: P of K steps and L layers is a product of K L
// factors E (stack_step.hpp), in each of which the rows of all other layers are those of I and err not at all.
#pragma once

#include <rhochain/chains/stack_chain.hpp>
#include "chains/measures/factor_reader.hpp"

#include <array>
#include <vector>

namespace rhochain {

class stack_factor_reader final : public factor_reader {
public:
    // P is borrowed.
    explicit stack_factor_reader(const stack_chain& P);

    void require_adjoints(std::uint64_t seed) const override { P_.require_adjoints(seed); }
    void run(direction d, scaled_block& X, std::int64_t first,
             const std::function<bool(std::int64_t done)>& after_step) override;
    // Of layer k mod L in step k / L.
    fidelity select(std::int64_t k) override;
    std::int64_t apply(direction d, block_in V, block_out Y, std::span<double> squares) override;
    std::int64_t apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                  std::span<double> squares) override;
    // The products with the blocks of weights of all gates, and what is carried.
    [[nodiscard]] std::int64_t row_terms() const override { return row_terms_; }

private:
    std::int64_t apply_to(const linear_map& A, const gated_step& step, direction d, block_in V, block_out Y,
                          std::span<double> squares);

    const stack_chain& P_;
    std::int64_t row_terms_;
    std::vector<linear_map> weight_magnitudes_;  // |A| of each layer
    std::vector<gate_reader> readers_;
    std::int64_t layer_ = 0;
    gated_step step_{};
    std::array<vector_block, 7> magnitudes_;  // of the coefficients
    stack_scratch scratch_;
};

}  // namespace rhochain
