// Numbers that the environment gives to OpenMP, for a build without it.
#pragma once

namespace rhochain {

// The first number of a list such as "8" or "8,2", the value of OMP_NUM_THREADS; at most 2^20. 0 where there is no
// text, or it does not begin with a positive whole number that a comma or nothing follows.
[[nodiscard]] int environment_number(const char* text);

}  // namespace rhochain
