// The body of slice_product.hpp, included by one source file for each instruction set, which defines RHOCHAIN_ISA.
// What may be used here: instruction_set_scope.inl.
//
// Vectors of eight doubles are the compiler's own type: where registers are shorter it splits them. Eight rows are
// eight lanes, and each lane adds its row from first to last, so that the bits do not depend on the instruction set.
#include "instruction_set_scope.inl"
#include "slice_product.hpp"

namespace rhochain::RHOCHAIN_ISA {
namespace {

constexpr std::int64_t height = 8;

using lanes = double __attribute__((vector_size(64)));

// Most columns at once: eight rows of so many sums fit the registers.
#if defined(__AVX512F__)
constexpr std::int64_t widest = 16;
#elif defined(__AVX2__)
constexpr std::int64_t widest = 4;
#else
constexpr std::int64_t widest = 2;
#endif

lanes load(const double* p) {
    lanes v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

lanes load(const float* p) {
#if defined(__AVX512F__)
    return lanes(_mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(p)));
#else
    return lanes{p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]};
#endif
}

// Entries of x at eight columns, each by a load of its own: a gather instruction takes 1.2 to 1.4 times as long where x
// lies in a cache. Columns are read two at a time.
inline lanes gather(const double* x, const std::int32_t* c) {
#if defined(__AVX512F__)
    const auto pair = [&](std::int64_t k) {
        std::uint64_t columns;
        __builtin_memcpy(&columns, c + k, sizeof columns);
        return _mm_loadh_pd(_mm_load_sd(x + static_cast<std::uint32_t>(columns)), x + (columns >> 32));
    };
    const auto four = [&](std::int64_t k) {
        return _mm256_insertf128_pd(_mm256_castpd128_pd256(pair(k)), pair(k + 2), 1);
    };
    // GCC 12 warns of a register that the form without a mask leaves undefined.
    return lanes(_mm512_maskz_insertf64x4(0xff, _mm512_castpd256_pd512(four(0)), four(4), 1));
#else
    return lanes{x[c[0]], x[c[1]], x[c[2]], x[c[3]], x[c[4]], x[c[5]], x[c[6]], x[c[7]]};
#endif
}

// Entries ahead of those in work: those of W, and the rows of X. More rows than that, and those wanted first are
// dropped.
constexpr std::int64_t stream_ahead = 512;
constexpr std::int64_t rows_ahead = 32;

template <class Scalar>
void ask_for_entries(const slice_product<Scalar>& P, std::int64_t p) {
    if (!P.streams) return;
    __builtin_prefetch(P.values + p + stream_ahead, 0, 1);
    if ((p & height) == 0) __builtin_prefetch(P.columns + p + stream_ahead, 0, 1);
}

// The entries k >= lengths[7] of a slice: fewer and fewer lanes have one.
template <std::int64_t B, class Scalar, class Map>
void finish(const slice_product<Scalar>& P, const Map& f, const std::int32_t* length, std::int64_t p, const double* X,
            std::int64_t stride, piece<B>* total) {
    std::int64_t active = height;
    for (std::int64_t k = length[height - 1]; k < length[0]; ++k) {
        while (length[active - 1] <= k) --active;
        if (active == 1) {
            piece<B> sum = total[0];
            for (; k < length[0]; ++k, ++p) sum.add(f(static_cast<double>(P.values[p])), X + P.columns[p] * stride);
            total[0] = sum;
            return;
        }
        for (std::int64_t l = 0; l < active; ++l, ++p)
            total[l].add(f(static_cast<double>(P.values[p])), X + P.columns[p] * stride);
    }
}

// The sums of slice s, columns j, ..., j + B - 1 of Y.
template <std::int64_t B, class Scalar>
[[gnu::always_inline]] inline void store(const slice_product<Scalar>& P, std::int64_t s, std::int64_t j,
                                         std::int64_t stride, const piece<B>* total) {
    const std::int32_t* order = P.order + s * height;
    double* Y = P.Y + j;
    const auto put = [&](std::int64_t l) { total[l].store(Y + (order[l] - P.first_row) * stride); };
    if (order[height - 1] >= 0)
        for (std::int64_t l = 0; l < height; ++l) put(l);
    else
        for (std::int64_t l = 0; order[l] >= 0; ++l) put(l);
}

template <fetch Mode, class Scalar, class Map>
void vector_slice(const slice_product<Scalar>& P, const Map& f, std::int64_t s) {
    const std::int32_t* length = P.lengths + s * height;
    std::int64_t p = P.offsets[s];
    lanes sum = {};
    for (std::int64_t k = 0; k < length[height - 1]; ++k, p += height) {
        ask_for_entries(P, p);
        if constexpr (Mode == fetch::ahead)
            for (std::int64_t l = 0; l < height; ++l) ask_for<1>(P.X + P.columns[p + rows_ahead + l]);
        sum += f(load(P.values + p)) * gather(P.X, P.columns + p);
    }
    piece<1> total[height];
    __builtin_memcpy(total, &sum, sizeof total);
    if (length[0] > length[height - 1]) finish<1>(P, f, length, p, P.X, 1, total);
    store<1>(P, s, 0, 1, total);
}

// A slice of a band: x is read as it lies.
template <class Scalar, class Map>
void banded_slice(const slice_product<Scalar>& P, const Map& f, std::int64_t s) {
    lanes sum = {};
    for (std::int64_t p = P.offsets[s]; p < P.offsets[s + 1]; p += height) {
        ask_for_entries(P, p);
        sum += f(load(P.values + p)) * load(P.X + P.columns[p]);
    }
    piece<1> total[height];
    __builtin_memcpy(total, &sum, sizeof total);
    store<1>(P, s, 0, 1, total);
}

// Columns j, ..., j + B - 1 of X and Y, rows of which are `stride` numbers long.
template <std::int64_t B, fetch Mode, class Scalar, class Map>
void block_slice(const slice_product<Scalar>& P, const Map& f, std::int64_t s, std::int64_t j, std::int64_t stride) {
    const std::int32_t* length = P.lengths + s * height;
    const double* X = P.X + j;
    std::int64_t p = P.offsets[s];
    piece<B> total[height] = {};
    for (std::int64_t k = 0; k < length[height - 1]; ++k, p += height) {
        ask_for_entries(P, p);
#pragma GCC unroll 8
        for (std::int64_t l = 0; l < height; ++l) {
            if constexpr (Mode == fetch::ahead) ask_for<B>(X + P.columns[p + rows_ahead + l] * stride);
            total[l].add(f(static_cast<double>(P.values[p + l])), X + P.columns[p + l] * stride);
        }
    }
    if (length[0] > length[height - 1]) finish<B>(P, f, length, p, X, stride, total);
    store<B>(P, s, j, stride, total);
}

// Rest columns are left when as many as are widest have been taken as often as possible.
template <std::int64_t Rest, fetch Mode, class Scalar, class Map>
void multiply_block(const slice_product<Scalar>& P, const Map& f, std::int64_t first, std::int64_t last) {
    for (std::int64_t s = first; s < last; ++s) {
        std::int64_t j = 0;
        for (; j + widest <= P.b; j += widest) block_slice<widest, Mode>(P, f, s, j, P.b);
        if constexpr (Rest > 0) block_slice<Rest, Mode>(P, f, s, j, P.b);
    }
}

template <fetch Mode, class Scalar, class Map>
void multiply(const slice_product<Scalar>& P, const Map& f, std::int64_t first, std::int64_t last) {
    if (P.b != 1)
        return with_rest<widest>(P.b, [&]<std::int64_t Rest>() { multiply_block<Rest, Mode>(P, f, first, last); });
    for (std::int64_t s = first; s < last; ++s) P.banded[s] ? banded_slice(P, f, s) : vector_slice<Mode>(P, f, s);
}

template <class Scalar, class Map>
void fetch_and_multiply(const slice_product<Scalar>& P, const Map& f, std::int64_t first, std::int64_t last) {
    P.mode == fetch::on_demand ? multiply<fetch::on_demand>(P, f, first, last)
                               : multiply<fetch::ahead>(P, f, first, last);
}

template <class Scalar>
void map_and_multiply(const slice_product<Scalar>& P, std::int64_t first, std::int64_t last) {
    with_map(P.map, P.scale, [&](const auto& f) { fetch_and_multiply(P, f, first, last); });
}

}  // namespace

void multiply_slices(const slice_product<float>& product, std::int64_t first, std::int64_t last) {
    map_and_multiply(product, first, last);
    leave_upper_halves();
}

void multiply_slices(const slice_product<double>& product, std::int64_t first, std::int64_t last) {
    map_and_multiply(product, first, last);
    leave_upper_halves();
}

}  // namespace rhochain::RHOCHAIN_ISA
