// The dominant Ritz pair of a block: Arnoldi from a filtered start; Krylov-Schur restarts keep the subspace of the
// dominant third of the Ritz values (Stewart 2001) until ||A x - theta x|| <= rtol |theta| or the residual no longer
// falls. With a target: the Ritz pair nearest to it, or to its conjugate, among those of the same iteration.
// Memory: `capacity` vectors and three more, until return.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "kernels/vectors/complex_vectors.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <complex>
#include <cstdint>
#include <limits>
#include <optional>

namespace rhochain {

struct ritz_pair {
    std::complex<double> theta;
    double residual = std::numeric_limits<double>::infinity();  // ||A x - theta x||
    double runner_up = Bracket::unknown;                        // the next modulus
    bool complete = false;                                      // the Krylov space contained the whole spectrum
    complex_vector vector;                                      // x, ||x|| = 1, if found()

    [[nodiscard]] double modulus() const { return std::abs(theta); }
    [[nodiscard]] bool found() const { return residual < std::numeric_limits<double>::infinity(); }
    [[nodiscard]] bool meets(double rtol) const { return residual <= rtol * modulus(); }
};

inline constexpr std::int64_t most_krylov_vectors = 100;

// `start` must not be zero.
[[nodiscard]] ritz_pair search_ritz_pair(const irreducible_block& block, vector_in start, std::int64_t capacity,
                                         const SolverOptions& options, Ledger& ledger,
                                         std::optional<std::complex<double>> target = std::nullopt);

}  // namespace rhochain
