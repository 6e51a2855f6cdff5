// The body of row_product.hpp, included by one source file for each instruction set, which defines RHOCHAIN_ISA.
// What may be used here: instruction_set_scope.inl.
#include "instruction_set_scope.inl"
#include "row_product.hpp"

namespace rhochain::RHOCHAIN_ISA {
namespace {

// Most columns whose sums for two rows fit the registers beside a row of X.
#if defined(__AVX512F__)
constexpr std::int64_t widest = 16;
#elif defined(__AVX2__)
constexpr std::int64_t widest = 8;
#else
constexpr std::int64_t widest = 4;
#endif

// Entries ahead of those in work whose rows of X are asked for, into the second-level cache.
constexpr std::int64_t rows_ahead = 32;
// In long rows the entries of W themselves, a group at a time.
constexpr std::int64_t stream_ahead = 512;
constexpr std::int64_t group = 8;

// sum += f(w_p) times row j(p) of X.
template <std::int64_t B, class Scalar, class Index, class Map>
[[gnu::always_inline]] inline void add_entry(const row_product<Scalar, Index>& P, const Map& f, std::int64_t p,
                                             const double* X, bool ahead, piece<B>& sum) {
    if (ahead) {
        const std::int64_t q = p + rows_ahead < P.nnz ? p + rows_ahead : P.nnz - 1;
        ask_for<B>(X + static_cast<std::int64_t>(P.indices[q]) * P.b);
    }
    sum.add(f(static_cast<double>(P.values[p])), X + static_cast<std::int64_t>(P.indices[p]) * P.b);
}

template <std::int64_t B, class Scalar, class Index>
[[gnu::always_inline]] inline void store(const row_product<Scalar, Index>& P, std::int64_t i, std::int64_t j,
                                         const piece<B>& sum) {
    sum.store(P.Y + (i - P.first_row) * P.b + j);
}

// Columns j, ..., j + B - 1 of rows i and, if `pair`, i + 1: two sums at a time, since one waits for its own last
// addition.
template <std::int64_t B, class Scalar, class Index, class Map>
void add_rows(const row_product<Scalar, Index>& P, const Map& f, std::int64_t i, bool pair, std::int64_t j) {
    const double* X = P.X + j;
    const bool ahead = P.mode == fetch::ahead;
    std::int64_t p = P.indptr[i];
    const std::int64_t end = P.indptr[i + 1];
    piece<B> first = {};
    if (!pair) {
        for (; p + group <= end; p += group) {
            __builtin_prefetch(P.values + p + stream_ahead, 0, 1);
            __builtin_prefetch(P.indices + p + stream_ahead, 0, 1);
#pragma GCC unroll 8
            for (std::int64_t k = 0; k < group; ++k) add_entry<B>(P, f, p + k, X, ahead, first);
        }
        for (; p < end; ++p) add_entry<B>(P, f, p, X, ahead, first);
        return store<B>(P, i, j, first);
    }
    piece<B> second = {};
    std::int64_t q = end;
    const std::int64_t second_end = P.indptr[i + 2];
    for (; p < end && q < second_end; ++p, ++q) {
        add_entry<B>(P, f, p, X, ahead, first);
        add_entry<B>(P, f, q, X, ahead, second);
    }
    for (; p < end; ++p) add_entry<B>(P, f, p, X, ahead, first);
    for (; q < second_end; ++q) add_entry<B>(P, f, q, X, ahead, second);
    store<B>(P, i, j, first);
    store<B>(P, i + 1, j, second);
}

// Rest columns are left when as many as are widest have been taken as often as possible.
template <std::int64_t Rest, class Scalar, class Index, class Map>
void add_all(const row_product<Scalar, Index>& P, const Map& f, std::int64_t first, std::int64_t last) {
    std::int64_t i = first;
    while (i < last) {
        // Of the second of two long rows nothing would have been asked for when it begins.
        const bool pair =
            i + 1 < last && (P.mode == fetch::on_demand || P.indptr[i + 2] - P.indptr[i] <= 2 * rows_ahead);
        std::int64_t j = 0;
        for (; j + widest <= P.b; j += widest) add_rows<widest>(P, f, i, pair, j);
        if constexpr (Rest > 0) add_rows<Rest>(P, f, i, pair, j);
        i += pair ? 2 : 1;
    }
}

template <class Scalar, class Index>
void map_and_add(const row_product<Scalar, Index>& P, std::int64_t first, std::int64_t last) {
    with_map(P.map, P.scale, [&](const auto& f) {
        with_rest<widest>(P.b, [&]<std::int64_t Rest>() { add_all<Rest>(P, f, first, last); });
    });
    leave_upper_halves();
}

}  // namespace

#define RHOCHAIN_DEFINE(Scalar, Index)                                                                     \
    void multiply_rows(const row_product<Scalar, Index>& product, std::int64_t first, std::int64_t last) { \
        map_and_add(product, first, last);                                                                 \
    }
RHOCHAIN_DEFINE(float, std::int32_t)
RHOCHAIN_DEFINE(float, std::int64_t)
RHOCHAIN_DEFINE(double, std::int32_t)
RHOCHAIN_DEFINE(double, std::int64_t)
#undef RHOCHAIN_DEFINE

}  // namespace rhochain::RHOCHAIN_ISA
