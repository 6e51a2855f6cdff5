#include "spectra/growth/product_magnitude.hpp"

#include <rhochain/spectra/norm/norms.hpp>
#include "spectra/norm/norm_of_map.hpp"

#include <cstdint>

namespace rhochain {

double product_magnitude(const linear_map& A, const SolverOptions& options, Ledger& ledger) {
    if (A.entrywise()) {
        ledger.count(4);
        return bound_norms(A).upper.value;
    }
    constexpr std::int64_t products = 100;
    SolverOptions few = ledger.inner_options(options, products);
    few.start = {};
    few.delta = 0.5 * options.delta;
    few.rtol = 0.5;
    const Bracket norm = norm_of_map(A, few, {});
    ledger.count(norm.matvecs);
    return graded_upper(norm).value;
}

}  // namespace rhochain
