// One strongly connected component as its solvers see it: an entrywise operator whose graph on `size` vertices is
// irreducible. Either the block itself (outside is empty) or the whole matrix, zero on the vertices `outside`:
// vectors are then as long as the whole matrix and vanish outside.
#pragma once

#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <cstdint>
#include <span>

namespace rhochain {

struct irreducible_block {
    operator_ref A;
    std::span<const std::int64_t> outside;
    std::int64_t size = 0;
    bool nonnegative = false;   // up to A = c D |A| D^-1 with |c| = |D_ii| = 1 (signature.hpp): rho(A) = rho(|A|)
    bool single_cycle = false;  // every vertex has one successor
    std::span<const std::int64_t> members = {};  // the vertices of W, rising; empty if unknown
    bool has_negative = false;  // some entry is below 0
    double trace_bound = 0.0;   // PROVED: at most rho(A) (trace_bounds.hpp)
    int exponent = 0;           // A is 2^-exponent times the part of W that it stands for
    std::int64_t reach = 0;     // of a long band (band_tilt.hpp): A_ij = 0 for |i - j| > reach; 0 for any other block
    double tilt = 0.0;          // A_ij has a factor e^{tilt (j - i)} that W has not

    void project(std::span<double> x) const {
        for (const std::int64_t i : outside) x[static_cast<std::size_t>(i)] = 0.0;
    }
};

}  // namespace rhochain
