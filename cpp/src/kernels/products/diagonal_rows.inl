// The body of diagonal_rows.hpp, included by one source file for each instruction set, which defines RHOCHAIN_ISA.
// What may be used here: instruction_set_scope.inl.
#include "diagonal_rows.hpp"
#include "instruction_set_scope.inl"

namespace rhochain::RHOCHAIN_ISA {
namespace {

constexpr std::int64_t group = 8;
// Lines of values ahead of those in work that are asked for, into the second-level cache.
constexpr std::int64_t stream_ahead = 1024;

#if defined(__AVX512F__)
constexpr std::int64_t widest = 16;
#elif defined(__AVX2__)
constexpr std::int64_t widest = 8;
#else
constexpr std::int64_t widest = 4;
#endif

typedef double eight __attribute__((vector_size(group * sizeof(double))));
typedef float eight_floats __attribute__((vector_size(group * sizeof(float))));
typedef std::int64_t lanes __attribute__((vector_size(group * sizeof(std::int64_t))));

[[gnu::always_inline]] inline eight load(const double* p) {
    eight v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

[[gnu::always_inline]] inline eight load(const float* p) {
    eight_floats v;
    __builtin_memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, eight);
}

// A whole line past the caches, where the processor can.
[[gnu::always_inline]] inline void stream(const eight& v, double* p) {
#if defined(__clang__)
    __builtin_nontemporal_store(v, reinterpret_cast<eight*>(p));
#elif defined(__SSE2__)
    typedef double two __attribute__((vector_size(2 * sizeof(double))));
    two part[group / 2];
    __builtin_memcpy(part, &v, sizeof v);
    for (std::int64_t k = 0; k < group / 2; ++k) __builtin_ia32_movntpd(p + 2 * k, part[k]);
#else
    __builtin_memcpy(p, &v, sizeof v);
#endif
}

void finish_streaming() {
#if defined(__SSE2__)
    __builtin_ia32_sfence();
#endif
}

template <class Scalar>
const Scalar* place(const diagonal_rows<Scalar>& P, std::int64_t i, std::int64_t d) {
    const std::int64_t lane = i & (group - 1);
    return P.values + (i - lane) * P.count + group * d + lane;
}

// What a row of Y adds up: of W, diagonal k is the k-th and reads x that much further on; of W^T it is the k-th from
// the end, and reads x that much before.
struct forward {
    template <class Scalar>
    static std::int64_t diagonal(const diagonal_rows<Scalar>&, std::int64_t k) {
        return k;
    }
    static std::int64_t x_row(std::int64_t i, std::int64_t offset) { return i + offset; }
    static std::int64_t w_row(std::int64_t i, std::int64_t) { return i; }
    template <class Scalar>
    static std::int64_t x_rows(const diagonal_rows<Scalar>& P) {
        return P.cols;
    }

    // Entries of diagonal d for eight rows of Y from i on.
    template <class Scalar>
    [[gnu::always_inline]] static eight weights(const diagonal_rows<Scalar>& P, std::int64_t i, std::int64_t d) {
        const Scalar* p = place(P, i, d);
        __builtin_prefetch(p + stream_ahead, 0, 1);
        return load(p);
    }
};

struct adjoint {
    template <class Scalar>
    static std::int64_t diagonal(const diagonal_rows<Scalar>& P, std::int64_t k) {
        return P.count - 1 - k;
    }
    static std::int64_t x_row(std::int64_t i, std::int64_t offset) { return i - offset; }
    static std::int64_t w_row(std::int64_t i, std::int64_t offset) { return i - offset; }
    template <class Scalar>
    static std::int64_t x_rows(const diagonal_rows<Scalar>& P) {
        return P.rows;
    }

