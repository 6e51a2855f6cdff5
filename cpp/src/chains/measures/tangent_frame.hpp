// The frame Q (N x k) that Lyapunov exponents are computed from: steps of a chain stretch its columns, a factorization
// Q R makes them orthonormal again and gives ln R_ii. Columns that are no more than rounding are lost: they become 0,
// with ln R_ii = -inf.
#pragma once

#include <rhochain/chains/chain_ref.hpp>
#include <rhochain/chains/steps/scaled_block.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

class tangent_frame {
public:
    // Q orthonormal with `lost` columns of 0, or any block, to be factorized next.
    tangent_frame(const chain_ref& P, scaled_block Q, std::int64_t lost = 0);
    // k random columns, to be factorized next.
    tangent_frame(const chain_ref& P, std::int64_t k, std::uint64_t seed);

    void step(std::int64_t k);

    // Returns ln of the cancellation, max_i ||(column i)|| / R_ii.
    double factorize();

    // From now on factorizations keep R, row-major, up to a power of two.
    void keep_factors() { R_.resize(logs_.size() * logs_.size()); }
    [[nodiscard]] const std::vector<double>& factor() const { return R_; }

    // ln R_ii of the last factorization.
    [[nodiscard]] const std::vector<double>& logs() const { return logs_; }

    // Right after a factorization: the columns, their norms 1 or 0, and the number of norms that are 0.
    struct view {
        block_in columns;
        std::span<const double> norms;
        std::int64_t lost;
    };
    [[nodiscard]] view now() const { return {Q_.mantissas(), norms_, lost_}; }

    // keep() keeps the view `now`; return_to_kept() makes it the frame again.
    void keep();
    void return_to_kept();
    [[nodiscard]] view kept() const { return {start_, start_norms_, start_lost_}; }

private:
    void scale_factor();

    space S_;
    chain_factor factor_;
    scaled_block Q_;
    vector_block start_;
    vector_block y_;
    std::vector<double> squares_;
    std::vector<double> norms_;
    std::vector<double> logs_;
    std::vector<double> R_;
    std::vector<double> start_norms_;
    std::int64_t lost_;
    std::int64_t start_lost_ = 0;
};

}  // namespace rhochain
