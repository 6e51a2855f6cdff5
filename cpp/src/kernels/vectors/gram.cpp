#include "kernels/vectors/gram.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rhochain {
namespace {

std::int64_t ceiling(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Chunks of rows that depend on n alone: some 64 of them, from 1024 rows on, none longer than those of the space.
struct row_chunks {
    std::int64_t rows = 1024;
    std::int64_t count;

    explicit row_chunks(const space& S) {
        constexpr std::int64_t wanted = 64;
        while (rows * wanted < S.size()) rows *= 2;
        rows = std::min(rows, S.chunk_rows());
        count = S.count_of(rows);
    }
};

// The most partial results in memory at a time.
constexpr std::int64_t most_partials = std::int64_t{1} << 20;

// g[a - top, c] += sum of X_ia X_ic over the rows first .. last - 1, for a in [left, right) and c >= a.
void add_products(const_block X, std::int64_t first, std::int64_t last, std::int64_t left, std::int64_t right,
                  std::int64_t top, double* g) {
    const std::int64_t k = X.columns;
    std::int64_t i = first;
    for (; i + 4 <= last; i += 4) {
        const double *x0 = X.row(i), *x1 = x0 + k, *x2 = x1 + k, *x3 = x2 + k;
        for (std::int64_t a = left; a < right; ++a) {
            const double p = x0[a], q = x1[a], r = x2[a], s = x3[a];
            double* out = g + (a - top) * k;
            for (std::int64_t c = a; c < k; ++c) out[c] += (p * x0[c] + q * x1[c]) + (r * x2[c] + s * x3[c]);
        }
    }
    for (; i < last; ++i) {
        const double* x = X.row(i);
        for (std::int64_t a = left; a < right; ++a)
            for (std::int64_t c = a; c < k; ++c) g[(a - top) * k + c] += x[a] * x[c];
    }
}

constexpr std::int64_t tile_rows = 8;

// x <- x R^-1 for `rows` rows side by side in the tile: loops over the rows have one length whatever k is.
void divide_tile(double* x, std::int64_t rows, std::int64_t k, const double* R, const double* inverse, double* tile) {
    for (std::int64_t l = 0; l < rows; ++l)
        for (std::int64_t c = 0; c < k; ++c) tile[c * tile_rows + l] = x[l * k + c];
    for (std::int64_t c = 0; c < k; ++c) {
        double q[tile_rows];
        for (std::int64_t l = 0; l < tile_rows; ++l) q[l] = tile[c * tile_rows + l];
        for (std::int64_t a = 0; a < c; ++a)
            for (std::int64_t l = 0; l < tile_rows; ++l) q[l] -= tile[a * tile_rows + l] * R[a * k + c];
        for (std::int64_t l = 0; l < tile_rows; ++l) tile[c * tile_rows + l] = q[l] * inverse[c];
    }
    for (std::int64_t l = 0; l < rows; ++l)
        for (std::int64_t c = 0; c < k; ++c) x[l * k + c] = tile[c * tile_rows + l];
}

}  // namespace

void gram(block_in X, std::span<double> G, const space& S) {
    constexpr std::int64_t strip = 16;
    const std::int64_t n = X.rows(), k = X.columns();
    const row_chunks chunks(S);
    // `height` rows of G at a time, so that their partial results stay below most_partials.
    const std::int64_t all_chunks = ceiling(S.size(), chunks.rows);
    const std::int64_t affordable = most_partials / std::max<std::int64_t>(1, all_chunks * k) / strip * strip;
    const std::int64_t height = std::clamp<std::int64_t>(affordable, strip, std::max(strip, k));
    std::vector<double> partial, totals;
    for (std::int64_t top = 0; top < k; top += height) {
        const std::int64_t bottom = std::min(k, top + height);
        const std::int64_t strips = ceiling(bottom - top, strip);
        const std::int64_t numbers = (bottom - top) * k;
        partial.assign(static_cast<std::size_t>(chunks.count * numbers), 0.0);
        const int team = threads_worth(n * k * k, S.threads(), worth_sharing_memory);
        parallel_for(team, chunks.count * strips, [&](std::int64_t task) {
            const std::int64_t first = task / strips * chunks.rows;
            const std::int64_t left = top + task % strips * strip;
            add_products(entries_of(X), first, std::min(n, first + chunks.rows), left, std::min(bottom, left + strip),
                         top, partial.data() + task / strips * numbers);
        });
        totals.assign(static_cast<std::size_t>(numbers), 0.0);
        S.sum(partial, chunks.rows, totals);
        for (std::int64_t a = top; a < bottom; ++a)
            std::copy_n(totals.data() + (a - top) * k + a, k - a, G.data() + a * k + a);
    }
}

void divide_right(block_out X, std::span<const double> R, const space& S) {
    const std::int64_t k = X.columns();
    std::vector<double> inverse(static_cast<std::size_t>(k));
    for (std::int64_t a = 0; a < k; ++a)
        inverse[static_cast<std::size_t>(a)] = 1.0 / R[static_cast<std::size_t>(a * k + a)];
    const double *r = R.data(), *d = inverse.data();
    const int team = threads_worth(X.size() * k, S.threads(), worth_sharing_memory);
    over_parts(S, row_chunks(S).rows, team, [&, X = entries_of(X)](std::int64_t first, std::int64_t end) {
        std::vector<double> tile(static_cast<std::size_t>(k * tile_rows), 0.0);
        for (std::int64_t i = first; i < end; i += tile_rows)
            divide_tile(X.row(i), std::min(tile_rows, end - i), k, r, d, tile.data());
    });
}

void column_products(block_in X, std::int64_t j, std::span<double> products, const space& S) {
    const std::int64_t width = j + 1;
    const row_chunks chunks(S);
    std::vector<double> partial(static_cast<std::size_t>(chunks.count * width), 0.0);
    const int team = threads_worth(X.rows() * width, S.threads(), worth_sharing_memory);
    over_parts(S, chunks.rows, team, [&, X = entries_of(X)](std::int64_t first, std::int64_t end) {
        double* total = partial.data() + first / chunks.rows * width;
        for (std::int64_t i = first; i < end; ++i) {
            const double* x = X.row(i);
            const double v = x[j];
            for (std::int64_t c = 0; c < width; ++c) total[c] += x[c] * v;
        }
    });
    std::fill(products.begin(), products.end(), 0.0);
    S.sum(partial, chunks.rows, products.first(static_cast<std::size_t>(width)));
}

void subtract_columns(block_out X, std::int64_t j, std::span<const double> weights, const space& S) {
    const int team = threads_worth(X.rows() * (j + 1), S.threads(), worth_sharing_memory);
    over_parts(S, row_chunks(S).rows, team, [&, X = entries_of(X)](std::int64_t first, std::int64_t end) {
        for (std::int64_t i = first; i < end; ++i) {
            double* x = X.row(i);
            double total = 0.0;
            for (std::int64_t c = 0; c < j; ++c) total += weights[static_cast<std::size_t>(c)] * x[c];
            x[j] -= total;
        }
    });
}

void scale_column(block_out X, std::int64_t j, double factor) {
    const mutable_block entries = entries_of(X);
    for (std::int64_t i = 0; i < entries.rows; ++i) entries.row(i)[j] *= factor;
}

}  // namespace rhochain
