#include "bindings.hpp"

#include <rhochain/chains/trajectories/activation.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace rhochain::python {

void bind_activations(py::module_& m) {
    m.def("activations", [] {
        std::vector<std::tuple<std::string, double, bool>> all;
        for (const activation& f : all_activations()) all.emplace_back(f.name(), f.gain(), f.attained());
        return all;
    });
    m.def(
        "activation_gain",
        [](const std::string& name, std::optional<double> parameter) { return activation(name, parameter).gain(); },
        py::arg("name"), py::arg("parameter"));
    m.def(
        "activation_slope_range",
        [](const std::string& name, std::optional<double> parameter) {
            const activation f(name, parameter);
            return std::make_tuple(f.least_slope(), f.largest_slope());
        },
        py::arg("name"), py::arg("parameter"));
    m.def(
        "activation_slopes",
        [](const std::string& name, std::optional<double> parameter, const float64_array& states, bool from_output) {
            const activation f(name, parameter);
            if (states.ndim() != 1) throw py::value_error("states: expected a one-dimensional array");
            const auto n = static_cast<std::size_t>(states.size());
            float64_array slopes(states.size());
            const std::span<const double> x(states.data(), n);
            const std::span<double> s(slopes.mutable_data(), n);
            const py::gil_scoped_release release;
            from_output ? slopes_of_outputs(f, x, s) : slopes_of_inputs(f, x, s);
            return slopes;
        },
        py::arg("name"), py::arg("parameter"), py::arg("states"), py::arg("from_output"));
    m.def(
        "activation_values",
        [](const std::string& name, std::optional<double> parameter, const float64_array& x) {
            const activation f(name, parameter);
            const auto n = static_cast<std::size_t>(x.size());
            float64_array values(x.size());
            std::vector<double> slopes(n);
            const std::span<double> y(values.mutable_data(), n);
            const py::gil_scoped_release release;
            f.evaluate({x.data(), n}, y, slopes);
            return values;
        },
        py::arg("name"), py::arg("parameter"), py::arg("x"));
}

}  // namespace rhochain::python
