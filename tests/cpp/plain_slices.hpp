// A matrix W (m x n) whose rows, and those of W^T, are shared out to ranks (thread_ranks.hpp), models
// entrywise_operator:
//     Y = f(W) X,   Y = f(W)^T X
// each rank makes its rows of Y from all of X. Every sum runs over a whole row, from its first entry to its last: the
// bits of a product are those of one process. A product that fails on one rank ends the call on all of them.
#pragma once

#include "thread_ranks.hpp"

#include <rhochain/kernels/products/spmm.hpp>
#include <rhochain/operators/stored_operator.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace thread_ranks {

class plain_slices {
public:
    using matrix = rhochain::csr<double, std::int32_t>;

    plain_slices(const matrix& W, const slices& s)
        : slices_(s),
          domain_(s.of(W.n_cols)),
          range_(s.of(W.n_rows)),
          rows_(std::make_shared<const matrix>(rows_of(W, range_))),
          columns_(std::make_shared<const matrix>(rows_of(transpose(W.view()), domain_))) {
        const rhochain::entry_summary summary = rhochain::summarise(W.view(), 1);
        row_terms_ = summary.row_terms;
        column_terms_ = summary.column_terms;
    }

    // Called by this rank before each of its products; what it throws is a failure of the product.
    void before_products(std::function<void()> call) { before_ = std::move(call); }

    [[nodiscard]] std::int64_t rows() const { return range_.size(); }
    [[nodiscard]] std::int64_t cols() const { return domain_.size(); }
    [[nodiscard]] rhochain::space domain() const { return domain_; }
    [[nodiscard]] rhochain::space range() const { return range_; }
    [[nodiscard]] std::int64_t row_terms() const { return row_terms_; }
    [[nodiscard]] std::int64_t column_terms() const { return column_terms_; }
    [[nodiscard]] bool lossless() const { return true; }
    [[nodiscard]] int threads() const { return 1; }
    [[nodiscard]] plain_slices with_threads(int) const { return *this; }

    void apply(rhochain::const_block X, rhochain::mutable_block Y) const { apply(rhochain::entry_map::identity, X, Y); }
    void apply_adjoint(rhochain::const_block X, rhochain::mutable_block Y) const {
        apply_adjoint(rhochain::entry_map::identity, X, Y);
    }
    void apply(rhochain::entry_map f, rhochain::const_block X, rhochain::mutable_block Y) const {
        multiply(*rows_, f, X, domain_, Y);
    }
    void apply_adjoint(rhochain::entry_map f, rhochain::const_block X, rhochain::mutable_block Y) const {
        multiply(*columns_, f, X, range_, Y);
    }

private:
    [[nodiscard]] static matrix rows_of(const matrix& W, const rhochain::space& S) {
        matrix part{S.length(), W.n_cols, {0}, {}, {}};
        const auto first = static_cast<std::size_t>(S.first());
        const std::int32_t before = W.indptr[first];
        for (std::size_t i = 1; i <= static_cast<std::size_t>(S.length()); ++i)
            part.indptr.push_back(W.indptr[first + i] - before);
        part.indices.assign(W.indices.begin() + before, W.indices.begin() + before + part.indptr.back());
        part.values.assign(W.values.begin() + before, W.values.begin() + before + part.indptr.back());
        return part;
    }

    void multiply(const matrix& part, rhochain::entry_map f, rhochain::const_block X, const rhochain::space& of_X,
                  rhochain::mutable_block Y) const {
        const std::vector<double> whole = whole_block(X, slices_, of_X.size());
        of_X.attempt([&] {
            if (before_) before_();
            rhochain::spmm(part.view(), f, 1.0, {whole.data(), of_X.size(), X.columns}, Y, 1);
        });
    }

    slices slices_;
    rhochain::space domain_;
    rhochain::space range_;
    std::shared_ptr<const matrix> rows_;
    std::shared_ptr<const matrix> columns_;
    std::int64_t row_terms_ = 0;
    std::int64_t column_terms_ = 0;
    std::function<void()> before_;
};

}  // namespace thread_ranks
