// What the first rank computes alone, from a matrix that it alone has, and passes on to the others.
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include "kernels/vectors/state_archive.hpp"

#include <complex>
#include <functional>
#include <vector>

namespace rhochain {

// (*) compute() runs in the first rank. `results` exchanges what it made: the other ranks have the same afterwards. An
// exception of either ends the call on all ranks.
void on_first_rank(const space& S, const std::function<void()>& compute,
                   const std::function<void(state_archive&)>& results);

// (*) A vector whose slices the ranks have, in the first rank; empty in the others, or where no rank has entries.
[[nodiscard]] std::vector<std::complex<double>> in_first_rank(std::vector<std::complex<double>> slice, const space& S);

// (*) The slice of a vector that the first rank has; empty where it has none.
[[nodiscard]] std::vector<std::complex<double>> from_first_rank(const std::vector<std::complex<double>>& whole,
                                                                const space& S);
[[nodiscard]] std::vector<double> from_first_rank(std::vector<double> whole, const space& S);

}  // namespace rhochain
