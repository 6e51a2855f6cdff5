#include "kernels/vectors/caller_arrays.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

#include <utility>

namespace rhochain {

vector_in from_caller(std::span<const double> x) { return as_vector(x); }

complex_in from_caller(std::span<const std::complex<double>> x) { return as_vector(x); }

block_in from_caller(const_block X) { return as_block(X); }

block_out from_caller(mutable_block X) { return as_block(X); }

std::vector<double> for_caller(vector_in x) {
    const auto entries = entries_of(x);
    return {entries.begin(), entries.end()};
}

buffer<double> for_caller(vector_block&& X) { return entries_of(std::move(X)); }

std::vector<std::complex<double>> for_caller(complex_vector x) { return entry_access::take(std::move(x)); }

std::vector<std::complex<double>> complex_for_caller(vector_in x) {
    const auto entries = entries_of(x);
    return {entries.begin(), entries.end()};
}

}  // namespace rhochain
