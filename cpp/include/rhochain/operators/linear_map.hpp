// A linear map A: domain() -> range() of any kind, the one type that solvers are compiled for. It owns its model
// (linear_operator.hpp) and is cheap to copy. It stands for the matrix W = 2^exponent() A.
//
//     linear_map A(W);                         // a csr_view, a sparse_operator, a dense_operator, any linear_operator
//     linear_map B = linear_map::borrowed(op); // op outlives it
//     A.with(2)                                // the same map, layouts and all, with two threads
#pragma once

#include <rhochain/kernels/space/space.hpp>
#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/operators/map_model.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace rhochain {

namespace detail {

template <class A>
class model_of;

template <class T>
concept has_operator = requires(const T& t) {
    { operator_of(t) } -> linear_operator;
};

}  // namespace detail

class linear_map {
public:
    template <linear_operator A>
        requires(!std::same_as<A, linear_map>)
    linear_map(A a) : linear_map(std::make_shared<const detail::model_of<A>>(std::move(a))) {}
    // Of a matrix that operator_of(W) takes, such as a csr_view.
    template <detail::has_operator View>
        requires(!linear_operator<View>)
    linear_map(const View& W) : linear_map(operator_of(W)) {}

    // The operator must outlive the map.
    template <linear_operator A>
    [[nodiscard]] static linear_map borrowed(const A& a) {
        return linear_map(std::make_shared<const detail::model_of<std::reference_wrapper<const A>>>(std::cref(a)));
    }
    template <linear_operator A>
    static linear_map borrowed(const A&& temporary) = delete;

    [[nodiscard]] const space& domain() const { return domain_; }
    [[nodiscard]] const space& range() const { return range_; }
    [[nodiscard]] std::int64_t rows() const { return range_.size(); }
    [[nodiscard]] std::int64_t cols() const { return domain_.size(); }
    [[nodiscard]] int threads() const { return domain_.threads(); }

    // The same map with so many threads; 0: those of the OpenMP runtime. Throws std::invalid_argument for fewer.
    [[nodiscard]] linear_map with(int threads) const;
    // 2^-e A, e = exponent(), its largest entry near 1; A itself if its entries are well within range, or unknown.
    [[nodiscard]] linear_map normalised() const { return rebound(model_->normalised()); }
    // For a single product, which uses existing layouts and makes none.
    [[nodiscard]] linear_map for_one_product() const { return rebound(model_->for_one_product()); }

    // Y = A X, Y = A^T X.
    void apply(block_in X, block_out Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(block_in X, block_out Y) const { apply_adjoint(entry_map::identity, X, Y); }
    // Y = f(A) X, Y = f(A)^T X, f(A) as modulus() says. f is the identity unless bounded().
    void apply(entry_map f, block_in X, block_out Y) const { model_->apply(false, f, X, Y, nullptr); }
    void apply_adjoint(entry_map f, block_in X, block_out Y) const { model_->apply(true, f, X, Y, nullptr); }

    // The same product, with each panel of it passed to `then`: as soon as the panel is computed, or after the product.
    // Y has the size of the product; afterwards only rows that `then` has written hold specified numbers.
    void apply(entry_map f, block_in X, block_out Y, panel_task then) const {
        if (!model_->apply(false, f, X, Y, &then)) hand_on(Y, range_, then);
    }
    void apply_adjoint(entry_map f, block_in X, block_out Y, panel_task then) const {
        if (!model_->apply(true, f, X, Y, &then)) hand_on(Y, domain_, then);
    }

    // Y = A X; `between` receives each panel of Y and may change it in place; then Z = A^T Y.
    void apply_both(block_in X, block_out Y, block_out Z, panel_task between) const {
        if (one_sweep()) return model_->apply_both(X, Y, Z, between);
        apply(X, Y);
        hand_on(Y, range_, between);
        apply_adjoint(Y, Z);
    }
    // Whether apply_both reads the matrix once instead of twice.
    [[nodiscard]] bool one_sweep() const { return model_->one_sweep(); }

    // Whether apply_adjoint works: a map known by its products may have those with A alone.
    [[nodiscard]] bool has_adjoint() const { return model_->has_adjoint(); }
    [[nodiscard]] moduli modulus() const { return model_->modulus(); }
    // Whether there are products with |A| and A o A, or with majorants of them, which PROVED upper bounds and the
    // rounding errors of products need.
    [[nodiscard]] bool bounded() const { return modulus() != moduli::none; }
    // Whether those are |A| and A o A themselves, which bounds of |A| from below and the graph of A need.
    [[nodiscard]] bool entrywise() const { return modulus() == moduli::exact; }
    // The most terms in the sum of a row, and of a column.
    [[nodiscard]] std::int64_t row_terms() const { return model_->row_terms(); }
    [[nodiscard]] std::int64_t column_terms() const { return model_->column_terms(); }
    // Whether A is 2^-exponent() W to the last bit.
    [[nodiscard]] bool lossless() const { return model_->lossless(); }
    [[nodiscard]] int exponent() const { return model_->exponent(); }

    // The matrix; null unless its entries are known and all in this process.
    [[nodiscard]] const stored_entries* entries() const { return model_->entries(); }
    // W[C, C] as a map on a space of its own, not normalised. C = `members`, rising; position[members[k]] = k. Nothing
    // if the model has no such part.
    [[nodiscard]] std::optional<linear_map> principal(std::span<const std::int64_t> members,
                                                      std::span<const std::int64_t> position) const;

    // The rows of the matrix that this rank has, where they are shared out to ranks, and the rows of its transpose:
    // each as a matrix of their own.
    [[nodiscard]] std::optional<stored_entries> own_rows() const { return model_->own_rows(); }
    [[nodiscard]] std::optional<stored_entries> own_columns() const { return model_->own_columns(); }
    // Whether there are own_rows(), and the first rank has memory for those of all ranks.
    [[nodiscard]] bool gathers() const { return model_->gathers(); }
    // (*) W = 2^exponent() A in the first rank, on a space of its own and not normalised; nothing in the others.
    // Requires gathers().
    [[nodiscard]] std::optional<linear_map> gathered() const { return model_->gathered(); }

    // Memory for results and for a call; null without any.
    [[nodiscard]] std::shared_ptr<buffer_pool> pool() const { return model_->pool(); }
    // Bytes of the layouts that exist.
    [[nodiscard]] std::size_t prepared_bytes() const { return model_->prepared_bytes(); }

private:
    explicit linear_map(std::shared_ptr<const detail::map_model> model);
    [[nodiscard]] linear_map rebound(std::shared_ptr<const detail::map_model> model) const;

    std::shared_ptr<const detail::map_model> model_;
    space domain_;
    space range_;
};

// Throws std::invalid_argument unless A is square.
void require_square(const linear_map& A, const char* what);

}  // namespace rhochain

#include <rhochain/operators/model_of_operator.hpp>
