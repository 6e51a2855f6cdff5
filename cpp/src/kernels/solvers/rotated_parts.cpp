#include "kernels/solvers/rotated_parts.hpp"

#include <rhochain/kernels/space/over_rows.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace rhochain {

namespace {

// Rows first .. last - 1 of combine_rotated; after(j, x, y) sees each x_ij and y_ij.
template <class After>
void combine_rows(std::span<const rotated_term> terms, const_block P, const_block Q, const_block X, const_block Z,
                  mutable_block Y, std::int64_t first, std::int64_t last, const After& after) {
    for (std::int64_t i = first; i < last; ++i) {
        const double *p = P.row(i), *q = Q.row(i), *x = X.row(i), *z = Z.row(i);
        double* y = Y.row(i);
        for (std::size_t j = 0; j < terms.size(); ++j, p += 2, q += 2, x += 2, z += 2, y += 2) {
            const rotated_term& f = terms[j];
            const double c = 0.5 * f.product * f.cosine, s = 0.5 * f.product * f.sine;
            const double re = c * (p[0] + q[0]) - s * (p[1] - q[1]);
            const double im = c * (p[1] + q[1]) + s * (p[0] - q[0]);
            y[0] = re + (f.own * x[0] + f.before * z[0]);
            y[1] = im + (f.own * x[1] + f.before * z[1]);
            after(j, x, y);
        }
    }
}

// Sums over all rows: body(first, last, sums) adds those of a chunk, `width` numbers.
template <class Body>
std::vector<double> chunk_sums(const_block X, std::size_t width, const space& S, const Body& body) {
    std::vector<double> partial(static_cast<std::size_t>(S.chunk_count()) * width, 0.0), totals(width, 0.0);
    const int team = threads_worth(X.size(), S.threads(), worth_sharing_memory);
    over_parts(S, S.chunk_rows(), team, [&](std::int64_t first, std::int64_t last) {
        body(first, last, partial.data() + static_cast<std::size_t>(first / S.chunk_rows()) * width);
    });
    S.sum(partial, S.chunk_rows(), totals);
    return totals;
}

}  // namespace

void combine_rotated(std::span<const rotated_term> terms, const_block P, const_block Q, const_block X, const_block Z,
                     mutable_block Y, const space& S) {
    over_panels(S, X.size(), [=](std::int64_t first, std::int64_t last) {
        combine_rows(terms, P, Q, X, Z, Y, first, last, [](std::size_t, const double*, const double*) {});
    });
}

std::vector<pair_sums> combine_rotated_with_sums(std::span<const rotated_term> terms, const_block P, const_block Q,
                                                 const_block X, const_block Z, mutable_block Y, const space& S) {
    const std::vector<double> totals =
        chunk_sums(X, 2 * terms.size(), S, [&](std::int64_t first, std::int64_t last, double* sums) {
            combine_rows(terms, P, Q, X, Z, Y, first, last, [sums](std::size_t j, const double* x, const double* y) {
                sums[2 * j] += x[0] * y[0] + x[1] * y[1];
                sums[2 * j + 1] += y[0] * y[0] + y[1] * y[1];
            });
        });
    std::vector<pair_sums> result;
    for (std::size_t j = 0; j < terms.size(); ++j) result.push_back({totals[2 * j], totals[2 * j + 1]});
    return result;
}

std::vector<double> add_pairs(std::span<const double> a, const_block X, mutable_block Y, const space& S) {
    return chunk_sums(X, a.size(), S, [&](std::int64_t first, std::int64_t last, double* sums) {
        for (std::int64_t i = first; i < last; ++i) {
            const double* x = X.row(i);
            double* y = Y.row(i);
            for (std::size_t j = 0; j < a.size(); ++j) {
                y[2 * j] += a[j] * x[2 * j];
                y[2 * j + 1] += a[j] * x[2 * j + 1];
                sums[j] += y[2 * j] * y[2 * j] + y[2 * j + 1] * y[2 * j + 1];
            }
        }
    });
}

void combine_pairs(std::span<const double> a, const_block X, std::span<const double> b, mutable_block Y,
                   const space& S) {
    over_panels(S, X.size(), [=](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            const double* x = X.row(i);
            double* y = Y.row(i);
            for (std::size_t j = 0; j < a.size(); ++j) {
                y[2 * j] = a[j] * x[2 * j] + b[j] * y[2 * j];
                y[2 * j + 1] = a[j] * x[2 * j + 1] + b[j] * y[2 * j + 1];
            }
        }
    });
}

std::vector<std::complex<double>> pair_products(const_block X, const_block Y, const space& S) {
    const auto width = static_cast<std::size_t>(X.columns);
    const std::vector<double> totals =
        chunk_sums(X, width, S, [&](std::int64_t first, std::int64_t last, double* sums) {
            for (std::int64_t i = first; i < last; ++i) {
                const double *x = X.row(i), *y = Y.row(i);
                for (std::size_t j = 0; j < width; j += 2) {
                    sums[j] += x[j] * y[j] + x[j + 1] * y[j + 1];
                    sums[j + 1] += x[j] * y[j + 1] - x[j + 1] * y[j];
                }
            }
        });
    std::vector<std::complex<double>> products;
    for (std::size_t j = 0; j < width; j += 2) products.emplace_back(totals[j], totals[j + 1]);
    return products;
}

void row_and_column_shares(std::span<const std::complex<double>> units, const_block P, const_block Q,
                           std::span<double> rows, std::span<double> columns, std::span<double> squares,
                           const space& S) {
    const std::size_t m = units.size();
    over_panels(S, P.size(), [=, e = units.data()](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            const double *p = P.row(i), *q = Q.row(i);
            double r = 0.0, c = 0.0, square = 0.0;
            for (std::size_t j = 0; j < m; ++j, p += 2, q += 2) {
                const double cosine = e[j].real(), sine = e[j].imag();
                const double y0 = cosine * p[0] - sine * p[1], y1 = cosine * p[1] + sine * p[0];
                const double z0 = cosine * q[0] + sine * q[1], z1 = cosine * q[1] - sine * q[0];
                const double u0 = 0.5 * (y0 + z0), u1 = 0.5 * (y1 + z1);
                r += y0 * u0 + y1 * u1;
                c += z0 * u0 + z1 * u1;
                square += u0 * u0 + u1 * u1;
            }
            rows[static_cast<std::size_t>(i)] = r;
            columns[static_cast<std::size_t>(i)] = c;
            squares[static_cast<std::size_t>(i)] = square;
        }
    });
}

void set_pair(std::span<const std::complex<double>> x, int exponent, mutable_block X, const space& S) {
    over_panels(S, 2 * X.rows, [=, in = x.data()](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            X.row(i)[0] = std::ldexp(in[i].real(), exponent);
            X.row(i)[1] = std::ldexp(in[i].imag(), exponent);
        }
    });
}

std::vector<std::complex<double>> pair_vector(const_block X, std::int64_t j, const space& S) {
    std::vector<std::complex<double>> x(static_cast<std::size_t>(X.rows));
    over_panels(S, 2 * X.rows, [=, out = x.data()](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) out[i] = {X.row(i)[2 * j], X.row(i)[2 * j + 1]};
    });
    return x;
}

}  // namespace rhochain
