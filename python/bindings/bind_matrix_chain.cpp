#include "chain_calls.hpp"
#include "operators.hpp"

#include <rhochain/chains/matrix_chain.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rhochain::python {
namespace {

class MatrixChain {
public:
    explicit MatrixChain(std::vector<std::shared_ptr<Operator>> matrices) : matrices_(std::move(matrices)) {
        // Refuses a bad shape now rather than at the first product.
        static_cast<void>(chain(1, {}));
    }

    [[nodiscard]] std::int64_t steps() const { return static_cast<std::int64_t>(matrices_.size()); }

    [[nodiscard]] matrix_chain chain(int threads, const interrupt_function&) const {
        std::vector<linear_map> maps;
        maps.reserve(matrices_.size());
        for (const auto& J : matrices_) maps.push_back(J->map());
        if (!maps.empty()) maps.front() = maps.front().with(threads);
        return matrix_chain(maps);
    }

private:
    std::vector<std::shared_ptr<Operator>> matrices_;
};

}  // namespace

void bind_matrix_chain(py::module_& m) {
    py::class_<MatrixChain> chain(m, "MatrixChain");
    bind_measures(chain);
    chain.def(py::init<std::vector<std::shared_ptr<Operator>>>(), py::arg("matrices"))
        .def_property_readonly("steps", &MatrixChain::steps);
}

}  // namespace rhochain::python
