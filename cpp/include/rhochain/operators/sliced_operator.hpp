// A = 2^-e W for a W (m x n) whose rows, and those of W^T, are shared out to ranks (rank_group.hpp), models
// entrywise_operator. e = 0 unless normalised().
//     Y = f(A) X,   Y = f(A)^T X:   each rank gathers all of X and makes its rows of Y.
// Every sum runs over a whole row, from its first entry to its last: a product has the bits of one process. A product
// that fails on one rank ends the call on all of them. Borrows its rows; cheap to copy.
// Memory of a rank: the layouts of both parts. Memory of a product: a block of n or m rows, once for all ranks of a
// machine; for each rank where there are several machines.
#pragma once

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/kernels/space/space.hpp>
#include <rhochain/operators/gathered_matrix.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/storage/buffer_pool.hpp>
#include <rhochain/storage/row_panels.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {

template <storage_scalar Scalar, index_integer Index>
class sliced_operator {
public:
    using rows_view = csr_view<Scalar, Index>;

    struct memory_limits {
        std::size_t layouts = 0;   // of both parts together, in this process
        std::size_t gathered = 0;  // of the whole matrix in the first rank, while its structure is computed
    };

    // (*) `rows` are the rows of W that `range` has in this process, `columns` the rows of W^T that `domain` has.
    // Throws std::invalid_argument on all ranks where a part is not valid or has another size.
    sliced_operator(const rows_view& rows, const rows_view& columns, const space& range, const space& domain,
                    memory_limits memory)
        : range_(range),
          domain_(domain),
          rows_(part(rows, range_, domain_, memory)),
          columns_(part(columns, domain_, range_, memory)),
          view_(rows),
          view_of_columns_(columns),
          memory_(memory),
          pool_(std::make_shared<buffer_pool>(memory.layouts)) {
        largest_ = range_.largest(rows_.summary().largest);
        const double smallest = rows_.summary().smallest;
        smallest_ = range_.least(smallest > 0.0 ? smallest : std::numeric_limits<double>::infinity());
        if (std::isinf(smallest_)) smallest_ = 0.0;
        row_terms_ = static_cast<std::int64_t>(range_.largest(static_cast<double>(rows_.row_terms())));
        column_terms_ = static_cast<std::int64_t>(range_.largest(static_cast<double>(columns_.row_terms())));
        nnz_ = range_.count(rows.nnz());
    }

    [[nodiscard]] std::int64_t rows() const { return range_.size(); }
    [[nodiscard]] std::int64_t cols() const { return domain_.size(); }
    // Of all ranks.
    [[nodiscard]] std::int64_t nnz() const { return nnz_; }
    [[nodiscard]] space range() const { return range_; }
    [[nodiscard]] space domain() const { return domain_; }
    [[nodiscard]] std::int64_t row_terms() const { return row_terms_; }
    [[nodiscard]] std::int64_t column_terms() const { return column_terms_; }
    [[nodiscard]] int threads() const { return range_.threads(); }
    [[nodiscard]] int exponent() const { return rows_.exponent(); }
    [[nodiscard]] bool lossless() const { return is_lossless(smallest_, exponent()); }

    void apply(const_block X, mutable_block Y) const { apply(entry_map::identity, X, Y); }
    void apply_adjoint(const_block X, mutable_block Y) const { apply_adjoint(entry_map::identity, X, Y); }
    void apply(entry_map f, const_block X, mutable_block Y) const { multiply(false, f, X, Y, nullptr); }
    void apply(entry_map f, const_block X, mutable_block Y, panel_task then) const { multiply(false, f, X, Y, &then); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y) const { multiply(true, f, X, Y, nullptr); }
    void apply_adjoint(entry_map f, const_block X, mutable_block Y, panel_task then) const {
        multiply(true, f, X, Y, &then);
    }

