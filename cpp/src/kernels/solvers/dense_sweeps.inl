// The body of dense_sweeps.hpp, included by one source file for each instruction set, which defines RHOCHAIN_ISA.
#include "dense_sweeps.hpp"
#include "kernels/products/instruction_set_scope.inl"

namespace rhochain::RHOCHAIN_ISA {
namespace {

// Numbers in a register, and as many registers at a time as hide the latency of a chain of reflections.
#if defined(__AVX512F__)
constexpr int lanes = 8;
#elif defined(__AVX2__)
constexpr int lanes = 4;
#else
constexpr int lanes = 2;
#endif
constexpr int most_parts = 4;
typedef typename numbers<lanes>::type part;

inline part read(const double* x) {
    part v;
    __builtin_memcpy(&v, x, sizeof v);
    return v;
}
inline void write(double* x, const part& v) { __builtin_memcpy(x, &v, sizeof v); }

// lanes Parts entries of a line of M: neighbours in a row, or one below the other.
template <int Parts, bool in_row>
struct line_part {
    part x[static_cast<unsigned long>(Parts)];

    [[gnu::always_inline]] void load(const double* M, std::int64_t stride) {
        for (int p = 0; p < Parts; ++p) {
            if constexpr (in_row) {
                x[p] = read(M + lanes * p);
            } else {
                part v = {};
                for (int l = 0; l < lanes; ++l) v[l] = M[(lanes * p + l) * stride];
                x[p] = v;
            }
        }
    }
    [[gnu::always_inline]] void store(double* M, std::int64_t stride) const {
        for (int p = 0; p < Parts; ++p) {
            if constexpr (in_row) {
                write(M + lanes * p, x[p]);
            } else {
                for (int l = 0; l < lanes; ++l) M[(lanes * p + l) * stride] = x[p][l];
            }
        }
    }
};

// Eight interleaved sums.
struct dot_sums {
    part x[static_cast<unsigned long>(8 / lanes)] = {};

