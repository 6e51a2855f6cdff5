#pragma once

namespace rhochain {

// The version of the library that is linked, as in pyproject.toml.
[[nodiscard]] const char* version();

// Compiler and its version.
[[nodiscard]] const char* compiler();

}  // namespace rhochain
