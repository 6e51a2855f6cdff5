#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rhochain {

void axpy(double a, vector_in x, vector_out y, const space& S) {
    over_chunks(S, [&, p = entries_of(x).data(), q = entries_of(y).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] += a * p[i];
    });
}

void axpy(double a, array_in x, array_out y) {
    const double* p = x.data();
    double* q = y.data();
    for (std::size_t i = 0; i < x.size(); ++i) q[i] += a * p[i];
}

void combine(double a, vector_in x, double b, vector_out y, const space& S) {
    over_chunks(S, [&, p = entries_of(x).data(), q = entries_of(y).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = a * p[i] + b * q[i];
    });
}

void scale(double a, vector_out x, const space& S) {
    over_chunks(S, [&, q = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] *= a;
    });
}

void scale(double a, array_out x) {
    for (double& entry : x) entry *= a;
}

void divide(double a, vector_out x, const space& S) {
    constexpr double least = 0x1p-1000;
    if (a >= least) return scale(1.0 / a, x, S);
    const int e = binary_exponent(a);
    scale_by_power(-e, x, S);
    scale(1.0 / std::ldexp(a, -e), x, S);
}

void copy(vector_in x, vector_out y, const space& S) {
    over_chunks(S, [p = entries_of(x).data(), q = entries_of(y).data()](std::int64_t begin, std::int64_t end) {
        std::copy(p + begin, p + end, q + begin);
    });
}

void copy_scaled(double a, vector_in x, vector_out y, const space& S) {
    over_chunks(S, [&, p = entries_of(x).data(), q = entries_of(y).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = a * p[i];
    });
}

void copy_magnitudes(vector_in x, vector_out y, const space& S) {
    over_chunks(S, [&, p = entries_of(x).data(), q = entries_of(y).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = std::abs(p[i]);
    });
}

void scale_by_power(int exponent, vector_out x, const space& S) {
    over_chunks(S, [&, q = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = std::ldexp(q[i], exponent);
    });
}

void fill(double value, vector_out x, const space& S) {
    over_chunks(S, [&, q = entries_of(x).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = value;
    });
}

}  // namespace rhochain
