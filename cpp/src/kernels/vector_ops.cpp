#include <rhochain/kernels/parallel.hpp>
#include <rhochain/kernels/partial_sums.hpp>
#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/storage/row_pieces.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t chunk = least_piece;
constexpr std::int64_t lanes = 8;

// Below this length a vector operation takes less time than waking the threads.
constexpr std::int64_t worth_sharing = 1 << 16;

std::int64_t chunk_count(std::int64_t n) { return (n + chunk - 1) / chunk; }

template <class Body>
void over_chunks(std::int64_t n, int threads, const Body& body) {
    const int team = n < worth_sharing ? 1 : threads;
    parallel_for(team, chunk_count(n), [&](std::int64_t c) { body(c * chunk, std::min(n, (c + 1) * chunk)); });
}

template <class Term>
double chunk_sum(std::int64_t begin, std::int64_t end, const Term& term) {
    double partial[lanes] = {};
    std::int64_t i = begin;
    for (; i + lanes <= end; i += lanes)
        for (std::int64_t l = 0; l < lanes; ++l) partial[l] += term(i + l);
    for (std::int64_t l = 0; i < end; ++i, ++l) partial[l] += term(i);
    return ((partial[0] + partial[1]) + (partial[2] + partial[3])) +
           ((partial[4] + partial[5]) + (partial[6] + partial[7]));
}

template <class Term>
double ordered_sum(std::int64_t n, int threads, const Term& term) {
    if (n <= chunk) return chunk_sum(0, n, term);
    std::vector<double> partial(static_cast<std::size_t>(chunk_count(n)));
    over_chunks(n, threads, [&](std::int64_t begin, std::int64_t end) {
        partial[static_cast<std::size_t>(begin / chunk)] = chunk_sum(begin, end, term);
    });
    double total = 0.0;
    add_in_order(n, chunk, partial, {&total, 1});
    return total;
}

std::int64_t length(vector_in x) { return static_cast<std::int64_t>(x.size()); }

}  // namespace

std::int64_t sum_depth(std::int64_t n) { return std::min(n, chunk / lanes + 4) + partial_depth(n, chunk); }

double rounding_gamma(std::int64_t m) {
    constexpr double u = 0x1p-53;
    const double mu = static_cast<double>(m) * u;
    return mu / (1.0 - mu);
}

double dot(vector_in x, vector_in y, int threads) {
    const double *a = x.data(), *b = y.data();
    return ordered_sum(length(x), threads, [=](std::int64_t i) { return a[i] * b[i]; });
}

double norm2(vector_in x, int threads) { return norm2(dot(x, x, threads), x, threads); }

double norm2(double squared, vector_in x, int threads) {
    if (squared > 0x1p-900 && squared < 0x1p900) return std::sqrt(squared);
    const double largest = max_abs(x, threads);
    if (largest == 0.0 || !std::isfinite(largest)) return largest;
    const int e = binary_exponent(largest);
    const double* a = x.data();
    return std::ldexp(std::sqrt(ordered_sum(length(x), threads,
                                            [=](std::int64_t i) {
                                                const double s = std::ldexp(a[i], -e);
                                                return s * s;
                                            })),
                      e);
}

double sum(vector_in x, int threads) {
    const double* a = x.data();
    return ordered_sum(length(x), threads, [=](std::int64_t i) { return a[i]; });
}

double max_abs(vector_in x, int threads) {
    std::vector<double> partial(static_cast<std::size_t>(chunk_count(length(x))), 0.0);
    over_chunks(length(x), threads, [&](std::int64_t begin, std::int64_t end) {
        double largest = 0.0;
        for (std::int64_t i = begin; i < end; ++i) {
            const double a = std::abs(x[static_cast<std::size_t>(i)]);
            if (a > largest || std::isnan(a)) largest = a;
        }
        partial[static_cast<std::size_t>(begin / chunk)] = largest;
    });
    double largest = 0.0;
    for (const double p : partial)
        if (p > largest || std::isnan(p)) largest = p;
    return largest;
}

void axpy(double a, vector_in x, vector_out y, int threads) {
    over_chunks(length(x), threads, [&, p = x.data(), q = y.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] += a * p[i];
    });
}

void combine(double a, vector_in x, double b, vector_out y, int threads) {
    over_chunks(length(x), threads, [&, p = x.data(), q = y.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = a * p[i] + b * q[i];
    });
}

void scale(double a, vector_out x, int threads) {
    over_chunks(length(x), threads, [&, q = x.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] *= a;
    });
}

void copy_scaled(double a, vector_in x, vector_out y, int threads) {
    over_chunks(length(x), threads, [&, p = x.data(), q = y.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = a * p[i];
    });
}

void fill(double value, vector_out x, int threads) {
    over_chunks(length(x), threads, [&, q = x.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = value;
    });
}

extremes ratio_extremes(vector_in y, vector_in x, int threads) {
    constexpr extremes none{std::numeric_limits<double>::infinity(), 0.0};
    std::vector<extremes> partial(static_cast<std::size_t>(chunk_count(length(x))), none);
    over_chunks(length(x), threads, [&, p = x.data(), q = y.data()](std::int64_t begin, std::int64_t end) {
        extremes e = none;
        for (std::int64_t i = begin; i < end; ++i) {
            if (!(p[i] > 0.0)) continue;
            const double ratio = q[i] / p[i];
            e.lowest = std::min(e.lowest, ratio);
            e.highest = std::max(e.highest, ratio);
        }
        partial[static_cast<std::size_t>(begin / chunk)] = e;
    });
    extremes all = none;
    for (const extremes& e : partial)
        all = {std::min(all.lowest, e.lowest), std::max(all.highest, e.highest)};
    return all;
}

}  // namespace rhochain
