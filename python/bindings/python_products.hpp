// Products that Python functions compute.
#pragma once

#include "bindings.hpp"
#include "interrupts.hpp"

#include <rhochain/storage/block.hpp>

#include <cstdint>
#include <functional>

namespace rhochain::python {

// Models linear_operator; the GIL is taken for the call alone. The functions are borrowed.
class python_products {
public:
    // How a product is called (interrupts.hpp).
    using caller = void (*)(const std::function<void()>& product);

    python_products(std::int64_t rows, std::int64_t cols, py::handle matmat, py::handle rmatmat,
                    caller call_product = call_through_interrupt)
        : rows_(rows), cols_(cols), matmat_(matmat), rmatmat_(rmatmat), call_product_(call_product) {}

    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t cols() const { return cols_; }
    [[nodiscard]] bool has_adjoint() const { return !rmatmat_.is_none(); }
    void apply(const_block X, mutable_block Y) const { call(matmat_, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { call(rmatmat_, X, Y); }

private:
    void call(py::handle product, const_block X, mutable_block Y) const;

    std::int64_t rows_, cols_;
    py::handle matmat_, rmatmat_;
    caller call_product_;
};

}  // namespace rhochain::python
