// Vectors that a caller gives or receives as arrays of the entries that this process holds, such as starts and results.
// CONTRIBUTING lists the places above the kernels that use this header; a test compares the list with the code.
#pragma once

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>
#include <rhochain/storage/block.hpp>
#include <rhochain/storage/buffer.hpp>
#include "kernels/vectors/complex_vectors.hpp"

#include <complex>
#include <span>
#include <vector>

namespace rhochain {

[[nodiscard]] vector_in from_caller(std::span<const double> x);
[[nodiscard]] complex_in from_caller(std::span<const std::complex<double>> x);
[[nodiscard]] block_in from_caller(const_block X);
[[nodiscard]] block_out from_caller(mutable_block X);

[[nodiscard]] std::vector<double> for_caller(vector_in x);
[[nodiscard]] buffer<double> for_caller(vector_block&& X);
[[nodiscard]] std::vector<std::complex<double>> for_caller(complex_vector x);
[[nodiscard]] std::vector<std::complex<double>> complex_for_caller(vector_in x);

}  // namespace rhochain
