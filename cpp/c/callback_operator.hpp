// A matrix known by products of the caller (rhochain_operator), models entrywise_operator:
//     Y = f(A) X, Y = f(A)^T X.
// With row_terms = 0 the products with |A| and A o A do not exist, and modulus() says so.
#pragma once

#include "guard.hpp"

#include <rhochain/operators/linear_operator.hpp>
#include <rhochain.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace rhochain::c {

class callback_operator {
public:
    explicit callback_operator(const rhochain_operator& products) : products_(std::make_shared<owned>(products)) {}

    // From now on `release` is called when the last copy is gone.
    void keep() const { products_->kept = true; }

    [[nodiscard]] std::int64_t rows() const { return products_->rows; }
    [[nodiscard]] std::int64_t cols() const { return products_->cols; }
    [[nodiscard]] std::int64_t row_terms() const { return products_->row_terms; }
    [[nodiscard]] std::int64_t column_terms() const { return products_->column_terms; }
    [[nodiscard]] moduli modulus() const { return products_->row_terms > 0 ? moduli::exact : moduli::none; }

    void apply(const_block X, mutable_block Y) const { call(entry_map::identity, false, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { call(entry_map::identity, true, X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const { call(f, false, X, Y); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const { call(f, true, X, Y); }

private:
    static rhochain_map of(entry_map f) {
        return f == entry_map::identity   ? RHOCHAIN_IDENTITY
               : f == entry_map::absolute ? RHOCHAIN_ABSOLUTE
                                          : RHOCHAIN_SQUARED;
    }

    void call(entry_map f, bool transposed, const_block X, mutable_block Y) const {
        const std::string side = transposed ? "W^T x" : "W x";
        const int failed = products_->apply(products_->context, of(f), transposed ? 1 : 0, X.columns, X.data, Y.data);
        if (failed != 0) throw callback_failure("apply: the product " + side + " returned " + std::to_string(failed));
        for (std::int64_t i = 0; i < Y.size(); ++i)
            if (!std::isfinite(Y.data[i]))
                throw callback_failure("apply: the product " + side + " gave NaN or Inf at row " +
                                       std::to_string(i / Y.columns) + ", column " + std::to_string(i % Y.columns));
    }

    struct owned : rhochain_operator {
        explicit owned(const rhochain_operator& products) : rhochain_operator(products) {}
        owned(const owned&) = delete;
        owned& operator=(const owned&) = delete;
        ~owned() {
            if (kept && release != nullptr) release(context);
        }

        bool kept = false;
    };

    std::shared_ptr<owned> products_;
};

}  // namespace rhochain::c
