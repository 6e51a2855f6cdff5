// Rows of a trajectory from Python: a NumPy array, or a function that fetches them.
#pragma once

#include "bindings.hpp"

#include <rhochain/chains/rows/row_source.hpp>

#include <cstdint>
#include <limits>

namespace rhochain::python {

// Tells whether Ctrl-C ended a fetch of rows on this thread since the watch began.
class fetch_watch {
public:
    fetch_watch();
    [[nodiscard]] bool interrupted() const;
};

// The columns of rows that the Python object has, from `first` on: all, or those that one rank reads.
struct column_range {
    std::int64_t first;
    std::int64_t count;
};

// Rows borrowed from a NumPy array, or fetched by rows(begin, end, out), which writes the columns that this process
// reads to the array `out`. Readers ask for whole rows of at most `block_bytes` at a time. The object must outlive the
// source. Ctrl-C in a fetch throws reading_stopped.
[[nodiscard]] row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width,
                                   std::int64_t block_bytes, column_range columns);
[[nodiscard]] row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width,
                                   std::int64_t block_bytes = std::numeric_limits<std::int64_t>::max());

}  // namespace rhochain::python
