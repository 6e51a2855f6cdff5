#include "chain_calls.hpp"
#include "chain_slopes.hpp"
#include "operators.hpp"

#include <rhochain/chains/jacobian_chain.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rhochain::python {
namespace {

class JacobianChain {
public:
    JacobianChain(std::shared_ptr<Operator> W, std::shared_ptr<ChainSlopes> slopes, const std::string& form,
                  double leak)
        : W_(std::move(W)), slopes_(std::move(slopes)), options_{.form = convention_named(form), .leak = leak} {
        // Refuses a bad shape or leak now rather than at the first product.
        static_cast<void>(chain(1, {}));
    }

    [[nodiscard]] std::int64_t steps() const { return slopes_->steps(); }

    [[nodiscard]] jacobian_chain chain(int threads, const interrupt_function& interrupt) const {
        const linear_map W = W_->map().with(threads);
        return {W, slopes_->source(W, options_, interrupt), options_};
    }

    // (largest |slope| of each step done, interrupted)
    [[nodiscard]] std::pair<float64_array, bool> largest_slopes(int threads) const {
        ChainMonitor monitor;
        std::vector<double> largest;
        {
            const py::gil_scoped_release release;
            largest = chain(threads, monitor.poll()).largest_slopes(std::ref(monitor));
        }
        return {float64_array(static_cast<py::ssize_t>(largest.size()), largest.data()), monitor.interrupted()};
    }

private:
    std::shared_ptr<Operator> W_;
    std::shared_ptr<ChainSlopes> slopes_;
    ChainOptions options_;
};

}  // namespace

void bind_chains(py::module_& m) {
    py::class_<JacobianChain> chain(m, "JacobianChain");
    bind_measures(chain);
    chain
        .def(py::init<std::shared_ptr<Operator>, std::shared_ptr<ChainSlopes>, const std::string&, double>(),
             py::arg("W"), py::arg("slopes"), py::arg("convention"), py::arg("leak"))
        .def_property_readonly("steps", &JacobianChain::steps)
        .def("largest_slopes", &JacobianChain::largest_slopes, py::arg("threads"));
}

}  // namespace rhochain::python
