// Powers A^k z of a Gaussian start z, one vector of memory, norms of any size (mantissa and exponent).
//
// Growth rate: (||A^k z|| / ||A^(k/2) z||)^(2/k) tends to rho(A); an ESTIMATE.
// Upper bound: for a k fixed in advance ||A^k|| <= sqrt(2/pi) ||A^k z|| / delta with probability at least 1 - delta (Dixon 1983), and
//     rho(A) <= ||A^k||^(1/k) <= (sqrt(2/pi) ||A^k z|| / delta)^(1/k).
// The bound is taken at k = 16, 32, 64, ... with failure probabilities delta/2, delta/4, ..., delta in all, up to a backward
// error of g(m + 2) |A| in each factor.
#pragma once

#include <rhochain/spectra/irreducible_block.hpp>

#include <vector>

namespace rhochain {

class power_filter {
public:
    // Start drawn from (seed, stream).
    power_filter(const irreducible_block& block, std::uint64_t seed, std::uint64_t stream, double delta, int threads);

    // One product.
    void step();

    [[nodiscard]] std::int64_t steps() const { return static_cast<std::int64_t>(log_norms_.size()) - 1; }
    [[nodiscard]] bool vanished() const { return vanished_; }

    // A multiple of A^k z with entries of moderate size; zero once vanished().
    [[nodiscard]] const std::vector<double>& vector() const { return x_; }

    [[nodiscard]] double growth_rate() const;
    [[nodiscard]] const Bound& upper() const { return upper_; }

private:
    irreducible_block block_;
    double delta_;
    int threads_;
    std::vector<double> x_;
    std::vector<double> y_;
    std::int64_t exponent_ = 0;      // A^k z = 2^exponent x
    std::vector<double> log_norms_;  // ln ||A^j z||, j = 0 .. k
    std::int64_t next_bound_ = 16;
    double next_delta_;
    bool vanished_ = false;
    Bound upper_;
};

}  // namespace rhochain
