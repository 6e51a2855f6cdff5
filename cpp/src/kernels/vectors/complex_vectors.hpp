// Vectors x = a + i b in C^n with a, b in R^n: the eigenvectors of real matrices. Operations with a space (space.hpp)
// act on a vector of which each rank holds its slice. Those without one act on an array.
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <complex>
#include <span>
#include <vector>

namespace rhochain {

using complex_array = std::span<const std::complex<double>>;

// The memory of one.
class complex_vector {
public:
    complex_vector() = default;
    explicit complex_vector(const space& S);  // 0

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    operator complex_in() const;
    operator complex_out();

private:
    friend struct entry_access;

    std::vector<std::complex<double>> entries_;
};

void copy(complex_in x, complex_out y, const space& S);           // y = x
void copy_real_part(complex_in x, vector_out a, const space& S);  // a = Re x

void set_real(vector_in a, complex_out x, const space& S);       // Re x = a
void set_imaginary(vector_in b, complex_out x, const space& S);  // Im x = b
void conjugate(complex_out x, const space& S);

// a + i b = 2^exponent x.
void split(complex_in x, int exponent, vector_out a, vector_out b, const space& S);

// bounds_j = |a_j| + |b_j|, at least |a_j + i b_j|.
void bound_moduli(vector_in a, vector_in b, vector_out bounds, const space& S);

// c + i d -= theta (a + i b).
void subtract_multiple(std::complex<double> theta, vector_in a, vector_in b, vector_out c, vector_out d,
                       const space& S);

// (*) max over j of |a_j| and |b_j|; NaN if one of them is NaN.
[[nodiscard]] double max_abs_part(complex_in x, const space& S);

// (*) x <- x / ||x||, with ||x||^2 summed from the first entry to the last.
void normalise(complex_out x, const space& S);

// (*) y^T x, summed from the first entry to the last.
[[nodiscard]] std::complex<double> overlap(complex_in y, complex_in x, const space& S);
[[nodiscard]] std::complex<double> overlap(complex_array y, complex_array x);

}  // namespace rhochain
