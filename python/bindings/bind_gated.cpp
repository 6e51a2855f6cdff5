#include "chain_calls.hpp"

#include <rhochain/chains/gated_chain.hpp>
#include <rhochain/chains/gated_rollout.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rhochain::python {
namespace {

constexpr std::size_t columns = 5;

gated_cell cell_named(const std::string& name) {
    if (name == "gru") return gated_cell::gru;
    if (name == "lstm") return gated_cell::lstm;
    throw py::value_error("cell: got \"" + name + "\", expected \"gru\" or \"lstm\"");
}

// An Operator's products as they are, not normalised. Models linear_operator.
struct plain_products {
    const Operator* A;
    int threads;

    [[nodiscard]] std::int64_t rows() const { return A->rows(); }
    [[nodiscard]] std::int64_t cols() const { return A->cols(); }
    void apply(const_block X, mutable_block Y) const { A->apply(X, Y, threads); }
    void apply_adjoint(const_block X, mutable_block Y) const { A->apply_adjoint(X, Y, threads); }
};

// (rows or function, their number), in the order of gate_source.
using column = std::pair<py::object, std::int64_t>;

gate_source make_gates(gated_cell cell, const std::array<column, columns>& given, std::int64_t width,
                       std::int64_t block_bytes) {
    const auto rows = [&](std::size_t s) {
        row_source source = make_rows(given[s].first, given[s].second, width);
        source.limit_blocks(block_bytes);
        return source;
    };
    const auto make = cell == gated_cell::gru ? gate_source::of_gru : gate_source::of_lstm;
    return make(rows(0), rows(1), rows(2), rows(3), rows(4));
}

// Holds the weights and the rows for Python. A core chain lives as long as one call.
class GatedChain {
public:
    GatedChain(std::shared_ptr<Operator> U, const std::string& cell, std::array<column, columns> rows,
               std::int64_t block_bytes)
        : U_(std::move(U)), rows_(std::move(rows)), gates_(make_gates(cell_named(cell), rows_, U_->cols(), block_bytes)) {
        // Refuses a bad shape now rather than at the first product.
        require_gate_blocks(plain_products{U_.get(), 1}, gates_.cell(), "U");
    }

    [[nodiscard]] std::int64_t steps() const { return gates_.steps(); }

    [[nodiscard]] product_tuple product(direction d, const float64_array& x, int threads, const ProductCall& call) const {
        return run_product(x, call, [&](const_block X, ChainMonitor& monitor, const ChainRecording& recording) {
            ChainResult r;
            with_chain(threads, {}, [&](const gated_chain& P) {
                r = d == direction::forward ? P.jvp(X, std::ref(monitor), recording)
                                            : P.vjp(X, std::ref(monitor), recording);
            });
            return r;
        });
    }

    // Nothing is run here that `interrupt` would have to be asked in.
    void with_chain(int threads, const std::function<bool()>& /*interrupt*/,
                    const std::function<void(const gated_chain&)>& body) const {
        U_->with_normalised(threads, [&](operator_ref A, int exponent) { body(gated_chain(A, gates_, exponent, threads)); });
    }

private:
    std::shared_ptr<Operator> U_;
    std::array<column, columns> rows_;  // keeps alive what gates_ borrows
    gate_source gates_;
};

float64_array hand_over(buffer<double>&& rows, py::array::ShapeContainer shape) {
    auto owned = std::make_unique<buffer<double>>(std::move(rows));
    double* data = owned->data();
    const py::capsule owner(owned.release(), [](void* p) { delete static_cast<buffer<double>*>(p); });
    return float64_array(std::move(shape), data, owner);
}

vector_in vector_of(const float64_array& x) { return {x.data(), static_cast<std::size_t>(x.size())}; }

// (the five arrays of a record, h_K, interrupted)
py::tuple rollout(const std::string& cell, const Operator& U, const float64_array& bias,
                  const std::shared_ptr<Operator>& W_in, const column& inputs, std::int64_t width,
                  const float64_array& input_bias, const float64_array& h0, const float64_array& c0, std::int64_t begin,
                  std::int64_t end, int threads) {
    const plain_products recurrent{&U, threads};
    const plain_products incoming{W_in.get(), threads};
    const GatedRollout run{cell_named(cell),
                           recurrent,
                           vector_of(bias),
                           W_in ? std::optional<operator_ref>(incoming) : std::nullopt,
                           make_rows(inputs.first, inputs.second, width),
                           vector_of(input_bias),
                           vector_of(h0),
                           vector_of(c0),
                           threads,
                           begin,
                           end};
    const py::object none = py::none();
    ChainMonitor monitor(none);
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
    bind_products(chain);
    bind_spectrum(chain);
    bind_norm(chain);
    bind_covariant_vectors(chain);
    chain
        .def(py::init<std::shared_ptr<Operator>, const std::string&, std::array<column, columns>, std::int64_t>(),
             py::arg("U"), py::arg("cell"), py::arg("rows"), py::arg("block_bytes"))
        .def_property_readonly("steps", &GatedChain::steps);
    m.def("gated_rollout", &rollout, py::arg("cell"), py::arg("U"), py::arg("bias"), py::arg("W_in"),
          py::arg("inputs"), py::arg("width"), py::arg("input_bias"), py::arg("h0"), py::arg("c0"), py::arg("begin"),
          py::arg("end"), py::arg("threads"));
}

}  // namespace rhochain::python
