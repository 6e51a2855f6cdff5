#include "bindings.hpp"
#include "operators.hpp"

#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/low_rank_update.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rhochain::python {
namespace {

class LowRankOperator : public Operator {
    using Operator::Operator;
};

const_block factor_block(const float64_array& F, const char* name) {
    if (F.ndim() != 2) throw py::value_error(std::string(name) + ": expected two dimensions");
    return {F.data(), F.shape(0), F.shape(1)};
}

// W outlives the operator; U and V are copied.
std::shared_ptr<LowRankOperator> make_low_rank(const std::shared_ptr<Operator>& W, const float64_array& U,
                                               const float64_array& V_transposed) {
    const const_block left = factor_block(U, "U"), right = factor_block(V_transposed, "V");
    std::optional<low_rank_update> A;
    {
        const py::gil_scoped_release release;
        A.emplace(W->map(), as_block(left), as_block(right));
    }
    const std::size_t bytes = A->factor_bytes() + W->copied_bytes();
    return std::make_shared<LowRankOperator>(*std::move(A), py::cast(W), bytes);
}

}  // namespace

void bind_low_rank(py::module_& m) {
    py::class_<LowRankOperator, Operator, std::shared_ptr<LowRankOperator>>(m, "LowRankOperator")
        .def(py::init(&make_low_rank), py::arg("W"), py::arg("U"), py::arg("V_transposed"));
}

}  // namespace rhochain::python
