// Properties of each strongly connected component with a cycle from its entries, in O(nnz) time: an upper bound of
// rho(|W|), the least of the largest row sum and the largest column sum of |W|, rounded up; a lower bound of rho from
// traces (trace_bounds.hpp); whether its signs factorize (sign_factors.hpp) and whether rho(W) = rho(|W|)
// (signature.hpp).
#pragma once

#include <rhochain/spectra/structure/components.hpp>

namespace rhochain {

struct component_summary {
    std::int64_t component = 0;
    double bound = 0.0;           // at least rho(|W|)
    double radius_bound = 0.0;    // at least rho(W), at most `bound`: sharper for two vertices
    double trace_bound = 0.0;     // at most rho(W)
    std::int64_t entries = 0;     // nonzero entries inside
    bool nonnegative = true;      // every entry is at least 0
    bool signs_factorize = true;  // mu_D(W) = rho(|W|)
    bool modulus_decides = true;  // rho(W) = rho(|W|)
};

// Of 2^-e W, `scale` = 2^-e, in the order of falling `bound`.
[[nodiscard]] std::vector<component_summary> summarise_components(const stored_entries& W, double scale,
                                                                  const component_partition& P);

}  // namespace rhochain
