#include "kernels/vectors/complex_vectors.hpp"

#include <rhochain/kernels/space/over_rows.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace rhochain {
namespace {

std::complex<double> add_products(complex_in y, complex_in x, std::complex<double> sum) {
    for (std::size_t j = 0; j < x.size(); ++j) sum += y[j] * x[j];
    return sum;
}

}  // namespace

complex_vector to_complex(vector_in a) { return {a.begin(), a.end()}; }

std::vector<double> real_part(complex_in x) {
    std::vector<double> a(x.size());
    std::transform(x.begin(), x.end(), a.begin(), [](const auto& z) { return z.real(); });
    return a;
}

void set_real(vector_in a, complex_out x, const space& S) {
    over_ranges(S, [p = a.data(), z = x.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j].real(p[j]);
    });
}

void set_imaginary(vector_in b, complex_out x, const space& S) {
    over_ranges(S, [p = b.data(), z = x.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j].imag(p[j]);
    });
}

void split(complex_in x, int exponent, vector_out a, vector_out b, const space& S) {
    over_ranges(S, [exponent, z = x.data(), p = a.data(), q = b.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
            p[j] = std::ldexp(z[j].real(), exponent);
            q[j] = std::ldexp(z[j].imag(), exponent);
        }
    });
}

void bound_moduli(vector_in a, vector_in b, vector_out bounds, const space& S) {
    over_ranges(S, [p = a.data(), q = b.data(), m = bounds.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) m[j] = std::abs(p[j]) + std::abs(q[j]);
    });
}

void subtract_multiple(std::complex<double> theta, vector_in a, vector_in b, vector_out c, vector_out d,
                       const space& S) {
    const double re = theta.real();
    const double im = theta.imag();
    const double *p = a.data(), *q = b.data();
    double *r = c.data(), *s = d.data();
    over_ranges(S, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
            r[j] -= re * p[j] - im * q[j];
            s[j] -= re * q[j] + im * p[j];
        }
    });
}

void conjugate(complex_out x, const space& S) {
    over_ranges(S, [z = x.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j] = std::conj(z[j]);
    });
}

double max_abs_part(complex_in x, const space& S) {
    const std::vector<double> partial = results_of_chunks(S, [z = x.data()](std::int64_t begin, std::int64_t end) {
        double largest = 0.0;
        for (std::int64_t j = begin; j < end; ++j)
            for (const double part : {std::abs(z[j].real()), std::abs(z[j].imag())})
                if (part > largest || std::isnan(part)) largest = part;
        return largest;
    });
    return S.largest(max_abs(partial));
}

void normalise(complex_out x, const space& S) {
    double square = 0.0;
    S.fold({&square, 1}, [&](std::span<double> sum) {
        for (const auto& z : x) sum[0] += std::norm(z);
    });
    const double norm = std::sqrt(square);
    over_ranges(S, [norm, z = x.data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j] /= norm;
    });
}

std::complex<double> overlap(complex_in y, complex_in x, const space& S) {
    std::array<double, 2> sum{};
    S.fold(sum, [&](std::span<double> parts) {
        const std::complex<double> further = add_products(y, x, {parts[0], parts[1]});
        parts[0] = further.real();
        parts[1] = further.imag();
    });
    return {sum[0], sum[1]};
}

std::complex<double> overlap(complex_in y, complex_in x) { return add_products(y, x, 0.0); }

}  // namespace rhochain
