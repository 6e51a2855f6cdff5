// e_i = exp(z_i) and m_i = exp(z_i) - 1 for z_i <= 0, n of them, each to about one unit in the last place and without a
// branch:
//     z = k ln 2 + r, |r| <= ln 2 / 2:  e^z = 2^k (1 + p),  e^z - 1 = 2^k p + (2^k - 1),  p = e^r - 1 by its series.
// Below -700 both are taken as their limits, 0 and -1. The same bits for every instruction set.
#pragma once

#include <span>

namespace rhochain {

// e and m are at least as long as z; the three do not overlap.
void exponentials(std::span<const double> z, std::span<double> e, std::span<double> m);

}  // namespace rhochain
