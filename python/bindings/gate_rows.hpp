// Recorded gates as Python hands them over.
#pragma once

#include "rows.hpp"

#include <rhochain/chains/trajectories/gate_source.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace rhochain::python {

// (rows or function, their number).
using row_column = std::pair<py::object, std::int64_t>;

// In the order of gate_source.
using gate_rows = std::array<row_column, 5>;

// Of "gru" or "lstm".
[[nodiscard]] gated_cell cell_named(const std::string& name);

// Borrows from the rows.
[[nodiscard]] gate_source make_gates(gated_cell cell, const gate_rows& given, std::int64_t width,
                                     std::int64_t block_bytes);

}  // namespace rhochain::python
