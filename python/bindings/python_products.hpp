// Products that Python functions compute.
#pragma once

#include "bindings.hpp"

#include <rhochain/storage/block.hpp>

#include <cstdint>

namespace rhochain::python {

// Models linear_operator; the GIL is taken for the call alone. The functions are borrowed.
class python_products {
public:
    python_products(std::int64_t rows, std::int64_t cols, py::handle matmat, py::handle rmatmat)
        : rows_(rows), cols_(cols), matmat_(matmat), rmatmat_(rmatmat) {}

    [[nodiscard]] std::int64_t rows() const { return rows_; }
    [[nodiscard]] std::int64_t cols() const { return cols_; }
    [[nodiscard]] bool has_adjoint() const { return !rmatmat_.is_none(); }
    void apply(const_block X, mutable_block Y) const { call(matmat_, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { call(rmatmat_, X, Y); }

private:
    static void call(py::handle product, const_block X, mutable_block Y);

    std::int64_t rows_, cols_;
    py::handle matmat_, rmatmat_;
};

}  // namespace rhochain::python
