#include "kernels/solvers/low_rank_products.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace rhochain {
namespace {

// Chunks of rows that depend on n alone, some 64 of them, none longer than those of the space.
std::int64_t rows_of_chunk(const space& S) {
    constexpr std::int64_t wanted = 64;
    std::int64_t rows = 1024;
    while (rows * wanted < S.size()) rows *= 2;
    return std::min(rows, S.chunk_rows());
}

}  // namespace

std::vector<double> inner_products(block_in F, block_in X, const space& S) {
    const std::int64_t k = F.columns(), b = X.columns(), rows = rows_of_chunk(S);
    const auto numbers = static_cast<std::size_t>(k * b);
    if (numbers == 0) return {};
    std::vector<double> partial(static_cast<std::size_t>(S.count_of(rows)) * numbers, 0.0);
    const int team = threads_worth(X.rows() * k * b, S.threads(), worth_sharing_memory);
    over_parts(S, rows, team, [&, F = entries_of(F), X = entries_of(X)](std::int64_t first, std::int64_t end) {
        double* z = partial.data() + static_cast<std::size_t>(first / rows) * numbers;
        for (std::int64_t i = first; i < end; ++i) {
            const double *f = F.row(i), *x = X.row(i);
            for (std::int64_t l = 0; l < k; ++l)
                for (std::int64_t c = 0; c < b; ++c) z[l * b + c] += f[l] * x[c];
        }
    });
    std::vector<double> Z(numbers, 0.0);
    S.sum(partial, rows, Z);
    return Z;
}

void add_combinations(block_in F, std::span<const double> Z, double w, block_out Y, const space& S) {
    const std::int64_t k = F.columns(), b = Y.columns();
    over_panels(S, Y.size() * k, [=, F = entries_of(F), Y = entries_of(Y)](std::int64_t first, std::int64_t end) {
        for (std::int64_t i = first; i < end; ++i) {
            const double* f = F.row(i);
            double* y = Y.row(i);
            for (std::int64_t c = 0; c < b; ++c) {
                double total = 0.0;
                for (std::int64_t l = 0; l < k; ++l) total += f[l] * Z[static_cast<std::size_t>(l * b + c)];
                y[c] = w * y[c] + total;
            }
        }
    });
}

void raised_columns(block_in F, std::span<const int> exponents, double least, block_out M, const space& S) {
    over_panels(S, F.size(), [=, F = entries_of(F), M = entries_of(M)](std::int64_t first, std::int64_t end) {
        for (std::int64_t i = first; i < end; ++i)
            for (std::size_t c = 0; c < exponents.size(); ++c) {
                const double f = F.row(i)[c];
                M.row(i)[c] = f == 0.0 ? 0.0 : std::max(std::ldexp(std::abs(f), exponents[c]), least);
            }
    });
}

}  // namespace rhochain
