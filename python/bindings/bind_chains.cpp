#include "chain_calls.hpp"
#include "chain_slopes.hpp"
#include "operators.hpp"

#include <rhochain/chains/jacobian_chain.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rhochain::python {
namespace {

class JacobianChain {
public:
    JacobianChain(std::shared_ptr<Operator> W, std::shared_ptr<ChainSlopes> slopes, const std::string& form,
                  const float64_array& leak, std::shared_ptr<Operator> linear, std::optional<double> linear_weight)
        : W_(std::move(W)),
          slopes_(std::move(slopes)),
          linear_(std::move(linear)),
          linear_weight_(linear_weight),
          form_(convention_named(form)),
          leak_(std::span(leak.data(), static_cast<std::size_t>(leak.size())), W_->map().domain()) {
        // Refuses a bad shape now rather than at the first product.
        steps_ = chain(1, {}).steps();
    }

    [[nodiscard]] std::int64_t steps() const { return steps_; }

    [[nodiscard]] jacobian_chain chain(int threads, const interrupt_function& interrupt) const {
        const linear_map W = W_->map().with(threads);
        ChainOptions options{.form = form_, .leak = leak_};
        if (linear_) options.linear = linear_part{linear_->map().with(threads), linear_weight_};
        return {W, slopes_->source(W, options, interrupt), options};
    }

    // (largest |slope| of each step done, interrupted)
    [[nodiscard]] std::pair<float64_array, bool> largest_slopes(int threads) const {
        ChainMonitor monitor;
        std::vector<double> largest;
        {
            const py::gil_scoped_release release;
            const jacobian_chain P = chain(threads, monitor.poll());
            largest = P.largest_slopes(std::ref(monitor));
            monitor.agree_on_interrupt(P.domain());
        }
        return {float64_array(static_cast<py::ssize_t>(largest.size()), largest.data()), monitor.interrupted()};
    }

private:
    std::shared_ptr<Operator> W_;
    std::shared_ptr<ChainSlopes> slopes_;
    std::shared_ptr<Operator> linear_;
    std::optional<double> linear_weight_;
    convention form_;
    neuron_leaks leak_;
    std::int64_t steps_ = 0;
};

}  // namespace

void bind_chains(py::module_& m) {
    py::class_<JacobianChain> chain(m, "JacobianChain");
    bind_measures(chain);
    chain
        .def(py::init<std::shared_ptr<Operator>, std::shared_ptr<ChainSlopes>, const std::string&, const float64_array&,
                      std::shared_ptr<Operator>, std::optional<double>>(),
             py::arg("W"), py::arg("slopes"), py::arg("convention"), py::arg("leak"), py::arg("linear"),
             py::arg("linear_weight"))
        .def_property_readonly("steps", &JacobianChain::steps)
        .def("largest_slopes", &JacobianChain::largest_slopes, py::arg("threads"));
}

}  // namespace rhochain::python
