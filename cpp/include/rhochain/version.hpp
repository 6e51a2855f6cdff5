#pragma once

namespace rhochain {

// The version of the library that is linked, as in pyproject.toml.
[[nodiscard]] const char* version();

// The instruction set the kernels were compiled for.
[[nodiscard]] const char* instruction_set();

// Compiler and its version.
[[nodiscard]] const char* compiler();

}  // namespace rhochain
