// The body of dense_product.hpp, included by one source file for each instruction set, which defines RHOCHAIN_ISA.
//
// Sums of a block's columns run from the first term to the last; that of a row with a single vector is eight
// interleaved ones. Neither order depends on the instruction set.
#include "dense_product.hpp"
#include "instruction_set_scope.inl"

namespace rhochain::RHOCHAIN_ISA {
namespace {

// Most columns whose sums, and what they read, fit the registers for four rows.
constexpr std::int64_t widest = 8;

// One row with one vector: eight interleaved sums.
template <class Scalar, class Map>
double row_product(const Scalar* w, const double* x, std::int64_t n, const Map& f) {
    constexpr std::int64_t lanes = 8;
    double partial[lanes] = {};
    std::int64_t j = 0;
    for (; j + lanes <= n; j += lanes)
        for (std::int64_t l = 0; l < lanes; ++l) partial[l] += f(static_cast<double>(w[j + l])) * x[j + l];
    for (std::int64_t l = 0; j < n; ++j, ++l) partial[l] += f(static_cast<double>(w[j])) * x[j];
    return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
           ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

// T columns, from c on, of Rows rows of Y, from i on: their sums stay in registers.
template <std::int64_t T, std::int64_t Rows, class Scalar, class Map>
void row_tile(const dense_product<Scalar>& P, const Map& f, std::int64_t i, std::int64_t c) {
    const Scalar* w = P.W + i * P.cols;
    const double* x = P.X + c;
    piece<T> total[static_cast<unsigned long>(Rows)] = {};
    for (std::int64_t j = 0; j < P.cols; ++j, x += P.b)
        for (std::int64_t r = 0; r < Rows; ++r) total[r].add(f(static_cast<double>(w[r * P.cols + j])), x);
    for (std::int64_t r = 0; r < Rows; ++r) total[r].store(P.Y + (i + r) * P.b + c);
}

template <std::int64_t Rows, class Scalar, class Map>
void row_tiles(const dense_product<Scalar>& P, const Map& f, std::int64_t i) {
    std::int64_t c = 0;
    for (; c + widest <= P.b; c += widest) row_tile<widest, Rows>(P, f, i, c);
    with_rest<widest>(P.b, [&]<std::int64_t Rest>() {
        if constexpr (Rest > 0) row_tile<Rest, Rows>(P, f, i, c);
    });
}

template <class Scalar, class Map>
void multiply(const dense_product<Scalar>& P, const Map& f, std::int64_t first, std::int64_t last) {
    std::int64_t i = first;
    if (P.b == 1) {
        for (; i < last; ++i) P.Y[i] = row_product(P.W + i * P.cols, P.X, P.cols, f);
        return;
    }
    for (; i + 4 <= last; i += 4) row_tiles<4>(P, f, i);
    for (; i < last; ++i) row_tiles<1>(P, f, i);
}

// Adds what Rows rows of W and X, from i on, give to rows first .. last - 1 of a Y of one column.
template <std::int64_t Rows, class Scalar, class Map>
void add_to_column(const dense_product<Scalar>& P, const Map& f, std::int64_t i, std::int64_t first,
                   std::int64_t last) {
    const Scalar* w = P.W + i * P.cols;
    const double* x = P.X + i;
    double* y = P.Y;
    constexpr std::int64_t piece_columns = 64;
    constexpr std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(Scalar));
    for (std::int64_t begin = first; begin < last; begin += piece_columns) {
        const std::int64_t end = begin + piece_columns < last ? begin + piece_columns : last;
        // A processor does not foresee that a strip goes on in the rows below.
        if (i + 2 * Rows <= P.rows)
            for (std::int64_t r = Rows; r < 2 * Rows; ++r)
                for (std::int64_t j = begin; j < end; j += line) __builtin_prefetch(w + r * P.cols + j, 0, 2);
        // Y is no part of W.
#pragma GCC ivdep
        for (std::int64_t j = begin; j < end; ++j) {
            double total = y[j];
            for (std::int64_t r = 0; r < Rows; ++r) total += f(static_cast<double>(w[r * P.cols + j])) * x[r];
            y[j] = total;
        }
    }
}

// The same for T columns of a block, from c on.
template <std::int64_t T, std::int64_t Rows, class Scalar, class Map>
void add_to_tile(const dense_product<Scalar>& P, const Map& f, std::int64_t i, std::int64_t c, std::int64_t first,
                 std::int64_t last) {
    const Scalar* w = P.W + i * P.cols;
    piece<T> x[static_cast<unsigned long>(Rows)];
    for (std::int64_t r = 0; r < Rows; ++r) x[r].load(P.X + (i + r) * P.b + c);
    for (std::int64_t j = first; j < last; ++j) {
        double* y = P.Y + j * P.b + c;
        piece<T> total;
        total.load(y);
        for (std::int64_t r = 0; r < Rows; ++r) total.add(f(static_cast<double>(w[r * P.cols + j])), x[r]);
        total.store(y);
    }
}

template <std::int64_t Rows, class Scalar, class Map>
void add_to_rows(const dense_product<Scalar>& P, const Map& f, std::int64_t i, std::int64_t first, std::int64_t last) {
    if (P.b == 1) return add_to_column<Rows>(P, f, i, first, last);
    std::int64_t c = 0;
    for (; c + widest <= P.b; c += widest) add_to_tile<widest, Rows>(P, f, i, c, first, last);
    with_rest<widest>(P.b, [&]<std::int64_t Rest>() {
        if constexpr (Rest > 0) add_to_tile<Rest, Rows>(P, f, i, c, first, last);
    });
}

template <class Scalar, class Map>
void multiply_adjoint(const dense_product<Scalar>& P, const Map& f, std::int64_t first, std::int64_t last) {
    for (std::int64_t p = first * P.b; p < last * P.b; ++p) P.Y[p] = 0.0;
    std::int64_t i = 0;
    // More rows at once spare reads and writes of Y; the sums of a block would not fit the registers.
    if (P.b == 1)
        for (; i + 8 <= P.rows; i += 8) add_to_column<8>(P, f, i, first, last);
    for (; i + 4 <= P.rows; i += 4) add_to_rows<4>(P, f, i, first, last);
    for (; i < P.rows; ++i) add_to_rows<1>(P, f, i, first, last);
}

}  // namespace

#define RHOCHAIN_DEFINE(Scalar)                                                                                  \
    void multiply_rows(const dense_product<Scalar>& product, std::int64_t first, std::int64_t last) {            \
        with_map(product.map, product.scale, [&](const auto& f) { multiply(product, f, first, last); });         \
        leave_upper_halves();                                                                                    \
    }                                                                                                            \
    void multiply_adjoint_rows(const dense_product<Scalar>& product, std::int64_t first, std::int64_t last) {    \
        with_map(product.map, product.scale, [&](const auto& f) { multiply_adjoint(product, f, first, last); }); \
        leave_upper_halves();                                                                                    \
    }
RHOCHAIN_DEFINE(float)
RHOCHAIN_DEFINE(double)
#undef RHOCHAIN_DEFINE

}  // namespace rhochain::RHOCHAIN_ISA
