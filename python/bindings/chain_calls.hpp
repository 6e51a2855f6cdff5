// What the bindings of every chain share: progress towards Python, rows of a NumPy array or a function, results.
#pragma once

#include "bindings.hpp"

#include <rhochain/chains/chain_run.hpp>
#include <rhochain/chains/row_source.hpp>

#include <chrono>
#include <functional>
#include <tuple>

namespace rhochain::python {

// Asks Python between steps, a few times a second: has Ctrl-C arrived, does the callback want to stop?
class ChainMonitor {
public:
    explicit ChainMonitor(const py::object& callback) : callback_(callback) {}

    [[nodiscard]] bool interrupted() const { return interrupted_; }

    bool operator()(std::int64_t done, std::int64_t steps);

    // Between steps that are no steps of the chain.
    bool poll();

private:
    using clock = std::chrono::steady_clock;

    const py::object& callback_;
    clock::time_point begin_ = clock::now();
    double asked_ = 0.0;
    bool interrupted_ = false;
};

// Rows borrowed from a NumPy array, or fetched by rows(begin, end, out), which writes to the array `out`. The object
// must outlive the source.
[[nodiscard]] row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width);

// (mantissas (n, b), exponents (b,), log norms (done + 1, b), interrupted)
using product_tuple = std::tuple<float64_array, py::array_t<std::int64_t>, float64_array, bool>;

// Runs a chain on x (n, b), the GIL released.
[[nodiscard]] product_tuple run_product(const float64_array& x, const py::object& callback,
                                        const std::function<ChainResult(const_block, ChainMonitor&)>& product);

}  // namespace rhochain::python
