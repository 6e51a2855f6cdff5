// Properties of each strongly connected component with a cycle from its entries, in O(nnz) time: an upper bound of
// rho(|W|), the least of the largest row sum and the largest column sum of |W|, rounded up; a lower bound of rho from
// traces (trace_bounds.hpp); whether its signs factorize (sign_factors.hpp) and whether rho(W) = rho(|W|)
// (signature.hpp).
#pragma once

#include <rhochain/spectra/structure/components.hpp>

namespace rhochain {

// The entries give sharper bounds of rho(W) than of quantities that are only known to be at most rho(|W|).
enum class component_quantity { radius, below_modulus };

struct component_summary {
    std::int64_t component = 0;
    double bound = 0.0;           // at least rho(|W|)
    double radius_bound = 0.0;    // at least rho(W), at most `bound`; for rho(W) sharper for two vertices
    double trace_bound = 0.0;     // at most rho(W); 0 where nothing needs it (entry_sums.hpp)
    std::int64_t entries = 0;     // nonzero entries inside
    bool nonnegative = true;      // every entry is at least 0
    bool signs_factorize = true;  // mu_D(W) = rho(|W|)
    bool modulus_decides = true;  // rho(W) = rho(|W|)
};

struct entry_sums;

// In the order of falling `bound`.
[[nodiscard]] std::vector<component_summary> summarise_components(const stored_entries& W, const component_partition& P,
                                                                  const entry_sums& sums);

}  // namespace rhochain
