// The loops of real_schur.hpp and block_diagonal.hpp, compiled once for each instruction set. Matrices are row-major;
// `stride` numbers lie between the beginnings of two rows. No inline functions: see products/slice_product.hpp.
//
// Every entry sees the same operations in the same order whatever the instruction set; a dot product is eight
// interleaved sums.
#pragma once

#include <cstdint>

namespace rhochain {

// I - t (1, v1, v2): on three neighbouring rows or columns.
struct reflection {
    double v1, v2;
    double t0, t1, t2;
};

// `count` reflections, the k-th on the lines k, k + 1, k + 2 from the first of M on; the last one on two lines alone if
// `short_last`, and then its v2 = t2 = 0.
struct reflection_chain {
    const reflection* first;
    std::int64_t count;
    bool short_last;
};

// A <- A - p y^T - x q^T, then w = A v and z^T = v^T A, for `rows` rows and the columns first .. last - 1 of A, q, v, y
// and z. A multiple of 8 columns.
struct two_sided_pass {
    double* A;
    std::int64_t stride, rows, first, last;
    const double *p, *y, *x, *q, *v;
    double *w, *z;
};

// Three lines of `length` neighbours each: s = (e0 x1 + e1 x2) + x0, then x0 -= tau s, x1 -= e0 (tau s), x2 -= e1 (tau
// s).
struct three_lines {
    double* first;
    std::int64_t stride, length;
    double e0, e1, tau;
};

// C = A B: m x n, A m x k.
struct strided_product {
    double* C;
    const double* A;
    const double* B;
    std::int64_t C_stride, A_stride, B_stride;
    std::int64_t m, k, n;
};

#define RHOCHAIN_DECLARE(isa)                                                                                    \
    namespace isa {                                                                                              \
    void reflect_rows(double* M, std::int64_t stride, reflection_chain chain, std::int64_t columns);             \
    void reflect_columns(double* M, std::int64_t stride, reflection_chain chain, std::int64_t rows);             \
    void pass_two_sided(const two_sided_pass& pass);                                                             \
    void reflect_right(double* M, std::int64_t stride, std::int64_t rows, std::int64_t columns, const double* v, \
                       double tau);                                                                              \
    void reflect_three_lines(const three_lines& lines);                                                          \
    void multiply_strided(const strided_product& product);                                                       \
    }
RHOCHAIN_DECLARE(baseline)
RHOCHAIN_DECLARE(avx2)
RHOCHAIN_DECLARE(avx512)
#undef RHOCHAIN_DECLARE

}  // namespace rhochain
