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
    bool nonnegative = false;
    bool single_cycle = false;  // every vertex has one successor
    std::span<const std::int64_t> members = {};  // the vertices of W, rising; empty if unknown

    void project(std::span<double> x) const {
        for (const std::int64_t i : outside) x[static_cast<std::size_t>(i)] = 0.0;
    }
};

}  // namespace rhochain
