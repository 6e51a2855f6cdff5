// x[C], the entries of a vector at a rising list C of indices, such as the vertices of a component. The whole vector is
// in this process.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

// x[C].
[[nodiscard]] std::vector<double> gathered(std::span<const double> x, std::span<const std::int64_t> C);

// The vector of length n that is `part` on C and 0 elsewhere.
[[nodiscard]] std::vector<std::complex<double>> scattered(std::span<const std::complex<double>> part,
                                                          std::span<const std::int64_t> C, std::int64_t n);

}  // namespace rhochain
