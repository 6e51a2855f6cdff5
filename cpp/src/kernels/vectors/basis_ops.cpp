#include <rhochain/kernels/vectors/basis_ops.hpp>

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cstddef>

namespace rhochain {
namespace {

// A part of w stays in the first-level cache while the loop visits the same part of all vectors.
std::int64_t part_rows(const space& S) { return std::min<std::int64_t>(2048, S.chunk_rows()); }

// Threads for an operation that reads so many vectors from memory.
int team_for(std::size_t vectors, const space& S) {
    constexpr std::int64_t worth_sharing = 1 << 17;
    return threads_worth(S.length() * static_cast<std::int64_t>(vectors), S.threads(), worth_sharing);
}

array_in part_of(vector_in x, std::int64_t first, std::int64_t last) {
    return entries_of(x).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

// w -= sum_j h_j v_j of the rows from `first` on, one v after the other for each entry, which the loop visits for four
// of them at a time.
void subtract_rows(vector_list V, std::span<const double> h, std::int64_t first, array_out w) {
    constexpr std::size_t together = 4;
    double* const __restrict to = w.data();
    const auto column = [&](std::size_t j) { return entries_of(V[j]).data() + first; };
    std::size_t j = 0;
    for (; j + together <= h.size(); j += together) {
        const double *a = column(j), *b = column(j + 1), *c = column(j + 2), *d = column(j + 3);
        for (std::size_t i = 0; i < w.size(); ++i)
            to[i] = (((to[i] + -h[j] * a[i]) + -h[j + 1] * b[i]) + -h[j + 2] * c[i]) + -h[j + 3] * d[i];
    }
    const auto end = first + static_cast<std::int64_t>(w.size());
    for (; j < h.size(); ++j) axpy(-h[j], part_of(V[j], first, end), w);
}

// Adds v_i^T v_j of the rows first .. last - 1 to sums, for j < k and i < j.
void add_overlaps(vector_list V, std::int64_t first, std::int64_t last, std::int64_t part, double* sums) {
    for (std::int64_t c = first; c < last; c += part) {
        const std::int64_t end = std::min(last, c + part);
        double* sum = sums;
        for (std::size_t j = 1; j < V.size(); ++j)
            for (std::size_t i = 0; i < j; ++i) *sum++ += dot(part_of(V[i], c, end), part_of(V[j], c, end));
    }
}

}  // namespace

void basis_projection::add(std::int64_t first, std::int64_t last, panel_in w) {
    const array_in part(entries_of(w), static_cast<std::size_t>(last - first));
    double* sums = sums_.of(first).data();
    for (const vector_in v : V_) *sums++ = dot(part_of(v, first, last), part);
    *sums = dot(part, part);
}

std::vector<double> project(vector_list V, vector_in w, const space& S) {
    basis_projection onto_V({V.begin(), V.end()}, S);
    over_parts(S, S.panel_rows(), team_for(V.size(), S),
               [&](std::int64_t first, std::int64_t last) { onto_V.add(first, last, block_in(w).rows_from(first)); });
    return onto_V.finish();
}

double subtract(vector_list V, std::span<const double> h, vector_out w, const space& S) {
    const std::int64_t part = part_rows(S);
    const auto subtract_and_square = [&](std::int64_t first, std::int64_t last) {
        const array_out of_w =
            entries_of(w).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
        subtract_rows(V, h, first, of_w);
        return dot(of_w, of_w);
    };
    const std::vector<double> squares = results_of_parts(S, part, team_for(V.size(), S), subtract_and_square);
    double squared = 0.0;
    S.sum(squares, part, {&squared, 1});
    return norm2(squared, w, S);
}

void rotate(std::span<const vector_out> V, std::span<const double> Q, std::int64_t kept, const space& S) {
    const auto p = static_cast<std::size_t>(kept);
    over_parts(S, part_rows(S), team_for(V.size(), S), [&](std::int64_t first, std::int64_t last) {
        const auto count = static_cast<std::size_t>(last - first);
        std::vector<double> rotated(p * count, 0.0);
        for (std::size_t j = 0; j < V.size(); ++j)
            for (std::size_t q = 0; q < p; ++q)
                axpy(Q[j * p + q], part_of(V[j], first, last), {rotated.data() + q * count, count});
        for (std::size_t q = 0; q < p; ++q)
            std::copy_n(rotated.data() + q * count, count, entries_of(V[q]).data() + first);
    });
}

double largest_overlap(vector_list V, const space& S) {
    // Groups of chunks bound the number of partial sums. Each rank continues the sums of the rank before it.
    constexpr std::int64_t group = 64;
    const std::size_t pairs = V.size() * (V.size() - std::min<std::size_t>(V.size(), 1)) / 2;
    std::vector<double> totals(pairs, 0.0), partial;
    S.fold(totals, [&](std::span<double> sums) {
        for (std::int64_t first = 0; first < S.chunk_count(); first += group) {
            const std::int64_t some = std::min(group, S.chunk_count() - first);
            partial.assign(pairs * static_cast<std::size_t>(some), 0.0);
            parallel_for(team_for(V.size(), S), some, [&](std::int64_t c) {
                const std::int64_t begin = (first + c) * S.chunk_rows();
                add_overlaps(V, begin, std::min(S.length(), begin + S.chunk_rows()), part_rows(S),
                             partial.data() + pairs * static_cast<std::size_t>(c));
            });
            for (std::size_t p = 0; p < partial.size(); ++p) sums[p % pairs] += partial[p];
        }
    });
    return max_abs(totals);
}

}  // namespace rhochain
