// The part of a square matrix that one rank has (thread_ranks.hpp), as a map of the library.
#pragma once

#include "thread_ranks.hpp"

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/operators/sliced_operator.hpp>
#include <rhochain/storage/csr.hpp>

#include <cstddef>
#include <cstdint>

namespace thread_ranks {

using square_matrix = rhochain::csr<double, std::int32_t>;

[[nodiscard]] inline square_matrix rows_of(const square_matrix& W, const rhochain::space& S) {
    square_matrix part{S.length(), W.n_cols, {0}, {}, {}};
    const std::int32_t before = W.indptr[static_cast<std::size_t>(S.first())];
    for (std::int64_t i = 1; i <= S.length(); ++i)
        part.indptr.push_back(W.indptr[static_cast<std::size_t>(S.first() + i)] - before);
    part.indices.assign(W.indices.begin() + before, W.indices.begin() + before + part.indptr.back());
    part.values.assign(W.values.begin() + before, W.values.begin() + before + part.indptr.back());
    return part;
}

// It owns its rows. `gathered` bytes are allowed for the whole matrix in the first rank.
class part_of_rank {
public:
    part_of_rank(const square_matrix& W, const slices& s, std::size_t gathered)
        : S_(s.of(W.n_rows)),
          rows_(rows_of(W, S_)),
          columns_(rows_of(transpose(W.view()), S_)),
          map_(rhochain::sliced_operator<double, std::int32_t>(rows_.view(), columns_.view(), S_, S_, {0, gathered})) {}

    [[nodiscard]] const rhochain::linear_map& map() const { return map_; }

private:
    rhochain::space S_;
    square_matrix rows_, columns_;
    rhochain::linear_map map_;
};

}  // namespace thread_ranks
