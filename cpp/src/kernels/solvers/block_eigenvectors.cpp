#include "kernels/solvers/block_eigenvectors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace rhochain {
namespace {

using complex = std::complex<double>;
using complex_numbers = std::vector<complex>;

class substitution {
public:
    explicit substitution(const block_diagonal_form& form)
        : form_(form), n_(static_cast<std::size_t>(form.n)), rows_(n_), columns_(n_) {
        double largest = 0.0;
        for (const complex& z : form.values) largest = std::max(largest, std::abs(z));
        for (const coupling& c : form.N) {
            const auto row = static_cast<std::size_t>(c.row), column = static_cast<std::size_t>(c.column);
            rows_[row].emplace_back(column, c.value);
            columns_[column].emplace_back(row, c.value);
            largest = std::max(largest, std::abs(c.value));
        }
        least_ = 0x1p-52 * largest;
    }

    [[nodiscard]] std::size_t size() const { return n_; }

    [[nodiscard]] complex_numbers right(std::size_t j) const {
        complex_numbers v = unit(j, {0.0, 1.0});
        for (std::size_t l = j; l-- > 0;) {
            if (value(l).imag() < 0.0) continue;
            solve(v, l, rows_, value(j), value(l));
        }
        const auto N = static_cast<std::size_t>(form_.stride);
        complex_numbers x(n_);
        for (std::size_t l = 0; l < n_; ++l)
            for (std::size_t i = 0; i < n_ && v[l] != 0.0; ++i) x[i] += form_.X[i * N + l] * v[l];
        return x;
    }

    // D_l^T has the vectors of D_l, of conjugate eigenvalues.
    [[nodiscard]] complex_numbers left(std::size_t j) const {
        complex_numbers u = unit(j, {0.0, -1.0});
        for (std::size_t l = j + width(j); l < n_; l += width(l)) solve(u, l, columns_, value(j), std::conj(value(l)));
        const auto N = static_cast<std::size_t>(form_.stride);
        complex_numbers y(n_);
        for (std::size_t l = 0; l < n_; ++l)
            for (std::size_t i = 0; i < n_ && u[l] != 0.0; ++i) y[i] += form_.Y[l * N + i] * u[l];
        return y;
    }

private:
    using neighbours = std::vector<std::vector<std::pair<std::size_t, double>>>;

    [[nodiscard]] const complex& value(std::size_t i) const { return form_.values[i]; }
    [[nodiscard]] std::size_t width(std::size_t i) const { return value(i).imag() != 0.0 ? 2 : 1; }

    [[nodiscard]] complex_numbers unit(std::size_t j, complex second) const {
        complex_numbers v(n_);
        v[j] = 1.0;
        if (width(j) == 2) v[j + 1] = second;
        return v;
    }

    // Block l of v from those before; (1, i) is an eigenvector of its matrix for z, (1, -i) for conj(z).
    void solve(complex_numbers& v, std::size_t l, const neighbours& N, complex lambda, complex z) const {
        constexpr double large = 0x1p200;
        const complex first = sum(N[l], v) * 0.5;
        const complex second = width(l) == 2 ? complex{0.0, 1.0} * sum(N[l + 1], v) * 0.5 : first;
        double size = 0.0;
        if (width(l) == 1) {
            v[l] = quotient(first + second, lambda - z);
            size = std::abs(v[l]);
        } else {
            const complex a = quotient(first - second, lambda - z);
            const complex b = quotient(first + second, lambda - std::conj(z));
            v[l] = a + b;
            v[l + 1] = complex{0.0, 1.0} * (a - b);
            size = std::max(std::abs(v[l]), std::abs(v[l + 1]));
        }
        if (size > large)
            for (complex& x : v) x /= large;
    }

    [[nodiscard]] static complex sum(const std::vector<std::pair<std::size_t, double>>& terms,
                                     const complex_numbers& v) {
        complex total = 0.0;
        for (const auto& [at, x] : terms) total += x * v[at];
        return total;
    }

    [[nodiscard]] complex quotient(complex a, complex b) const {
        if (a == 0.0) return 0.0;
        return a / (std::abs(b) < least_ ? complex{least_} : b);
    }

    const block_diagonal_form& form_;
    std::size_t n_;
    neighbours rows_, columns_;  // N
    double least_ = 0.0;
};

complex_numbers conjugate(complex_numbers x) {
    for (complex& z : x) z = std::conj(z);
    return x;
}

}  // namespace

std::vector<complex> right_eigenvector(const block_diagonal_form& form, std::size_t j) {
    return substitution(form).right(j);
}

std::vector<complex> left_eigenvector(const block_diagonal_form& form, std::size_t j) {
    return substitution(form).left(j);
}

block_eigenvectors eigenvectors_of(const block_diagonal_form& form) {
    const substitution solver(form);
    block_eigenvectors found;
    for (std::size_t j = 0; j < solver.size(); ++j) {
        const bool second = form.values[j].imag() < 0.0;
        found.right.push_back(second ? conjugate(found.right[j - 1]) : solver.right(j));
        found.left.push_back(second ? conjugate(found.left[j - 1]) : solver.left(j));
    }
    return found;
}

}  // namespace rhochain
