#include "python_products.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace rhochain::python {

void python_products::call(py::handle product, const_block X, mutable_block Y) const {
    const py::gil_scoped_acquire gil;
    if (product.is_none())
        throw std::invalid_argument("W: got an operator without rmatvec, expected the adjoint product too");
    float64_array Y_array;
    call_product_([&] { Y_array = float64_array::ensure(product(float64_array({X.rows, X.columns}, X.data))); });
    if (!Y_array || Y_array.size() != Y.size())
        throw std::invalid_argument("W: got a product of the wrong size, expected " + std::to_string(Y.rows) + " x " +
                                    std::to_string(Y.columns));
    std::copy_n(Y_array.data(), Y.size(), Y.data);
}

}  // namespace rhochain::python
