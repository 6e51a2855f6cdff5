// Brackets of many matrices in one loop, whose threads make one matrix after the other and solve it alone. No result
// depends on the number of threads or on the other matrices: outcome i has the bits of
//     solve(matrix(i).with(1), options).
// A matrix that fails leaves its exception, and the others go on. options.interrupt is called by the calling thread
// alone, between matrices and within them, and ends all runs; the matrices that no run has begun are not done.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <vector>

namespace rhochain {

struct ManyOutcome {
    Bracket bracket;
    std::exception_ptr failure{};  // what `matrix` or `solve` threw
    bool done = false;             // solved to the end, or failed
};

using matrix_source = std::function<linear_map(std::int64_t)>;
using map_solver = std::function<Bracket(const linear_map&, const SolverOptions&)>;

// A matrix for each entry of `matrices`, whose threads share them. Several threads at once call `matrix` and `solve`.
// The callback and the start of the options are left out.
[[nodiscard]] std::vector<ManyOutcome> solve_many(const space& matrices, const matrix_source& matrix,
                                                  const map_solver& solve, const SolverOptions& options);

}  // namespace rhochain
