#include "kernels/vectors/complex_vectors.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace rhochain {
namespace {

std::complex<double> add_products(complex_array y, complex_array x, std::complex<double> sum) {
    for (std::size_t j = 0; j < x.size(); ++j) sum += y[j] * x[j];
    return sum;
}

}  // namespace

complex_vector::complex_vector(const space& S) : entries_(static_cast<std::size_t>(S.length())) {}

complex_vector::operator complex_in() const { return as_vector(entries_); }
complex_vector::operator complex_out() { return as_vector(entries_); }

void copy(complex_in x, complex_out y, const space& S) {
    over_ranges(S, [z = entries_of(x).data(), w = entries_of(y).data()](std::int64_t begin, std::int64_t end) {
        std::copy(z + begin, z + end, w + begin);
    });
}

void copy_real_part(complex_in x, vector_out a, const space& S) {
    over_ranges(S, [z = entries_of(x).data(), p = entries_of(a).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) p[j] = z[j].real();
    });
}

void set_real(vector_in a, complex_out x, const space& S) {
    over_ranges(S, [p = entries_of(a).data(), z = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j].real(p[j]);
    });
}

void set_imaginary(vector_in b, complex_out x, const space& S) {
    over_ranges(S, [p = entries_of(b).data(), z = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j].imag(p[j]);
    });
}

void split(complex_in x, int exponent, vector_out a, vector_out b, const space& S) {
    over_ranges(S, [exponent, z = entries_of(x).data(), p = entries_of(a).data(), q = entries_of(b).data()](
                       std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
            p[j] = std::ldexp(z[j].real(), exponent);
            q[j] = std::ldexp(z[j].imag(), exponent);
        }
    });
}

void bound_moduli(vector_in a, vector_in b, vector_out bounds, const space& S) {
    over_ranges(S, [p = entries_of(a).data(), q = entries_of(b).data(), m = entries_of(bounds).data()](
                       std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) m[j] = std::abs(p[j]) + std::abs(q[j]);
    });
}

void subtract_multiple(std::complex<double> theta, vector_in a, vector_in b, vector_out c, vector_out d,
                       const space& S) {
    const double re = theta.real();
    const double im = theta.imag();
    const double *p = entries_of(a).data(), *q = entries_of(b).data();
    double *r = entries_of(c).data(), *s = entries_of(d).data();
    over_ranges(S, [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) {
            r[j] -= re * p[j] - im * q[j];
            s[j] -= re * q[j] + im * p[j];
        }
    });
}

void conjugate(complex_out x, const space& S) {
    over_ranges(S, [z = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j] = std::conj(z[j]);
    });
}

double max_abs_part(complex_in x, const space& S) {
    const std::vector<double> partial =
        results_of_chunks(S, [z = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
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
        for (const auto& z : entries_of(x)) sum[0] += std::norm(z);
    });
    const double norm = std::sqrt(square);
    over_ranges(S, [norm, z = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t j = begin; j < end; ++j) z[j] /= norm;
    });
}

std::complex<double> overlap(complex_in y, complex_in x, const space& S) {
    std::array<double, 2> sum{};
    S.fold(sum, [&](std::span<double> parts) {
        const std::complex<double> further = add_products(entries_of(y), entries_of(x), {parts[0], parts[1]});
        parts[0] = further.real();
        parts[1] = further.imag();
    });
    return {sum[0], sum[1]};
}

std::complex<double> overlap(complex_array y, complex_array x) { return add_products(y, x, 0.0); }

}  // namespace rhochain
