#include "kernels/solvers/rotated_parts.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace rhochain {

namespace {

// The rows of combine_rotated.
class rotated_rows {
public:
    rotated_rows(std::span<const rotated_term> terms, block_in P, block_in Q, block_in X, block_in Z, block_out Y)
        : terms_(terms),
          P_(entries_of(P)),
          Q_(entries_of(Q)),
          X_(entries_of(X)),
          Z_(entries_of(Z)),
          Y_(entries_of(Y)) {}

    // Rows first .. last - 1; after(j, x, y) sees each x_ij and y_ij.
    template <class After>
    void combine(std::int64_t first, std::int64_t last, const After& after) const {
        for (std::int64_t i = first; i < last; ++i) {
            const double *p = P_.row(i), *q = Q_.row(i), *x = X_.row(i), *z = Z_.row(i);
            double* y = Y_.row(i);
            for (std::size_t j = 0; j < terms_.size(); ++j, p += 2, q += 2, x += 2, z += 2, y += 2) {
                const rotated_term& f = terms_[j];
                const double c = 0.5 * f.product * f.cosine, s = 0.5 * f.product * f.sine;
                const double re = c * (p[0] + q[0]) - s * (p[1] - q[1]);
                const double im = c * (p[1] + q[1]) + s * (p[0] - q[0]);
                y[0] = re + (f.own * x[0] + f.before * z[0]);
                y[1] = im + (f.own * x[1] + f.before * z[1]);
                after(j, x, y);
            }
        }
    }

private:
    std::span<const rotated_term> terms_;
    const_block P_, Q_, X_, Z_;
    mutable_block Y_;
};

// Sums over all rows: body(first, last, sums) adds those of a chunk, `width` numbers.
template <class Body>
std::vector<double> chunk_sums(block_in X, std::size_t width, const space& S, const Body& body) {
    std::vector<double> partial(static_cast<std::size_t>(S.chunk_count()) * width, 0.0), totals(width, 0.0);
    const int team = threads_worth(X.size(), S.threads(), worth_sharing_memory);
    over_parts(S, S.chunk_rows(), team, [&](std::int64_t first, std::int64_t last) {
        body(first, last, partial.data() + static_cast<std::size_t>(first / S.chunk_rows()) * width);
    });
    S.sum(partial, S.chunk_rows(), totals);
    return totals;
}

}  // namespace

void combine_rotated(std::span<const rotated_term> terms, block_in P, block_in Q, block_in X, block_in Z, block_out Y,
                     const space& S) {
    const rotated_rows rows{terms, P, Q, X, Z, Y};
    over_panels(S, X.size(), [=](std::int64_t first, std::int64_t last) {
        rows.combine(first, last, [](std::size_t, const double*, const double*) {});
    });
}

std::vector<pair_sums> combine_rotated_with_sums(std::span<const rotated_term> terms, block_in P, block_in Q,
                                                 block_in X, block_in Z, block_out Y, const space& S) {
    const rotated_rows rows{terms, P, Q, X, Z, Y};
    const std::vector<double> totals =
        chunk_sums(X, 2 * terms.size(), S, [&](std::int64_t first, std::int64_t last, double* sums) {
            rows.combine(first, last, [sums](std::size_t j, const double* x, const double* y) {
                sums[2 * j] += x[0] * y[0] + x[1] * y[1];
                sums[2 * j + 1] += y[0] * y[0] + y[1] * y[1];
            });
        });
    std::vector<pair_sums> result;
    for (std::size_t j = 0; j < terms.size(); ++j) result.push_back({totals[2 * j], totals[2 * j + 1]});
    return result;
}

std::vector<double> add_pairs(std::span<const double> a, block_in X, block_out Y, const space& S) {
    const auto add = [a, X = entries_of(X), Y = entries_of(Y)](std::int64_t first, std::int64_t last, double* sums) {
        for (std::int64_t i = first; i < last; ++i) {
            const double* x = X.row(i);
            double* y = Y.row(i);
            for (std::size_t j = 0; j < a.size(); ++j) {
                y[2 * j] += a[j] * x[2 * j];
                y[2 * j + 1] += a[j] * x[2 * j + 1];
                sums[j] += y[2 * j] * y[2 * j] + y[2 * j + 1] * y[2 * j + 1];
            }
        }
    };
    return chunk_sums(X, a.size(), S, add);
}

void combine_pairs(std::span<const double> a, block_in X, std::span<const double> b, block_out Y, const space& S) {
    over_panels(S, X.size(), [a, b, X = entries_of(X), Y = entries_of(Y)](std::int64_t first, std::int64_t last) {
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

std::vector<std::complex<double>> pair_products(block_in X, block_in Y, const space& S) {
    const auto width = static_cast<std::size_t>(X.columns());
    const auto add = [width, X = entries_of(X), Y = entries_of(Y)](std::int64_t first, std::int64_t last,
                                                                   double* sums) {
        for (std::int64_t i = first; i < last; ++i) {
            const double *x = X.row(i), *y = Y.row(i);
            for (std::size_t j = 0; j < width; j += 2) {
                sums[j] += x[j] * y[j] + x[j + 1] * y[j + 1];
                sums[j + 1] += x[j] * y[j + 1] - x[j + 1] * y[j];
            }
        }
    };
    const std::vector<double> totals = chunk_sums(X, width, S, add);
    std::vector<std::complex<double>> products;
    for (std::size_t j = 0; j < width; j += 2) products.emplace_back(totals[j], totals[j + 1]);
    return products;
}

void row_and_column_shares(std::span<const std::complex<double>> units, block_in P, block_in Q, vector_out rows,
                           vector_out columns, vector_out squares, const space& S) {
    const std::size_t m = units.size();
    const auto write = [m, e = units.data(), P = entries_of(P), Q = entries_of(Q), rows = entries_of(rows),
                        columns = entries_of(columns),
                        squares = entries_of(squares)](std::int64_t first, std::int64_t last) {
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
    };
    over_panels(S, P.size(), write);
}

void set_pair(complex_in x, int exponent, block_out X, const space& S) {
    const auto write = [exponent, in = entries_of(x).data(), X = entries_of(X)](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
            X.row(i)[0] = std::ldexp(in[i].real(), exponent);
            X.row(i)[1] = std::ldexp(in[i].imag(), exponent);
        }
    };
    over_panels(S, X.size(), write);
}

complex_vector pair_vector(block_in X, std::int64_t j, const space& S) {
    complex_vector x(S);
    const auto write = [j, X = entries_of(X), out = entries_of(complex_out(x)).data()](std::int64_t first,
                                                                                       std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) out[i] = {X.row(i)[2 * j], X.row(i)[2 * j + 1]};
    };
    over_panels(S, 2 * X.rows(), write);
    return x;
}

}  // namespace rhochain
