// Exceptions that cross from one rank to the others: the type of Python that they have there, and their text.
#pragma once

#include "bindings.hpp"

#include <rhochain/kernels/space/rank_group.hpp>

#include <exception>
#include <string>

namespace rhochain::python {

// The name of a type in the first line, then the text.
[[nodiscard]] std::string reported_failure(const std::exception_ptr& failure);

// Sets the error of Python from what the other rank has reported: TypeError, ValueError, MemoryError or
// KeyboardInterrupt where its exception is one of them, else RuntimeError. Needs the GIL.
void set_python_error(const rank_failure& failure);

}  // namespace rhochain::python
