#include "chain_calls.hpp"
#include "gate_rows.hpp"
#include "operators.hpp"

#include <rhochain/chains/stack_chain.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rhochain::python {
namespace {

stack_cell stack_named(const std::string& name) {
    if (name == "rnn") return stack_cell::rnn;
    return cell_named(name) == gated_cell::gru ? stack_cell::gru : stack_cell::lstm;
}

// The gates of an RNN are those of a GRU (stack_chain.hpp).
class StackChain {
public:
    StackChain(const std::string& cell, std::vector<std::shared_ptr<Operator>> weights, std::vector<gate_rows> rows,
               std::int64_t units, std::int64_t block_bytes)
        : cell_(stack_named(cell)), weights_(std::move(weights)), rows_(std::move(rows)) {
        if (weights_.size() != rows_.size())
            throw py::value_error("layers: got " + std::to_string(weights_.size()) + " weights and " +
                                  std::to_string(rows_.size()) + " records, expected as many of both");
        const gated_cell gates = cell_ == stack_cell::lstm ? gated_cell::lstm : gated_cell::gru;
        for (const gate_rows& each : rows_) gates_.push_back(make_gates(gates, each, units, block_bytes));
        // Refuses a bad shape now rather than at the first product.
        static_cast<void>(chain(1, {}));
    }

    [[nodiscard]] std::int64_t steps() const { return gates_.front().steps(); }

    // Computes no trajectory, so that nothing asks `interrupt`.
    [[nodiscard]] stack_chain chain(int threads, const interrupt_function& /*interrupt*/) const {
        std::vector<stacked_layer> layers;
        layers.reserve(weights_.size());
        for (std::size_t l = 0; l < weights_.size(); ++l) layers.push_back({weights_[l]->map(), gates_[l]});
        if (!layers.empty()) layers.front().weights = layers.front().weights.with(threads);
        return {cell_, std::move(layers)};
    }

private:
    stack_cell cell_;
    std::vector<std::shared_ptr<Operator>> weights_;
    std::vector<gate_rows> rows_;  // keeps alive what gates_ borrows
    std::vector<gate_source> gates_;
};

}  // namespace

void bind_stack(py::module_& m) {
    py::class_<StackChain> chain(m, "StackChain");
    bind_measures(chain);
    chain
        .def(py::init<const std::string&, std::vector<std::shared_ptr<Operator>>, std::vector<gate_rows>, std::int64_t,
                      std::int64_t>(),
             py::arg("cell"), py::arg("weights"), py::arg("rows"), py::arg("units"), py::arg("block_bytes"))
        .def_property_readonly("steps", &StackChain::steps);
}

}  // namespace rhochain::python
