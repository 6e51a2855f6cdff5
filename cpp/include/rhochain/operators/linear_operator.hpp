// A linear operator A: R^cols -> R^rows is anything that offers
//     rows(), cols(),  apply(X, Y): Y = A X,  apply_adjoint(X, Y): Y = A^T X
// on row-major blocks (block.hpp). One that also offers products with the entrywise images |A| and A o A
// (entry_map.hpp), and the largest number of terms in a row and a column sum, models `entrywise_operator`:
// only such a one can carry PROVED bounds. An operator that stands for another up to rounding says so by lossless().
// One that can hand on each panel of a product as soon as it is there takes a panel_task as well (fusing_operator), and one that
// may read its matrix once for a product with A and one with A^T says so by one_sweep() (sweeping_operator).
#pragma once

#include <rhochain/kernels/entry_map.hpp>
#include <rhochain/kernels/panel_task.hpp>
#include <rhochain/storage/block.hpp>

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace rhochain {

template <class A>
concept linear_operator = requires(const A& a, const_block x, mutable_block y) {
    { a.rows() } -> std::convertible_to<std::int64_t>;
    { a.cols() } -> std::convertible_to<std::int64_t>;
    a.apply(x, y);
    a.apply_adjoint(x, y);
};

template <class A>
concept entrywise_operator = linear_operator<A> && requires(const A& a, const_block x, mutable_block y, entry_map f) {
    a.apply(f, x, y);
    a.apply_adjoint(f, x, y);
    { a.row_terms() } -> std::convertible_to<std::int64_t>;
    { a.column_terms() } -> std::convertible_to<std::int64_t>;
};

template <class A>
concept fusing_operator =
    entrywise_operator<A> && requires(const A& a, entry_map f, const_block x, mutable_block y, panel_task then) {
        a.apply(f, x, y, then);
        a.apply_adjoint(f, x, y, then);
    };

template <class A>
concept sweeping_operator = fusing_operator<A> && requires(const A& a, const_block x, mutable_block y, panel_task between) {
    { a.one_sweep() } -> std::convertible_to<bool>;
    a.apply_both(x, y, y, between);
};

// A borrowed operator of any type: solvers are compiled once, for this one. The operator must outlive it.
class operator_ref {
public:
    template <linear_operator A>
        requires(!std::same_as<A, operator_ref>)
    operator_ref(const A& a) : object_(&a), table_(&table_of<A>) {}

    [[nodiscard]] std::int64_t rows() const { return table_->rows(object_); }
    [[nodiscard]] std::int64_t cols() const { return table_->cols(object_); }
    void apply(const_block X, mutable_block Y) const { table_->apply(object_, entry_map::identity, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const {
        table_->apply_adjoint(object_, entry_map::identity, X, Y);
    }

    // f(A) X or f(A)^T X, each panel of it to `then`: as soon as it is there or, by `threads`, after the product. Room for
    // the whole is in Y, whose content is nothing to rely on but may be written by `then`, in the rows of its panel.
    // f is the identity unless entrywise().
    void apply(entry_map f, const_block X, mutable_block Y, int threads, panel_task then) const {
        if (table_->apply_then != nullptr) return table_->apply_then(object_, f, X, Y, then);
        table_->apply(object_, f, X, Y);
        hand_on(Y, threads, then);
    }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y, int threads, panel_task then) const {
        if (table_->apply_adjoint_then != nullptr) return table_->apply_adjoint_then(object_, f, X, Y, then);
        table_->apply_adjoint(object_, f, X, Y);
        hand_on(Y, threads, then);
    }

    // Y = A X, each panel of it to `between`, which may change it where it lies, and Z = A^T Y of what that leaves.
    void apply_both(const_block X, mutable_block Y, mutable_block Z, int threads, panel_task between) const {
        if (one_sweep()) return table_->apply_both(object_, X, Y, Z, between);
        apply(X, Y);
        hand_on(Y, threads, between);
        apply_adjoint(Y, Z);
    }
    // Whether that reads the matrix once instead of twice.
    [[nodiscard]] bool one_sweep() const { return table_->one_sweep != nullptr && table_->one_sweep(object_); }

    // Whether the entries are those of the matrix it stands for, to the last bit.
    [[nodiscard]] bool lossless() const { return table_->lossless(object_); }

    // The four below require entrywise().
    [[nodiscard]] bool entrywise() const { return table_->row_terms != nullptr; }
    void apply(entry_map f, const_block X, mutable_block Y) const { table_->apply(object_, f, X, Y); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const {
        table_->apply_adjoint(object_, f, X, Y);
    }
    [[nodiscard]] std::int64_t row_terms() const { return table_->row_terms(object_); }
    [[nodiscard]] std::int64_t column_terms() const { return table_->column_terms(object_); }

private:
    struct operations {
        std::int64_t (*rows)(const void*);
        std::int64_t (*cols)(const void*);
        void (*apply)(const void*, entry_map, const_block, mutable_block);
        void (*apply_adjoint)(const void*, entry_map, const_block, mutable_block);
        void (*apply_then)(const void*, entry_map, const_block, mutable_block, panel_task);
        void (*apply_adjoint_then)(const void*, entry_map, const_block, mutable_block, panel_task);
        void (*apply_both)(const void*, const_block, mutable_block, mutable_block, panel_task);
        bool (*one_sweep)(const void*);
        std::int64_t (*row_terms)(const void*);
        std::int64_t (*column_terms)(const void*);
        bool (*lossless)(const void*);
    };

    template <class A>
    static const A& as(const void* object) {
        return *static_cast<const A*>(object);
    }

    template <class A>
    static constexpr operations make_table() {
        operations t{};
        t.rows = [](const void* o) { return static_cast<std::int64_t>(as<A>(o).rows()); };
        t.cols = [](const void* o) { return static_cast<std::int64_t>(as<A>(o).cols()); };
        t.lossless = []([[maybe_unused]] const void* o) {
            if constexpr (requires(const A& a) { a.lossless(); })
                return static_cast<bool>(as<A>(o).lossless());
            else
                return true;
        };
        if constexpr (entrywise_operator<A>) {
            t.apply = [](const void* o, entry_map f, const_block X, mutable_block Y) { as<A>(o).apply(f, X, Y); };
            t.apply_adjoint = [](const void* o, entry_map f, const_block X, mutable_block Y) {
                as<A>(o).apply_adjoint(f, X, Y);
            };
            t.row_terms = [](const void* o) { return static_cast<std::int64_t>(as<A>(o).row_terms()); };
            t.column_terms = [](const void* o) { return static_cast<std::int64_t>(as<A>(o).column_terms()); };
        } else {
            t.apply = [](const void* o, entry_map, const_block X, mutable_block Y) { as<A>(o).apply(X, Y); };
            t.apply_adjoint = [](const void* o, entry_map, const_block X, mutable_block Y) {
                as<A>(o).apply_adjoint(X, Y);
            };
        }
        if constexpr (fusing_operator<A>) {
            t.apply_then = [](const void* o, entry_map f, const_block X, mutable_block Y, panel_task then) {
                as<A>(o).apply(f, X, Y, then);
            };
            t.apply_adjoint_then = [](const void* o, entry_map f, const_block X, mutable_block Y, panel_task then) {
                as<A>(o).apply_adjoint(f, X, Y, then);
            };
        }
        if constexpr (sweeping_operator<A>) {
            t.one_sweep = [](const void* o) { return static_cast<bool>(as<A>(o).one_sweep()); };
            t.apply_both = [](const void* o, const_block X, mutable_block Y, mutable_block Z, panel_task between) {
                as<A>(o).apply_both(X, Y, Z, between);
            };
        }
        return t;
    }

    template <class A>
    static constexpr operations table_of = make_table<A>();

    const void* object_;
    const operations* table_;
};

// Throws std::invalid_argument unless A is square.
inline void require_square(operator_ref A, const char* what) {
    if (A.rows() != A.cols())
        throw std::invalid_argument(std::string("W: got shape (") + std::to_string(A.rows()) + ", " +
                                    std::to_string(A.cols()) + "), expected a square matrix, as " + what +
                                    " is defined for square matrices only");
}

}  // namespace rhochain
