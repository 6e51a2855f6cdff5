#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/random.hpp>
#include <rhochain/operators/adjoint_operator.hpp>
#include <rhochain/spectra/eigenpair.hpp>
#include <rhochain/spectra/eigenvalue_condition.hpp>
#include <rhochain/spectra/ritz_search.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

using complex_vector = std::vector<std::complex<double>>;

// Of the random start; the estimates' own come from low ones.
constexpr std::uint64_t stream = 0x6c656674;

void normalise(complex_vector& x) {
    double square = 0.0;
    for (const auto& z : x) square += std::norm(z);
    for (auto& z : x) z /= std::sqrt(square);
}

}  // namespace

std::complex<double> overlap(const complex_vector& y, const complex_vector& x) {
    std::complex<double> sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] * x[i];
    return sum;
}

void write_condition(const irreducible_block& block, const SolverOptions& options, Bracket& b, Ledger& ledger) {
    if (b.status != Status::converged || b.vector.empty() || ledger.exhausted()) return;
    complex_vector x = b.vector;
    normalise(x);
    const int threads = resolve_threads(options.threads);
    const Eigenpair right = check_eigenpair(block.A, x, threads);
    ledger.count(block.A.entrywise() ? 3 : 2);
    const adjoint_operator transposed(block.A);
    const irreducible_block left{transposed, block.outside, block.size};
    std::vector<double> start(x.size());
    fill_gaussian(start, options.seed, stream, threads);
    left.project(start);
    SolverOptions finer = options;
    finer.rtol = 0.1 * options.rtol;
    const std::int64_t capacity = basis_capacity(options, block.size, most_krylov_vectors);
    ritz_pair pair = search_ritz_pair(left, start, capacity, finer, ledger, right.theta);
    if (!pair.found()) return;
    // A is real: y of conj(theta) is conj(y) of theta. A^T y' = theta y' is y'^T A = theta y'^T.
    if (std::abs(pair.theta - std::conj(right.theta)) < std::abs(pair.theta - right.theta)) {
        pair.theta = std::conj(pair.theta);
        for (auto& z : pair.vector) z = std::conj(z);
    }
    const double near = 2.0 * options.rtol * std::abs(right.theta);
    if (!(std::abs(pair.theta - right.theta) <= near) || !(pair.residual <= near)) return;
    b.residual = std::max(right.residual.value, pair.residual);
    b.condition = 1.0 / std::min(1.0, std::abs(overlap(pair.vector, x)));
}

}  // namespace rhochain
