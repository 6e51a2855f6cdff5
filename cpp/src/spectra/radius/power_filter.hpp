// Powers A^k z of a Gaussian start z, with norms of any size (mantissa and exponent). Memory: three vectors, two more
// in tighten().
//
// Growth rate over the steps i to k: (||A^k z|| / ||A^i z||)^(1/(k-i)); an ESTIMATE.
// Upper bound: let |lambda| = rho(A) and y^* A = lambda y^*, ||y|| = 1. Then |y^* z| rho^k = |y^* A^k z| <= ||A^k z||,
// and |y^* z| >= delta sqrt(pi) / 2 with probability at least 1 - delta: the real or the imaginary part of y has a
// norm of at least 1/sqrt(2). On that one event, for every k at once,
//     rho(A) <= (2 ||A^k z|| / (sqrt(pi) delta))^(1/k),
// so that the run may stop at any k. The bound holds up to a backward error of g(m + 2) |A| in each factor. Cf. Dixon
// 1983, whose bound of ||A^k|| needs a k fixed in advance.
// A second bound, on the same event, closes as fast as the powers settle: for every monic p of degree m, chosen by any
// means (power_recurrence.hpp),
//     |p(lambda)| |lambda|^(k-m) |y^* z| = |y^* p(A) A^(k-m) z| <= ||p(A) A^(k-m) z||,
// so |lambda| <= |theta| + e for theta, the outermost root of p, if |p| exceeds the quotient from |theta| + e on. There
// rounding is charged: a step with error ||E_j|| <= eta changes y^* A^j z by at most eta ||A^(j-1) z||.
//
// Where |A| has a majorant alone, its products may cancel to far below their rounding errors. Then the errors are in
// the bound: with ||fl(A x) - A x|| <= e ||x|| the computed z_k obey y^* z_{j+1} = lambda y^* z_j + y^* f_j, so that
//     sqrt(pi) delta / 2 <= ||z_k|| rho^-k + (e / rho) sum_{j<k} ||z_j|| rho^-j.
// The right side falls with rho: any r at which it is below the left one exceeds rho(A).
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/spectra/estimate.hpp>
#include "spectra/radius/power_recurrence.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <cstdint>
#include <vector>

namespace rhochain {

class state_archive;

class power_filter {
public:
    // The start is drawn from (seed, stream). `error` is the e above; 0 leaves it out.
    power_filter(irreducible_block block, std::uint64_t seed, std::uint64_t stream, double delta, double error = 0.0);

    // One product.
    void step();

    void exchange(state_archive& s);

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

    // Fits recurrences to the last powers, tightens upper() by both and keeps the one with the smaller remainder.
    // `step_error`: at least the 2-norm of the rounding of one product with a unit vector.
    void tighten(double step_error);
    // Fits one of that degree, for its roots and vectors alone.
    void fit(int degree);
    // The recurrence kept, of the last `degree` + 1 powers, and how far its bound is above its root, relatively;
    // infinity where it gives none and after a further step.
    [[nodiscard]] const power_recurrence& recurrence() const { return recurrence_; }
    [[nodiscard]] double excess() const { return excess_; }
    // The eigenvector that the recurrence gives. No step may lie between tighten() or fit() and this.
    [[nodiscard]] ritz_pair settled_pair() const;
    // Of the recurrence: a multiple of the power number steps() - degree + i.
    [[nodiscard]] vector_in recurrence_vector(int i) const;

private:
    [[nodiscard]] double excess_of(const power_recurrence& p, double step_error) const;
    // Whether r exceeds rho(A), rounding errors included.
    [[nodiscard]] bool exceeds(double r) const;

    irreducible_block block_;
    vector_block x_;
    vector_block before_;  // the power before x_, with the same exponent
    vector_block oldest_;  // the one before that
    power_recurrence recurrence_;
    double excess_ = std::numeric_limits<double>::infinity();
    double start_component_;         // delta sqrt(pi) / 2
    std::int64_t exponent_ = 0;      // A^k z = 2^exponent x
    std::vector<double> log_norms_;  // ln ||A^j z||, j = 0 .. k
    double log_constant_;            // ln (2 / (sqrt(pi) delta))
    double error_;
    bool vanished_ = false;
    Bound upper_;    // of the norms, without rounding errors
    Bound settled_;  // of the recurrences, with them
};

// The most power steps before Arnoldi for a block of n vertices.
[[nodiscard]] std::int64_t most_filter_steps(std::int64_t n);

}  // namespace rhochain
