// sigma_1(W) >= ||W v|| / ||v|| for a vector v, and the vector of one step of power iteration on W^T W. A W that moves
// little from call to call keeps sigma_1 close to this bound, at two or three products a call.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/estimate.hpp>

#include <span>
#include <vector>

namespace rhochain {

struct NormFromVector {
    Bound lower;               // PROVED for a bounded() W, otherwise an ESTIMATE
    std::vector<double> next;  // W^T W v / || W^T W v ||; v / ||v|| where that is 0
};

// v: of the length of W's domain, finite, not 0.
[[nodiscard]] NormFromVector norm_from_vector(const linear_map& W, std::span<const double> v);

}  // namespace rhochain
