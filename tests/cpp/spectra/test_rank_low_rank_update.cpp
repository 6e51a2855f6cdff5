// W + U V shared out to ranks: the numbers of one process.
#include "low_rank_cases.hpp"
#include "plain_slices.hpp"

#include <doctest/doctest.h>

#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>

#include <cstdint>
#include <vector>

using namespace rhochain;
using low_rank_cases::doubles;

TEST_CASE("products, norm bounds and sigma_1 of W + U V do not depend on the ranks") {
    constexpr std::int64_t n = 400, k = 3, b = 2;
    const low_rank_cases::sum_case c(n, k, 0.02, 7);
    const doubles X = matrices::random_vector(n * b, 8);
    const auto work = [&](const thread_ranks::slices& s) {
        const doubles U = thread_ranks::slice_of(c.U, s.of(n), k), Vt = thread_ranks::slice_of(c.Vt, s.of(n), k);
        const auto own = static_cast<std::int64_t>(s.of(n).length());
        const linear_map A =
            low_rank_update(thread_ranks::plain_slices(c.W, s), as_block(const_block(U.data(), own, k)),
                            as_block(const_block(Vt.data(), own, k)));
        const doubles x = thread_ranks::slice_of(X, s.of(n), b);
        doubles numbers;
        for (const entry_map f : {entry_map::identity, entry_map::absolute, entry_map::squared})
            for (const bool adjoint : {false, true}) {
                doubles y(x.size());
                const block_in from = as_block(const_block(x.data(), own, b));
                const block_out to = as_block(mutable_block(y.data(), own, b));
                adjoint ? A.apply_adjoint(f, from, to) : A.apply(f, from, to);
                const doubles all = thread_ranks::whole_block({y.data(), own, b}, s, n);
                numbers.insert(numbers.end(), all.begin(), all.end());
            }
        const norm_bounds norms = bound_norms(A);
        const Bracket sigma = spectral_norm(A, {.seed = 3});
        for (const double value :
             {norms.one, norms.inf, norms.frobenius, sigma.lower.value, sigma.value, sigma.upper.value})
            numbers.push_back(value);
        return numbers;
    };
    doubles first;
    for (const thread_ranks::partition& shared_out : thread_ranks::aligned_partitions())
        for (const doubles& numbers : thread_ranks::results_of_ranks(shared_out, work)) {
            if (first.empty()) first = numbers;
            CHECK(numbers == first);
        }
}
