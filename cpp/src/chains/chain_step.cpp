#include <rhochain/chains/chain_step.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t chunk_entries = 8192;
constexpr std::int64_t lanes = 8;
// Below this many entries a team of threads costs more than it saves.
constexpr std::int64_t parallel_entries = 1 << 15;

// Calls body(first row, last row, chunk) for chunks of rows that depend on the shape alone.
template <class Body>
void over_row_chunks(const_block shape, int threads, const Body& body) {
    const std::int64_t rows = std::max<std::int64_t>(1, chunk_entries / std::max<std::int64_t>(1, shape.columns));
    const std::int64_t chunks = (shape.rows + rows - 1) / rows;
    parallel_for(shape.size() < parallel_entries ? 1 : threads, chunks,
                 [&](std::int64_t c) { body(c * rows, std::min(shape.rows, (c + 1) * rows), c); });
}

std::int64_t chunk_count(const_block shape) {
    const std::int64_t rows = std::max<std::int64_t>(1, chunk_entries / std::max<std::int64_t>(1, shape.columns));
    return (shape.rows + rows - 1) / rows;
}

// entry(i, p) stores and returns Y at position p of row i; sums its squares by column.
template <class Entry>
void store_and_square(mutable_block Y, std::span<double> squares, int threads, const Entry& entry) {
    const std::int64_t b = Y.columns;
    std::vector<double> partial(static_cast<std::size_t>(chunk_count(Y) * b), 0.0);
    over_row_chunks(Y, threads, [&](std::int64_t first, std::int64_t last, std::int64_t chunk) {
        double* total = partial.data() + chunk * b;
        if (b == 1) {
            double lane[lanes] = {};
            std::int64_t i = first;
            for (; i + lanes <= last; i += lanes)
                for (std::int64_t l = 0; l < lanes; ++l) {
                    const double y = entry(i + l, i + l);
                    lane[l] += y * y;
                }
            for (std::int64_t l = 0; i < last; ++i, ++l) {
                const double y = entry(i, i);
                lane[l] += y * y;
            }
            *total = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
        } else {
            for (std::int64_t i = first; i < last; ++i)
                for (std::int64_t c = 0; c < b; ++c) {
                    const double y = entry(i, i * b + c);
                    total[c] += y * y;
                }
        }
    });
    std::fill(squares.begin(), squares.end(), 0.0);
    for (std::size_t p = 0; p < partial.size(); ++p) squares[p % static_cast<std::size_t>(b)] += partial[p];
}

}  // namespace

chain_step make_step(const chain_rule& rule, direction d, entry_map map, int slope_exponent) {
    const bool adjoint = d == direction::backward;
    const bool slopes_first = (rule.form == convention::pre) != adjoint;
    const int product = rule.exponent + slope_exponent;
    if (rule.leak == 1.0) return {rule.A, map, adjoint, slopes_first, 0.0, 1.0, product};
    // Half of the product's exponent in front of both terms keeps both within range.
    const int common = product / 2;
    return {rule.A,
            map,
            adjoint,
            slopes_first,
            std::ldexp(1.0 - rule.leak, -common),
            std::ldexp(rule.leak, product - common),
            common};
}

void apply_step(const chain_step& step, vector_in s, const_block V, mutable_block T, mutable_block Y,
                std::span<double> squares, int threads) {
    const std::int64_t b = V.columns;
    const double keep = step.keep;
    const double weight = step.weight;
    const double *slope = s.data(), *v = V.data;
    double *t = T.data, *y = Y.data;

    const_block product_of = V;
    if (step.slopes_first) {
        over_row_chunks(V, threads, [=](std::int64_t first, std::int64_t last, std::int64_t) {
            for (std::int64_t i = first; i < last; ++i) {
                const double w = weight * slope[i];
                for (std::int64_t p = i * b; p < (i + 1) * b; ++p) t[p] = w * v[p];
            }
        });
        product_of = T;
    }
    if (step.adjoint)
        step.map == entry_map::identity ? step.A.apply_adjoint(product_of, Y)
                                        : step.A.apply_adjoint(step.map, product_of, Y);
    else
        step.map == entry_map::identity ? step.A.apply(product_of, Y) : step.A.apply(step.map, product_of, Y);

    if (step.slopes_first && keep == 0.0)
        store_and_square(Y, squares, threads, [=](std::int64_t, std::int64_t p) { return y[p]; });
    else if (step.slopes_first)
        store_and_square(Y, squares, threads, [=](std::int64_t, std::int64_t p) { return y[p] += keep * v[p]; });
    else if (keep == 0.0)
        store_and_square(Y, squares, threads,
                         [=](std::int64_t i, std::int64_t p) { return y[p] *= weight * slope[i]; });
    else
        store_and_square(Y, squares, threads, [=](std::int64_t i, std::int64_t p) {
            return y[p] = keep * v[p] + weight * slope[i] * y[p];
        });
}

}  // namespace rhochain
