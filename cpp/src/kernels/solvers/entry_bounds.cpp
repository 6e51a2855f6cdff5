#include "kernels/solvers/entry_bounds.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

void raise_nonzero_magnitudes(vector_in x, double least, vector_out out, const space& S) {
    over_chunks(S, [least, p = entries_of(x).data(), q = entries_of(out).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = p[i] == 0.0 ? 0.0 : std::max(std::abs(p[i]), least);
    });
}

void raise_nonzero_scaled(vector_in x, int exponent, double least, vector_out out, const space& S) {
    over_chunks(S, [=, p = entries_of(x).data(), q = entries_of(out).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            q[i] = p[i] == 0.0 ? 0.0 : std::max(std::ldexp(p[i], exponent), least);
    });
}

void add_unit_errors(vector_in e, double unit_error, vector_in v, vector_out out, const space& S) {
    over_chunks(S, [unit_error, p = entries_of(e).data(), r = entries_of(v).data(), q = entries_of(out).data()](
                       std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = (p[i] + unit_error * std::abs(r[i])) * (1.0 + 0x1p-50);
    });
}

void enlarge(double factor, double underflow, vector_out e, const space& S) {
    over_chunks(S, [=, q = entries_of(e).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = q[i] * factor + underflow;
    });
}

void enlarge_by_power(int exponent, double underflow, vector_out e, const space& S) {
    over_chunks(S, [=, q = entries_of(e).data()](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) q[i] = std::ldexp(q[i], exponent) + underflow;
    });
}

}  // namespace rhochain
