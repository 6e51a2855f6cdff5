// The Perron vector of |W| on a component that is one cycle i_0 -> i_1 -> ..: |w_(i_k i_(k+1))| x_(i_(k+1)) = r
// x_(i_k), r the geometric mean of the weights. Entries far apart are kept with exponents of their own.
#pragma once

#include <rhochain/operators/stored_entries.hpp>

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// x on `members`, rising, ||x|| = 1; every vertex has one successor among them.
[[nodiscard]] std::vector<std::complex<double>> cycle_eigenvector(const stored_entries& W,
                                                                  std::span<const std::int64_t> members);

}  // namespace rhochain