    [[nodiscard]] sliced_operator normalised() const {
        sliced_operator A = *this;
        const int e = normalising_exponent(largest_, smallest_);
        A.rows_ = rows_.with_exponent(e);
        A.columns_ = columns_.with_exponent(e);
        return A;
    }
    [[nodiscard]] sliced_operator with_threads(int threads) const {
        sliced_operator A = *this;
        A.range_ = range_.with_threads(resolve_threads(threads));
        A.domain_ = domain_.with_threads(resolve_threads(threads));
        A.rows_ = rows_.with_threads(threads);
        A.columns_ = columns_.with_threads(threads);
        return A;
    }
    [[nodiscard]] sliced_operator for_one_product() const {
        sliced_operator A = *this;
        A.rows_ = rows_.for_one_product();
        A.columns_ = columns_.for_one_product();
        return A;
    }

    [[nodiscard]] stored_entries own_rows() const { return {view_}; }
    [[nodiscard]] stored_entries own_columns() const { return {view_of_columns_}; }
    // Whether the whole matrix fits into the first rank.
    [[nodiscard]] bool gathers() const { return gathered_bytes(rows(), nnz_, sizeof(Scalar)) <= memory_.gathered; }
    // (*) W itself, without the exponent, in the first rank; nothing in the others.
    [[nodiscard]] std::optional<linear_map> gathered() const {
        return gathered_matrix(own_rows(), range_, nnz_, memory_.layouts);
    }

    [[nodiscard]] std::shared_ptr<buffer_pool> pool() const { return pool_; }
    [[nodiscard]] std::size_t prepared_bytes() const { return rows_.prepared_bytes() + columns_.prepared_bytes(); }

private:
    using part_operator = sparse_operator<Scalar, Index>;

    // (*)
    [[nodiscard]] static part_operator part(const rows_view& rows, const space& S, const space& columns,
                                            memory_limits memory) {
        const auto valid = [&] {
            if (rows.rows() != S.length() || rows.cols() != columns.size())
                throw std::invalid_argument("rows: got " + std::to_string(rows.rows()) + " x " +
                                            std::to_string(rows.cols()) + ", expected " + std::to_string(S.length()) +
                                            " x " + std::to_string(columns.size()));
            validate(rows);
        };
        S.attempt(valid);
        static_cast<void>(S.any(false));
        return part_operator(rows, S.threads()).prepared(memory.layouts / 2);
    }

    void multiply(bool adjoint, entry_map f, const_block X, mutable_block Y, const panel_task* then) const {
        const part_operator& part = adjoint ? columns_ : rows_;
        const space& of_X = adjoint ? range_ : domain_;
        const space& of_Y = adjoint ? domain_ : range_;
        std::optional<buffer_pool::lease> memory;
        const const_block whole = assembled(of_X, X, memory);
        if (Y.rows == 0) return;
        of_X.attempt([&] {
            if (then == nullptr) return part.apply(f, whole, Y);
            // The height of a panel follows from the rows of the matrix: those of a small part are lower.
            if (panel_rows(Y.rows) == of_Y.panel_rows()) return part.apply(f, whole, Y, *then);
            part.apply(f, whole, Y);
            over_panels(of_Y, Y.size(),
                        [&](std::int64_t first, std::int64_t last) { (*then)(first, last, Y.row(first)); });
        });
    }

    // (*) All of X, in memory of these ranks or in a buffer of `memory`.
    [[nodiscard]] const_block assembled(const space& S, const_block X,
                                        std::optional<buffer_pool::lease>& memory) const {
        const std::span<const double> shared = S.assembled_shared(X.flat(), X.columns, *shared_);
        if (!shared.empty()) return {shared.data(), S.size(), X.columns};
        const std::int64_t numbers = S.size() * X.columns;
        memory.emplace(pool_, static_cast<std::size_t>(numbers) * sizeof(double));
        const mutable_block whole(memory->template as<double>(), S.size(), X.columns);
        S.assemble(X.flat(), X.columns, whole.flat());
        return whole;
    }

    space range_;
    space domain_;
    part_operator rows_;
    part_operator columns_;
    rows_view view_;
    rows_view view_of_columns_;
    memory_limits memory_;
    std::shared_ptr<buffer_pool> pool_;
    std::shared_ptr<shared_vector> shared_ = std::make_shared<shared_vector>();
    double largest_ = 0.0;
    double smallest_ = 0.0;
    std::int64_t row_terms_ = 0;
    std::int64_t column_terms_ = 0;
    std::int64_t nnz_ = 0;
};

}  // namespace rhochain
