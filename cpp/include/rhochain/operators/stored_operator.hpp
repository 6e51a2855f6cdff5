// The common part of sparse_operator and dense_operator, for a borrowed matrix W and A = 2^-e W: the extreme magnitudes
// of the entries, the number of terms in the longest row and column sum, the exponent e and principal parts.
#pragma once

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/storage/csr.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace rhochain {

struct entry_summary {
    double largest = 0.0;           // max |W_ij|
    double smallest = 0.0;          // min |W_ij| over W_ij != 0
    std::int64_t row_terms = 0;     // most entries other than 0 in a row: adding a zero does not round
    std::int64_t column_terms = 0;  // and in a column
};

namespace detail {

// Of the rows begin .. end - 1; count[j] entries other than 0 in column j.
template <class Matrix, class Count>
[[nodiscard]] entry_summary summarise_rows(const Matrix& W, std::int64_t begin, std::int64_t end,
                                           std::vector<Count>& count) {
    entry_summary s;
    s.smallest = std::numeric_limits<double>::infinity();
    count.assign(static_cast<std::size_t>(W.cols()), 0);
    for (std::int64_t i = begin; i < end; ++i) {
        std::int64_t terms = 0;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const double w = W.value(p);
            if (w == 0.0) continue;
            s.largest = std::max(s.largest, std::abs(w));
            s.smallest = std::min(s.smallest, std::abs(w));
            ++terms;
            ++count[static_cast<std::size_t>(W.column(p))];
        }
        s.row_terms = std::max(s.row_terms, terms);
    }
    return s;
}

template <class Count, class Matrix>
[[nodiscard]] entry_summary summarise_parts(const Matrix& W, int threads) {
    // So few parts that their counters take less memory than W.
    constexpr std::int64_t worth_sharing = 1 << 17;
    const std::int64_t most = W.nnz() / std::max<std::int64_t>(2 * W.cols(), worth_sharing);
    const std::int64_t parts = std::clamp<std::int64_t>(most, 1, threads);
    std::vector<entry_summary> own(static_cast<std::size_t>(parts));
    std::vector<std::vector<Count>> counts(own.size());
    parallel_for(threads, parts, [&](std::int64_t part) {
        const auto k = static_cast<std::size_t>(part);
        own[k] = summarise_rows(W, W.rows() * part / parts, W.rows() * (part + 1) / parts, counts[k]);
    });
    entry_summary s = own.front();
    for (const entry_summary& o : own) {
        s.largest = std::max(s.largest, o.largest);
        s.smallest = std::min(s.smallest, o.smallest);
        s.row_terms = std::max(s.row_terms, o.row_terms);
    }
    if (s.largest == 0.0) s.smallest = 0.0;
    for (std::size_t j = 0; j < counts.front().size(); ++j) {
        std::int64_t terms = 0;
        for (const auto& count : counts) terms += static_cast<std::int64_t>(count[j]);
        s.column_terms = std::max(s.column_terms, terms);
    }
    return s;
}

}  // namespace detail

// One pass over the entries. Memory: for each thread `cols` integers of 32 bits, or 64 where a column may need them;
// for several threads together no more than half the entries of W.
template <class Matrix>
[[nodiscard]] entry_summary summarise(const Matrix& W, int threads) {
    return W.rows() <= std::numeric_limits<std::int32_t>::max() ? detail::summarise_parts<std::int32_t>(W, threads)
                                                                : detail::summarise_parts<std::int64_t>(W, threads);
}

// W[C, C] without stored zeros: C = `members`, rising, and position[members[k]] = k.
template <index_integer Index, class Matrix>
[[nodiscard]] csr<typename Matrix::scalar_type, Index> principal_part(const Matrix& W,
                                                                      std::span<const std::int64_t> members,
                                                                      std::span<const std::int64_t> position) {
    const auto size = static_cast<std::int64_t>(members.size());
    csr<typename Matrix::scalar_type, Index> B{size, size, {0}, {}, {}};
    const auto place = [&](std::int64_t j) {
        const std::int64_t k = position[static_cast<std::size_t>(j)];
        return k < size && members[static_cast<std::size_t>(k)] == j ? k : -1;
    };
    for (const std::int64_t i : members) {
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const std::int64_t k = W.value(p) == 0 ? -1 : place(W.column(p));
            if (k < 0) continue;
            B.indices.push_back(static_cast<Index>(k));
            B.values.push_back(W.value(p));
        }
        B.indptr.push_back(static_cast<Index>(B.indices.size()));
    }
    return B;
}

// The exponent e that brings the largest number of a set, times 2^-e, near 1. It stays 0 while squares and sums are far
// from the ends of the float64 range, so that ordinary matrices are used as they are. Where the smallest, other than 0,
// would leave the normal range, e is the largest for which it stays within, if 2^200 then still bounds the largest.
[[nodiscard]] inline int normalising_exponent(double largest, double smallest) {
    constexpr int harmless = 200;
    constexpr int representable = 1000;
    constexpr int lowest = -1021;  // binary_exponent of the least normal number
    const int e = binary_exponent(largest);
    if (std::abs(e) <= harmless) return 0;
    const int gentle = std::min(e, binary_exponent(smallest) - lowest);
    return std::clamp(e - gentle <= harmless ? gentle : e, -representable, representable);
}

// Whether 2^-e keeps every bit of numbers of at least `smallest`.
[[nodiscard]] inline bool is_lossless(double smallest, int e) {
    return e <= 0 || smallest == 0.0 || std::ldexp(smallest, -e) >= std::numeric_limits<double>::min();
}

}  // namespace rhochain
