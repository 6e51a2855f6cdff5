// The factors of a matrix_chain (factor_reader.hpp): the matrices themselves.
#pragma once

#include <rhochain/chains/matrix_chain.hpp>
#include "chains/measures/factor_reader.hpp"

namespace rhochain {

class matrix_factor_reader final : public factor_reader {
public:
    // P is borrowed.
    explicit matrix_factor_reader(const matrix_chain& P);

    void require_adjoints(std::uint64_t seed) const override;
    void run(direction d, scaled_block& X, std::int64_t first,
             const std::function<bool(std::int64_t done)>& after_step) override;
    fidelity select(std::int64_t k) override;
    std::int64_t apply(direction d, block_in V, block_out Y, std::span<double> squares) override;
    std::int64_t apply_magnitudes(direction d, bool raised, block_in V, block_out Y,
                                  std::span<double> squares) override;
    [[nodiscard]] std::int64_t row_terms() const override;

private:
    const matrix_chain& P_;
    std::int64_t k_ = 0;
};

}  // namespace rhochain
