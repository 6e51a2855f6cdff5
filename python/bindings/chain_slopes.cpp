#include "chain_slopes.hpp"
#include "operators.hpp"

#include <rhochain/chains/trajectories/activation.hpp>
#include <rhochain/chains/trajectories/rollout.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace rhochain::python {

convention convention_named(const std::string& name) {
    if (name == "pre") return convention::pre;
    if (name == "post") return convention::post;
    throw py::value_error("convention: got \"" + name + "\", expected \"pre\" or \"post\"");
}

namespace {

class GivenRows : public ChainSlopes {
public:
    GivenRows(py::object rows, std::int64_t count, std::int64_t width, std::pair<std::int64_t, std::int64_t> columns,
              std::int64_t block_bytes, const std::optional<std::string>& name, std::optional<double> parameter)
        : given_(std::move(rows)),
          rows_(make_rows(given_, count, width, block_bytes, {columns.first, columns.second})) {
        if (name) sigma_.emplace(*name, parameter);
    }

    [[nodiscard]] slope_source source(const linear_map& W, const ChainOptions& options,
                                      const interrupt_function&) const override {
        if (!sigma_) return slope_source::of_slopes(rows_);
        if (options.form == convention::pre) return slope_source::of_states(rows_, *sigma_);
        return slope_source::of_outputs(rows_, *sigma_, make_rule(W, options.form, options.leak, options.linear));
    }

private:
    py::object given_;  // keeps alive what rows_ borrows
    row_source rows_;
    std::optional<activation> sigma_;  // of states
};

class Rollout : public ChainSlopes {
public:
    Rollout(const float64_array& start, std::int64_t steps, py::object inputs, std::int64_t input_width,
            std::pair<std::int64_t, std::int64_t> input_columns, std::shared_ptr<Operator> input_weights,
            const float64_array& bias, double noise, std::uint64_t seed, const std::string& name,
            std::optional<double> parameter, std::int64_t memory)
        : start_(start.data(), start.data() + start.size()),
          steps_(steps),
          inputs_(std::move(inputs)),
          input_weights_(std::move(input_weights)),
          sigma_(name, parameter),
          memory_(memory) {
        if (!inputs_.is_none())
            options_.inputs =
                make_rows(inputs_, steps, input_width, memory / 8, {input_columns.first, input_columns.second});
        options_.bias.assign(bias.data(), bias.data() + bias.size());
        options_.noise = noise;
        options_.seed = seed;
    }

    [[nodiscard]] slope_source source(const linear_map& W, const ChainOptions& options,
                                      const interrupt_function& interrupt) const override {
        RolloutOptions own = options_;
        if (input_weights_) own.input_weights = input_weights_->map().with(W.threads());
        auto trajectory = std::make_shared<const rollout>(make_rule(W, options.form, options.leak, options.linear),
                                                          sigma_, start_, steps_, std::move(own));
        return slope_source::of_rollout(std::move(trajectory), memory_, interrupt);
    }

private:
    std::vector<double> start_;
    std::int64_t steps_;
    py::object inputs_;  // keeps alive what the rows borrow
    std::shared_ptr<Operator> input_weights_;
    activation sigma_;
    std::int64_t memory_;
    RolloutOptions options_;  // without the input weights, whose threads are those of a call
};

}  // namespace

void bind_chain_slopes(py::module_& m) {
    py::class_<ChainSlopes, std::shared_ptr<ChainSlopes>>(m, "ChainSlopes");
    py::class_<GivenRows, ChainSlopes, std::shared_ptr<GivenRows>>(m, "GivenRows")
        .def(py::init<py::object, std::int64_t, std::int64_t, std::pair<std::int64_t, std::int64_t>, std::int64_t,
                      const std::optional<std::string>&, std::optional<double>>(),
             py::arg("rows"), py::arg("count"), py::arg("width"), py::arg("columns"), py::arg("block_bytes"),
             py::arg("activation"), py::arg("parameter"));
    py::class_<Rollout, ChainSlopes, std::shared_ptr<Rollout>>(m, "Rollout")
        .def(py::init<const float64_array&, std::int64_t, py::object, std::int64_t,
                      std::pair<std::int64_t, std::int64_t>, std::shared_ptr<Operator>, const float64_array&, double,
                      std::uint64_t, const std::string&, std::optional<double>, std::int64_t>(),
             py::kw_only(), py::arg("start"), py::arg("steps"), py::arg("inputs"), py::arg("input_width"),
             py::arg("input_columns"), py::arg("input_weights"), py::arg("bias"), py::arg("noise"), py::arg("seed"),
             py::arg("activation"), py::arg("parameter"), py::arg("memory"));
}

}  // namespace rhochain::python
