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

slope_source make_slopes(row_source rows, const std::optional<std::string>& name, std::optional<double> parameter,
                         convention form, double leak) {
    if (!name) return slope_source::of_slopes(std::move(rows));
    const activation f(*name, parameter);
    if (form == convention::pre) return slope_source::of_states(std::move(rows), f);
    return slope_source::of_outputs(std::move(rows), f, leak);
}

class GivenRows : public ChainSlopes {
public:
    GivenRows(py::object rows, std::int64_t count, std::int64_t width, std::int64_t block_bytes,
              const std::optional<std::string>& name, std::optional<double> parameter, const std::string& form,
              double leak)
        : rows_(std::move(rows)),
          source_(make_slopes(make_rows(rows_, count, width, block_bytes), name, parameter, convention_named(form),
                              leak)) {}

    [[nodiscard]] std::int64_t steps() const override { return source_.steps(); }

    [[nodiscard]] slope_source source(const linear_map&, const ChainOptions&,
                                      const interrupt_function&) const override {
        return source_;
    }

private:
    py::object rows_;  // keeps alive what source_ borrows
    slope_source source_;
};

class Rollout : public ChainSlopes {
public:
    Rollout(const float64_array& start, std::int64_t steps, py::object inputs, std::int64_t input_width,
            std::shared_ptr<Operator> input_weights, const float64_array& bias, double noise, std::uint64_t seed,
            const std::string& name, std::optional<double> parameter, std::int64_t memory)
        : start_(start.data(), start.data() + start.size()),
          steps_(steps),
          inputs_(std::move(inputs)),
          input_weights_(std::move(input_weights)),
          sigma_(name, parameter),
          memory_(memory) {
        if (!inputs_.is_none()) options_.inputs = make_rows(inputs_, steps, input_width, memory / 8);
        options_.bias.assign(bias.data(), bias.data() + bias.size());
        options_.noise = noise;
        options_.seed = seed;
    }

    [[nodiscard]] std::int64_t steps() const override { return steps_; }

    [[nodiscard]] slope_source source(const linear_map& W, const ChainOptions& options,
                                      const interrupt_function& interrupt) const override {
        RolloutOptions own = options_;
        if (input_weights_) own.input_weights = input_weights_->map().with(W.threads());
        auto trajectory = std::make_shared<const rollout>(make_rule(W, options.form, options.leak), sigma_, start_,
                                                          steps_, std::move(own));
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
    py::class_<ChainSlopes, std::shared_ptr<ChainSlopes>>(m, "ChainSlopes")
        .def_property_readonly("steps", &ChainSlopes::steps);
    py::class_<GivenRows, ChainSlopes, std::shared_ptr<GivenRows>>(m, "GivenRows")
        .def(py::init<py::object, std::int64_t, std::int64_t, std::int64_t, const std::optional<std::string>&,
                      std::optional<double>, const std::string&, double>(),
             py::arg("rows"), py::arg("count"), py::arg("width"), py::arg("block_bytes"), py::arg("activation"),
             py::arg("parameter"), py::arg("convention"), py::arg("leak"));
    py::class_<Rollout, ChainSlopes, std::shared_ptr<Rollout>>(m, "Rollout")
        .def(py::init<const float64_array&, std::int64_t, py::object, std::int64_t, std::shared_ptr<Operator>,
                      const float64_array&, double, std::uint64_t, const std::string&, std::optional<double>,
                      std::int64_t>(),
             py::kw_only(), py::arg("start"), py::arg("steps"), py::arg("inputs"), py::arg("input_width"),
             py::arg("input_weights"), py::arg("bias"), py::arg("noise"), py::arg("seed"), py::arg("activation"),
             py::arg("parameter"), py::arg("memory"));
}

}  // namespace rhochain::python
