#include "gate_rows.hpp"

#include <cstddef>

namespace rhochain::python {

gated_cell cell_named(const std::string& name) {
    if (name == "gru") return gated_cell::gru;
    if (name == "lstm") return gated_cell::lstm;
    throw py::value_error("cell: got \"" + name + "\", expected \"gru\" or \"lstm\"");
}

gate_source make_gates(gated_cell cell, const gate_rows& given, std::int64_t width, std::int64_t block_bytes) {
    const auto rows = [&](std::size_t s) { return make_rows(given[s].first, given[s].second, width, block_bytes); };
    const auto make = cell == gated_cell::gru ? gate_source::of_gru : gate_source::of_lstm;
    return make(rows(0), rows(1), rows(2), rows(3), rows(4));
}

}  // namespace rhochain::python
