// A bracket as it crosses to Python, and whether Ctrl-C ended the run.
#pragma once

#include "bindings.hpp"

#include <rhochain/spectra/estimate.hpp>

namespace rhochain::python {

struct RawBracket {
    Bracket bracket;
    bool interrupted = false;
};

[[nodiscard]] const char* grade_name(Grade g);
[[nodiscard]] const char* status_name(Status s);
// None, a float64 array where every imaginary part is 0, or a complex128 array.
[[nodiscard]] py::object vector_of(const Bracket& b);

}  // namespace rhochain::python
