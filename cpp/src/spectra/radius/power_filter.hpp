// Powers A^k z of a Gaussian start z, with norms of any size (mantissa and exponent). Memory: two vectors.
//
// Growth rate over the steps i to k: (||A^k z|| / ||A^i z||)^(1/(k-i)); an ESTIMATE.
// Upper bound: let |lambda| = rho(A) and y^* A = lambda y^*, ||y|| = 1. Then |y^* z| rho^k = |y^* A^k z| <= ||A^k z||,
// and |y^* z| >= delta sqrt(pi) / 2 with probability at least 1 - delta: the real or the imaginary part of y has a
// norm of at least 1/sqrt(2). On that one event, for every k at once,
//     rho(A) <= (2 ||A^k z|| / (sqrt(pi) delta))^(1/k),
// so that the run may stop at any k. The bound holds up to a backward error of g(m + 2) |A| in each factor. Cf. Dixon
// 1983, whose bound of ||A^k|| needs a k fixed in advance.
//
// Where |A| has a majorant alone, its products may cancel to far below their rounding errors. Then the errors are in
// the bound: with ||fl(A x) - A x|| <= e ||x|| the computed z_k obey y^* z_{j+1} = lambda y^* z_j + y^* f_j, so that
//     sqrt(pi) delta / 2 <= ||z_k|| rho^-k + (e / rho) sum_{j<k} ||z_j|| rho^-j.
// The right side falls with rho: any r at which it is below the left one exceeds rho(A).
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/spectra/estimate.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>
#include <vector>

namespace rhochain {

class power_filter {
public:
    // The start is drawn from (seed, stream). `error` is the e above; 0 leaves it out.
    power_filter(irreducible_block block, std::uint64_t seed, std::uint64_t stream, double delta, double error = 0.0);

    // One product.
    void step();

    [[nodiscard]] std::int64_t steps() const { return static_cast<std::int64_t>(log_norms_.size()) - 1; }
    [[nodiscard]] bool vanished() const { return vanished_; }

    // A multiple of A^k z with entries of moderate size; zero once vanished().
    [[nodiscard]] vector_in vector() const { return x_; }

    // Over the steps `from` to `to`; 0 once vanished().
    [[nodiscard]] double growth_rate(std::int64_t from, std::int64_t to) const;
    // Over the last half.
    [[nodiscard]] double growth_rate() const { return growth_rate(steps() / 2, steps()); }
    // O(k) operations if there is an e.
    [[nodiscard]] Bound upper() const;

private:
    // Whether r exceeds rho(A), rounding errors included.
    [[nodiscard]] bool exceeds(double r) const;

    irreducible_block block_;
    vector_block x_;
    vector_block y_;
    std::int64_t exponent_ = 0;      // A^k z = 2^exponent x
    std::vector<double> log_norms_;  // ln ||A^j z||, j = 0 .. k
    double log_constant_;            // ln (2 / (sqrt(pi) delta))
    double error_;
    bool vanished_ = false;
    Bound upper_;
};

}  // namespace rhochain
