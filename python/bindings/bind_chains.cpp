#include "chain_calls.hpp"
#include "chain_slopes.hpp"

#include <rhochain/chains/activation.hpp>
#include <rhochain/chains/jacobian_chain.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rhochain::python {
namespace {

// Holds the matrix and the slopes for Python. A core chain lives as long as one call.
class JacobianChain {
public:
    JacobianChain(std::shared_ptr<Operator> W, std::shared_ptr<ChainSlopes> slopes, const std::string& form, double leak)
        : W_(std::move(W)), slopes_(std::move(slopes)), form_(convention_named(form)), leak_(leak) {
        // Refuses a bad shape or leak now rather than at the first product.
        with_chain(1, {}, [](const jacobian_chain&) {});
    }

    [[nodiscard]] std::int64_t steps() const { return slopes_->steps(); }

    [[nodiscard]] product_tuple product(direction d, const float64_array& x, int threads, const ProductCall& call) const {
        return run_product(x, call, [&](const_block X, ChainMonitor& monitor, const ChainRecording& recording) {
            ChainResult r;
            with_chain(threads, [&] { return monitor.poll(); }, [&](const jacobian_chain& P) {
                r = d == direction::forward ? P.jvp(X, std::ref(monitor), recording)
                                            : P.vjp(X, std::ref(monitor), recording);
            });
            return r;
        });
    }

    // (largest |slope| of each step done, interrupted)
    [[nodiscard]] std::pair<float64_array, bool> largest_slopes(int threads) const {
        const py::object none = py::none();
        ChainMonitor monitor(none);
        std::vector<double> largest;
        {
            const py::gil_scoped_release release;
            with_chain(threads, [&] { return monitor.poll(); },
                       [&](const jacobian_chain& P) { largest = P.largest_slopes(std::ref(monitor)); });
        }
        return {float64_array(static_cast<py::ssize_t>(largest.size()), largest.data()), monitor.interrupted()};
    }

    // A rollout asks `interrupt` between its steps.
    void with_chain(int threads, const std::function<bool()>& interrupt,
                    const std::function<void(const jacobian_chain&)>& body) const {
        W_->with_normalised(threads, [&](operator_ref A, int exponent) {
            const ChainOptions options{form_, leak_, exponent, threads};
            slopes_->with_source(A, options, interrupt,
                                 [&](const slope_source& source) { body(jacobian_chain(A, source, options)); });
        });
    }

private:
    std::shared_ptr<Operator> W_;
    std::shared_ptr<ChainSlopes> slopes_;
    convention form_;
    double leak_;
};

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

}  // namespace

void bind_chains(py::module_& m) {
    bind_activations(m);
    bind_chain_slopes(m);
    py::class_<JacobianChain> chain(m, "JacobianChain");
    bind_products(chain);
    bind_spectrum(chain);
    bind_norm(chain);
    bind_covariant_vectors(chain);
    chain
        .def(py::init<std::shared_ptr<Operator>, std::shared_ptr<ChainSlopes>, const std::string&, double>(),
             py::arg("W"), py::arg("slopes"), py::arg("convention"), py::arg("leak"))
        .def_property_readonly("steps", &JacobianChain::steps)
        .def("largest_slopes", &JacobianChain::largest_slopes, py::arg("threads"));
}

}  // namespace rhochain::python
