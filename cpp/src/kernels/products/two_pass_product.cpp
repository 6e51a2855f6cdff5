#include "two_pass_product.hpp"

#include <rhochain/kernels/products/streaming_store.hpp>
#include <rhochain/kernels/space/parallel.hpp>

#include <algorithm>
#include <cstddef>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace rhochain {
namespace {

constexpr std::int64_t stream_ahead = 512;
constexpr std::int64_t group = 16;

// Written once and read by another core later: past the caches, where x belongs.
inline void write_past_caches(double* p, double value) {
#if defined(__x86_64__)
    long long bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    _mm_stream_si64(reinterpret_cast<long long*>(p), bits);
#else
    *p = value;
#endif
}

// Calls body(p) for p = 0, ..., count - 1, and asks for the lines of `streams` ahead of it.
template <class Body, class... Streams>
void in_order(std::int64_t count, const Body& body, const Streams*... streams) {
    const auto ask = [](const auto* p) {
        constexpr auto line = static_cast<std::int64_t>(cache_line / sizeof *p);
        for (std::int64_t k = 0; k < group; k += line) __builtin_prefetch(p + k, 0, 1);
    };
    std::int64_t p = 0;
    for (; p + group <= count; p += group) {
        (ask(streams + p + stream_ahead), ...);
#pragma GCC unroll 16
        for (std::int64_t k = 0; k < group; ++k) body(p + k);
    }
    for (; p < count; ++p) body(p);
}

template <side Side, class Scalar>
class passes {
public:
    passes(const sparse_tiles<Scalar>& W, int threads) : W_(W), threads_(threads) {}

    template <class Map>
    void run(const stretch_group& g, const Map& f, const double* x, double* y, double* q,
             const panel_task* then) const {
        const std::vector<std::int64_t> start = starts(g);
        const auto place = [&](std::int64_t own, std::int64_t k) {
            return q + start[static_cast<std::size_t>(k)] + tile(own, k)[0] - tile(g.first, k)[0];
        };
        parallel_for(threads_, others(), [&](std::int64_t k) {
            const double* from = x + (k << other_shift());
            for (std::int64_t own = g.first; own < g.last; ++own) multiply(own, k, f, from, place(own, k));
            finish_streaming();
        });
        const std::int64_t n = forward ? W_.rows() : W_.cols();
        const std::int64_t h = panel_rows(n);
        parallel_for(threads_, g.last - g.first, [&](std::int64_t s) {
            const std::int64_t own = g.first + s;
            const std::int64_t begin = own << own_shift();
            const std::int64_t end = std::min(n, (own + 1) << own_shift());
            std::fill(y + begin, y + end, 0.0);
            for (std::int64_t k = 0; k < others(); ++k) add(own, k, place(own, k), y + begin);
            if (!then) return;
            for (std::int64_t i = begin; i < end; i += h) (*then)(i, std::min(end, i + h), y + i);
        });
    }

private:
    static constexpr bool forward = Side == side::forward;

    [[nodiscard]] std::int64_t others() const { return forward ? W_.shape.columns : W_.shape.rows; }
    [[nodiscard]] int own_shift() const { return forward ? W_.shape.row_shift : W_.shape.column_shift; }
    [[nodiscard]] int other_shift() const { return forward ? W_.shape.column_shift : W_.shape.row_shift; }
    [[nodiscard]] const std::int64_t* tile(std::int64_t own, std::int64_t k) const {
        return W_.offsets.data() + (forward ? own * W_.shape.columns + k : k * W_.shape.columns + own);
    }

    // Where in q the first tile of the group that reads stretch k of x begins. By rows the tiles of the group lie
    // together in W, and so in q; by columns those of other groups lie between them, and q leaves them out.
    [[nodiscard]] std::vector<std::int64_t> starts(const stretch_group& g) const {
        std::vector<std::int64_t> start;
        std::int64_t next = 0;
        for (std::int64_t k = 0; k < others(); ++k) {
            start.push_back(forward ? tile(g.first, k)[0] - tile(g.first, 0)[0] : next);
            if constexpr (!forward) next += tile(g.last, k)[0] - tile(g.first, k)[0];
        }
        return start;
    }

    template <class Map>
    void multiply(std::int64_t own, std::int64_t k, const Map& f, const double* x, double* q) const {
        const std::int64_t* t = tile(own, k);
        const std::uint32_t* places = W_.places.data() + t[0];
        const Scalar* values = W_.values.data() + t[0];
        const auto body = [=](std::int64_t p) {
            const std::uint32_t i = forward ? places[p] & tile_shape::column_mask : places[p] >> tile_shape::place_bits;
            write_past_caches(q + p, f(values[p]) * x[i]);
        };
        in_order(t[1] - t[0], body, places, values);
    }

    void add(std::int64_t own, std::int64_t k, const double* q, double* y) const {
        const std::int64_t* t = tile(own, k);
        const std::uint32_t* places = W_.places.data() + t[0];
        const auto body = [=](std::int64_t p) {
            y[forward ? places[p] >> tile_shape::place_bits : places[p] & tile_shape::column_mask] += q[p];
        };
        in_order(t[1] - t[0], body, places, q);
    }

    const sparse_tiles<Scalar>& W_;
    int threads_;
};

template <side Side, class Scalar>
void multiply(const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y, int threads,
              const panel_task* then) {
    buffer_pool::lease scratch(W.pool, W.scratch_bytes(W.shape, W.nnz()));
    const passes<Side, Scalar> two(W, threads);
    with_entry_map(map, scale, [&](const auto& f) {
        for (const stretch_group& g : stretch_groups(W, Side)) two.run(g, f, x, y, scratch.as<double>(), then);
    });
}

}  // namespace

template <storage_scalar Scalar>
std::vector<stretch_group> stretch_groups(const sparse_tiles<Scalar>& W, side of) {
    const tile_shape& shape = W.shape;
    const std::int64_t* offsets = W.offsets.data();
    const auto entries = [&](std::int64_t own) {
        if (of == side::forward) return offsets[(own + 1) * shape.columns] - offsets[own * shape.columns];
        std::int64_t sum = 0;
        for (std::int64_t I = 0; I < shape.rows; ++I)
            sum += offsets[I * shape.columns + own + 1] - offsets[I * shape.columns + own];
        return sum;
    };
    std::vector<stretch_group> groups;
    for (std::int64_t own = 0; own < (of == side::forward ? shape.rows : shape.columns); ++own) {
        const std::int64_t more = entries(own);
        if (groups.empty() || groups.back().entries + more > sparse_tiles<Scalar>::scratch_size(W.nnz()))
            groups.push_back({own, own, 0});
        groups.back().last = own + 1;
        groups.back().entries += more;
    }
    return groups;
}

template <storage_scalar Scalar>
void two_pass_product(side of, const sparse_tiles<Scalar>& W, entry_map map, double scale, const double* x, double* y,
                      int threads, const panel_task* then) {
    of == side::forward ? multiply<side::forward>(W, map, scale, x, y, threads, then)
                        : multiply<side::adjoint>(W, map, scale, x, y, threads, then);
}

#define RHOCHAIN_INSTANTIATE(Scalar)                                                                                  \
    template std::vector<stretch_group> stretch_groups(const sparse_tiles<Scalar>&, side);                            \
    template void two_pass_product(side, const sparse_tiles<Scalar>&, entry_map, double, const double*, double*, int, \
                                   const panel_task*);
RHOCHAIN_INSTANTIATE(float)
RHOCHAIN_INSTANTIATE(double)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
