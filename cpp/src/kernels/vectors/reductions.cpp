#include <rhochain/kernels/vectors/reductions.hpp>

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t lanes = 8;

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
double ordered_sum(const space& S, const Term& term) {
    if (S.whole() && S.length() <= S.chunk_rows()) return chunk_sum(0, S.length(), term);
    const std::vector<double> partial =
        results_of_chunks(S, [&](std::int64_t begin, std::int64_t end) { return chunk_sum(begin, end, term); });
    double total = 0.0;
    S.sum(partial, S.chunk_rows(), {&total, 1});
    return total;
}

double largest_of(array_in x, std::int64_t begin, std::int64_t end) {
    double largest = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
        const double a = std::abs(x[static_cast<std::size_t>(i)]);
        if (a > largest || std::isnan(a)) largest = a;
    }
    return largest;
}

std::int64_t length(array_in x) { return static_cast<std::int64_t>(x.size()); }

space of_array(array_in x) { return {length(x), 1}; }

}  // namespace

std::int64_t sum_depth(std::int64_t n) { return space(n, 1).sum_depth(); }

double rounding_gamma(std::int64_t m) {
    constexpr double u = 0x1p-53;
    const double mu = static_cast<double>(m) * u;
    return mu / (1.0 - mu);
}

double dot(vector_in x, vector_in y, const space& S) {
    const double *a = entries_of(x).data(), *b = entries_of(y).data();
    return ordered_sum(S, [=](std::int64_t i) { return a[i] * b[i]; });
}

double dot(array_in x, array_in y) {
    const double *a = x.data(), *b = y.data();
    if (length(x) <= least_piece) return chunk_sum(0, length(x), [=](std::int64_t i) { return a[i] * b[i]; });
    return dot(as_vector(x), as_vector(y), of_array(x));
}

double norm2(vector_in x, const space& S) { return norm2(dot(x, x, S), x, S); }

double norm2(array_in x) { return norm2(as_vector(x), of_array(x)); }

double norm2(double squared, vector_in x, const space& S) {
    if (squared > 0x1p-900 && squared < 0x1p900) return std::sqrt(squared);
    const double largest = max_abs(x, S);
    if (largest == 0.0 || !std::isfinite(largest)) return largest;
    const int e = binary_exponent(largest);
    const double* a = entries_of(x).data();
    const double total = ordered_sum(S, [=](std::int64_t i) {
        const double s = std::ldexp(a[i], -e);
        return s * s;
    });
    return std::ldexp(std::sqrt(total), e);
}

double sum(vector_in x, const space& S) {
    const double* a = entries_of(x).data();
    return ordered_sum(S, [=](std::int64_t i) { return a[i]; });
}

double sum(array_in x) { return sum(as_vector(x), of_array(x)); }

double max_abs(vector_in x, const space& S) {
    const auto of_chunk = [x = entries_of(x)](std::int64_t begin, std::int64_t end) {
        return largest_of(x, begin, end);
    };
    return S.largest(max_abs(results_of_chunks(S, of_chunk)));
}

double max_abs(array_in x) { return largest_of(x, 0, length(x)); }

bool is_finite(vector_in x, const space& S) {
    const array_in entries = entries_of(x);
    return !S.any(!std::all_of(entries.begin(), entries.end(), [](double entry) { return std::isfinite(entry); }));
}

bool is_zero(vector_in x, const space& S) {
    const array_in entries = entries_of(x);
    return !S.any(std::any_of(entries.begin(), entries.end(), [](double entry) { return entry != 0.0; }));
}

extremes ratio_extremes(vector_in y, vector_in x, const space& S) {
    constexpr extremes none{std::numeric_limits<double>::infinity(), 0.0};
    const auto of_chunk = [none, p = entries_of(x).data(), q = entries_of(y).data()](std::int64_t begin,
                                                                                     std::int64_t end) {
        extremes e = none;
        for (std::int64_t i = begin; i < end; ++i) {
            if (!(p[i] > 0.0)) continue;
            const double ratio = q[i] / p[i];
            e.lowest = std::min(e.lowest, ratio);
            e.highest = std::max(e.highest, ratio);
        }
        return e;
    };
    extremes all = none;
    for (const extremes& e : results_of_chunks(S, of_chunk))
        all = {std::min(all.lowest, e.lowest), std::max(all.highest, e.highest)};
    return {S.least(all.lowest), S.largest(all.highest)};
}

}  // namespace rhochain