    // Those of W lie in two groups of rows, and the places between them belong to other diagonals.
    template <class Scalar>
    [[gnu::always_inline]] static eight weights(const diagonal_rows<Scalar>& P, std::int64_t i, std::int64_t d) {
        const std::int64_t row = i - P.offsets[d];
        const std::int64_t shift = row % group;
        const Scalar* p = place(P, row, d);
        // The lowest diagonal is the first to come to a group of rows. The others find it in a cache, unless they are
        // far behind.
        const std::int64_t stride = group * P.count;
        __builtin_prefetch(
            P.near ? place(P, i - P.offsets[0], d) + stream_ahead : p + (stream_ahead + stride - 1) / stride * stride,
            0, 1);
        const eight one = load(p);
        if (shift == 0) return one;
        const eight other = load(p + group * (P.count - 1));
        const lanes lane = {0, 1, 2, 3, 4, 5, 6, 7};
        return lane < group - shift ? one : other;
    }
};

// Eight rows of Y = W x, all diagonals of which lie within W.
template <class Side, class Scalar, class Map>
void add_eight(const diagonal_rows<Scalar>& P, const Map& f, std::int64_t i) {
    eight sum = {};
    for (std::int64_t k = 0; k < P.count; ++k) {
        const std::int64_t d = Side::diagonal(P, k);
        const eight w = f(Side::weights(P, i, d));
        sum += w * load(P.X + Side::x_row(i, P.offsets[d]));
    }
    P.streams ? stream(sum, P.Y + i) : static_cast<void>(__builtin_memcpy(P.Y + i, &sum, sizeof sum));
}

// Columns j .. j + B - 1 of row i. `Whole`: its diagonals lie within W; otherwise those outside are left out.
template <class Side, std::int64_t B, bool Whole, class Scalar, class Map>
[[gnu::always_inline]] inline void add_row(const diagonal_rows<Scalar>& P, const Map& f, std::int64_t i,
                                           std::int64_t j) {
    piece<B> sum = {};
    for (std::int64_t k = 0; k < P.count; ++k) {
        const std::int64_t d = Side::diagonal(P, k);
        const std::int64_t x = Side::x_row(i, P.offsets[d]);
        if constexpr (!Whole)
            if (x < 0 || x >= Side::x_rows(P)) continue;
        const Scalar* p = place(P, Side::w_row(i, P.offsets[d]), d);
        if (j == 0) __builtin_prefetch(p + stream_ahead, 0, 1);
        sum.add(f(static_cast<double>(*p)), P.X + x * P.b + j);
    }
    sum.store(P.Y + i * P.b + j);
}

// Rest columns are left when as many as are widest have been taken as often as possible. Not inlined, so that the loops
// over diagonals have all registers.
template <class Side, std::int64_t Rest, bool Whole, class Scalar, class Map>
[[gnu::noinline]] void add_columns(const diagonal_rows<Scalar>& P, const Map& f, std::int64_t first,
                                   std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
        std::int64_t j = 0;
        for (; j + widest <= P.b; j += widest) add_row<Side, widest, Whole>(P, f, i, j);
        if constexpr (Rest > 0) add_row<Side, Rest, Whole>(P, f, i, j);
    }
}

template <class Side, std::int64_t Rest, class Scalar, class Map>
void add_rows(const diagonal_rows<Scalar>& P, const Map& f, std::int64_t first, std::int64_t last) {
    const std::int64_t lowest = P.offsets[0], highest = P.offsets[P.count - 1];
    const auto whole = [&](std::int64_t i) {
        const std::int64_t a = Side::x_row(i, lowest), b = Side::x_row(i, highest);
        return a >= 0 && b >= 0 && a < Side::x_rows(P) && b < Side::x_rows(P);
    };
    for (std::int64_t i = first; i < last; i += group) {
        const bool all_eight = i + group <= last && whole(i) && whole(i + group - 1);
        if (P.b == 1 && all_eight) {
            add_eight<Side>(P, f, i);
            continue;
        }
        const std::int64_t end = i + group < last ? i + group : last;
        all_eight ? add_columns<Side, Rest, true>(P, f, i, end) : add_columns<Side, Rest, false>(P, f, i, end);
    }
    if (P.streams) finish_streaming();
}

template <class Side, class Scalar>
void map_and_add(const diagonal_rows<Scalar>& P, std::int64_t first, std::int64_t last) {
    with_map(P.map, P.scale, [&](const auto& f) {
        with_rest<widest>(P.b, [&]<std::int64_t Rest>() { add_rows<Side, Rest>(P, f, first, last); });
    });
}

}  // namespace

#define RHOCHAIN_DEFINE(Scalar, name, Side)                                                  \
    void name(const diagonal_rows<Scalar>& product, std::int64_t first, std::int64_t last) { \
        map_and_add<Side>(product, first, last);                                             \
        leave_upper_halves();                                                                \
    }
RHOCHAIN_DEFINE(float, multiply_diagonals, forward)
RHOCHAIN_DEFINE(double, multiply_diagonals, forward)
RHOCHAIN_DEFINE(float, multiply_diagonals_adjoint, adjoint)
RHOCHAIN_DEFINE(double, multiply_diagonals_adjoint, adjoint)
#undef RHOCHAIN_DEFINE

}  // namespace rhochain::RHOCHAIN_ISA
