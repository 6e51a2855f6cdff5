#include "chain_calls.hpp"
#include "gate_rows.hpp"
#include "operators.hpp"

#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/trajectories/gated_rollout.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rhochain::python {
namespace {

class GatedChain {
public:
    GatedChain(std::shared_ptr<Operator> U, const std::string& cell, gate_rows rows,
               std::int64_t block_bytes)
        : U_(std::move(U)),
          rows_(std::move(rows)),
          gates_(make_gates(cell_named(cell), rows_, U_->cols(), block_bytes)) {
        // Refuses a bad shape now rather than at the first product.
        static_cast<void>(chain(1, {}));
    }

    [[nodiscard]] std::int64_t steps() const { return gates_.steps(); }

    // Computes no trajectory, so that nothing asks `interrupt`.
    [[nodiscard]] gated_chain chain(int threads, const interrupt_function& /*interrupt*/) const {
        return {U_->map().with(threads), gates_};
    }

private:
    std::shared_ptr<Operator> U_;
    gate_rows rows_;  // keeps alive what gates_ borrows
    gate_source gates_;
};

float64_array hand_over(buffer<double>&& rows, py::array::ShapeContainer shape) {
    auto owned = std::make_unique<buffer<double>>(std::move(rows));
    double* data = owned->data();
    const py::capsule owner(owned.release(), [](void* p) { delete static_cast<buffer<double>*>(p); });
    return float64_array(std::move(shape), data, owner);
}

array_in vector_of(const float64_array& x) { return {x.data(), static_cast<std::size_t>(x.size())}; }

// (the five arrays of a record, h_K, interrupted)
py::tuple run_gated(const std::string& cell, const Operator& U, const float64_array& bias,
                    const std::shared_ptr<Operator>& W_in, const row_column& inputs, std::int64_t width,
                    const float64_array& input_bias, const float64_array& h0, const float64_array& c0,
                    std::int64_t begin, std::int64_t end, int threads) {
    const auto map_of = [&](const Operator& A) { return A.map_for_products(end - begin, false, threads); };
    const GatedRollout run{.cell = cell_named(cell),
                           .U = map_of(U),
                           .bias = vector_of(bias),
                           .W_in = W_in ? std::optional(map_of(*W_in)) : std::nullopt,
                           .inputs = make_rows(inputs.first, inputs.second, width),
                           .input_bias = vector_of(input_bias),
                           .h0 = vector_of(h0),
                           .c0 = vector_of(c0),
                           .begin = begin,
                           .end = end};
    ChainMonitor monitor;
    GatedRecord record;
    {
        const py::gil_scoped_release release;
        try {
            record = run_gated_cell(run, std::ref(monitor));
        } catch (const reading_stopped&) {
            const py::gil_scoped_acquire gil;
            PyErr_SetNone(PyExc_KeyboardInterrupt);
            throw py::error_already_set();
        }
    }
    py::list arrays;
    const auto n = static_cast<py::ssize_t>(record.width);
    for (auto& rows : record.rows) {
        const auto count = static_cast<py::ssize_t>(rows.size()) / n;
        arrays.append(hand_over(std::move(rows), {count, n}));
    }
    return py::make_tuple(arrays, hand_over(std::move(record.last_output), {n}), monitor.interrupted());
}

}  // namespace

void bind_gated(py::module_& m) {
    py::class_<GatedChain> chain(m, "GatedChain");
    bind_measures(chain);
    chain
        .def(py::init<std::shared_ptr<Operator>, const std::string&, gate_rows, std::int64_t>(),
             py::arg("U"), py::arg("cell"), py::arg("rows"), py::arg("block_bytes"))
        .def_property_readonly("steps", &GatedChain::steps);
    m.def("gated_rollout", &run_gated, py::arg("cell"), py::arg("U"), py::arg("bias"), py::arg("W_in"),
          py::arg("inputs"), py::arg("width"), py::arg("input_bias"), py::arg("h0"), py::arg("c0"), py::arg("begin"),
          py::arg("end"), py::arg("threads"));
}

}  // namespace rhochain::python
