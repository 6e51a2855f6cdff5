// A block as a dense n x n matrix that all ranks have, balanced by a diagonal of powers of two: a similarity, and
// exact.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/storage/buffer.hpp>
#include "spectra/structure/irreducible_block.hpp"

#include <vector>

namespace rhochain {

// C = 2^-exponent D^-1 B D, D = diag(2^d), with its largest entry near 1, up to `error` in the Frobenius norm.
struct dense_block {
    buffer<double> B;  // row-major
    buffer<double> C;
    std::vector<int> d;
    int exponent = 0;
    double error = 0.0;

    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(d.size()); }
};

// (*) Reads the entries, or else multiplies with n unit vectors. Requires block.map().bounded(), and members() of a
// block in place.
[[nodiscard]] dense_block balanced_matrix(const irreducible_block& block, Ledger& ledger);

}  // namespace rhochain