    [[nodiscard]] double total() const {
        const auto at = [this](int i) { return x[i / lanes][i % lanes]; };
        return ((at(0) + at(1)) + (at(2) + at(3))) + ((at(4) + at(5)) + (at(6) + at(7)));
    }
};

template <int Parts, bool in_row>
void reflect_part(double* M, std::int64_t stride, const reflection_chain& chain) {
    using line = line_part<Parts, in_row>;
    const std::int64_t next = in_row ? stride : 1;
    line a, b, c;
    a.load(M, stride);
    b.load(M + next, stride);
    const std::int64_t whole = chain.short_last ? chain.count - 1 : chain.count;
    double* m = M;
    for (std::int64_t k = 0; k < whole; ++k, m += next) {
        const reflection r = chain.first[k];
        c.load(m + 2 * next, stride);
        for (int p = 0; p < Parts; ++p) {
            const part s = (a.x[p] + r.v1 * b.x[p]) + r.v2 * c.x[p];
            a.x[p] -= r.t0 * s;
            b.x[p] -= r.t1 * s;
            c.x[p] -= r.t2 * s;
        }
        a.store(m, stride);
        a = b;
        b = c;
    }
    if (chain.short_last) {
        const reflection r = chain.first[whole];
        for (int p = 0; p < Parts; ++p) {
            const part s = a.x[p] + r.v1 * b.x[p];
            a.x[p] -= r.t0 * s;
            b.x[p] -= r.t1 * s;
        }
    }
    a.store(m, stride);
    b.store(m + next, stride);
}

template <int Parts, bool in_row>
void reflect_lines(double* M, std::int64_t stride, const reflection_chain& chain, std::int64_t width) {
    const std::int64_t along = in_row ? 1 : stride;
    std::int64_t i = 0;
    for (; i + lanes * Parts <= width; i += lanes * Parts) reflect_part<Parts, in_row>(M + i * along, stride, chain);
    if constexpr (Parts > 1)
        if (i < width) reflect_lines<Parts / 2, in_row>(M + i * along, stride, chain, width - i);
}

template <int Rows>
void pass_rows(const two_sided_pass& P, std::int64_t i) {
    dot_sums dots[static_cast<unsigned long>(Rows)];
    for (std::int64_t c = P.first; c < P.last; c += 8)
        for (int l = 0; l < 8 / lanes; ++l) {
            const std::int64_t at = c + l * lanes;
            const part y = read(P.y + at), q = read(P.q + at), v = read(P.v + at);
            part z = read(P.z + at);
            for (int r = 0; r < Rows; ++r) {
                double* m = P.A + (i + r) * P.stride + at;
                const part a = (read(m) - P.p[i + r] * y) - P.x[i + r] * q;
                write(m, a);
                dots[r].x[l] += a * v;
                z += P.v[i + r] * a;
            }
            write(P.z + at, z);
        }
    for (int r = 0; r < Rows; ++r) P.w[i + r] = dots[r].total();
}

template <std::int64_t T, std::int64_t Rows>
void product_tile(const strided_product& P, std::int64_t i, std::int64_t c) {
    piece<T> sums[static_cast<unsigned long>(Rows)] = {};
    const double* a = P.A + i * P.A_stride;
    const double* b = P.B + c;
    for (std::int64_t j = 0; j < P.k; ++j, b += P.B_stride)
        for (std::int64_t r = 0; r < Rows; ++r) sums[r].add(a[r * P.A_stride + j], b);
    for (std::int64_t r = 0; r < Rows; ++r) sums[r].store(P.C + (i + r) * P.C_stride + c);
}

#if defined(__AVX2__)
constexpr std::int64_t widest = 16;
#else
constexpr std::int64_t widest = 8;
#endif

template <std::int64_t Rows>
void product_rows(const strided_product& P, std::int64_t i) {
    std::int64_t c = 0;
    for (; c + widest <= P.n; c += widest) product_tile<widest, Rows>(P, i, c);
    if constexpr (widest > 8)
        for (; c + 8 <= P.n; c += 8) product_tile<8, Rows>(P, i, c);
    with_rest<8>(P.n, [&]<std::int64_t Rest>() {
        if constexpr (Rest > 0) product_tile<Rest, Rows>(P, i, c);
    });
}

}  // namespace

void reflect_rows(double* M, std::int64_t stride, reflection_chain chain, std::int64_t columns) {
    reflect_lines<most_parts, true>(M, stride, chain, columns);
    leave_upper_halves();
}

void reflect_columns(double* M, std::int64_t stride, reflection_chain chain, std::int64_t rows) {
    reflect_lines<most_parts, false>(M, stride, chain, rows);
    leave_upper_halves();
}

void pass_two_sided(const two_sided_pass& P) {
    for (std::int64_t c = P.first; c < P.last; ++c) P.z[c] = 0.0;
    std::int64_t i = 0;
    for (; i + 4 <= P.rows; i += 4) pass_rows<4>(P, i);
    for (; i < P.rows; ++i) pass_rows<1>(P, i);
    leave_upper_halves();
}

void reflect_right(double* M, std::int64_t stride, std::int64_t rows, std::int64_t columns, const double* v,
                   double tau) {
    for (std::int64_t i = 0; i < rows; ++i) {
        double* m = M + i * stride;
        dot_sums dot;
        for (std::int64_t c = 0; c < columns; c += 8)
            for (int l = 0; l < 8 / lanes; ++l) dot.x[l] += read(m + c + l * lanes) * read(v + c + l * lanes);
        const double s = tau * dot.total();
        for (std::int64_t c = 0; c < columns; c += lanes) write(m + c, read(m + c) - s * read(v + c));
    }
    leave_upper_halves();
}

void reflect_three_lines(const three_lines& L) {
    double *a = L.first, *b = a + L.stride, *c = b + L.stride;
    std::int64_t i = 0;
    for (; i + lanes <= L.length; i += lanes) {
        const part x = read(a + i), y = read(b + i), z = read(c + i);
        const part reflected = L.tau * ((L.e0 * y + L.e1 * z) + x);
        write(a + i, x - reflected);
        write(b + i, y - L.e0 * reflected);
        write(c + i, z - L.e1 * reflected);
    }
    for (; i < L.length; ++i) {
        const double reflected = L.tau * ((L.e0 * b[i] + L.e1 * c[i]) + a[i]);
        a[i] -= reflected;
        b[i] -= L.e0 * reflected;
        c[i] -= L.e1 * reflected;
    }
    leave_upper_halves();
}

void multiply_strided(const strided_product& P) {
    std::int64_t i = 0;
    for (; i + 4 <= P.m; i += 4) product_rows<4>(P, i);
    for (; i < P.m; ++i) product_rows<1>(P, i);
    leave_upper_halves();
}

}  // namespace rhochain::RHOCHAIN_ISA
