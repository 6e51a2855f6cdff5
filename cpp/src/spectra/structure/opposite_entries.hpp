// The pairs of entries w_ij, w_ji of a square matrix, in one sweep over its rows: O(nnz) time, one number a vertex.
#pragma once

#include <rhochain/spectra/structure/components.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rhochain {

// Calls body(i, j, p, q) for the nonzero entries w_ij = value(p), i > j, and w_ji = value(q) inside each component c
// with open[c], and body(i, i, p, p) on the diagonal. open[c] becomes false, and the component is left, where body
// returns false or an entry has no nonzero one opposite; also where rows are not sorted right of the diagonal.
template <class Matrix, class Body>
void over_opposite_entries(const Matrix& W, const component_partition& P, std::vector<char>& open, const Body& body) {
    const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
    // The first entry of row j, right of the diagonal, without its pair.
    std::vector<std::int64_t> next(P.labels.size());
    const auto skip = [&](std::int64_t j) {
        std::int64_t& q = next[at(j)];
        while (q < W.row_end(j) &&
               (W.value(q) == 0 || W.column(q) <= j || P.labels[at(W.column(q))] != P.labels[at(j)]))
            ++q;
    };
    const auto add = [&](std::int64_t i, std::int64_t p) {
        const std::int64_t j = W.column(p);
        if (W.value(p) == 0 || j > i || P.labels[at(j)] != P.labels[at(i)]) return true;
        if (j == i) return static_cast<bool>(body(i, i, p, p));
        const std::int64_t q = next[at(j)];
        if (q == W.row_end(j) || W.column(q) != i || !body(i, j, p, q)) return false;
        ++next[at(j)];
        skip(j);
        return true;
    };
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        char& still = open[at(P.labels[at(i)])];
        next[at(i)] = still ? W.row_begin(i) : W.row_end(i);
        skip(i);
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i) && still; ++p) still = add(i, p);
    }
    for (std::int64_t i = 0; i < W.rows(); ++i)
        if (next[at(i)] < W.row_end(i)) open[at(P.labels[at(i)])] = 0;
}

}  // namespace rhochain
