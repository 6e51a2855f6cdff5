#include "spectra/radius/coupled_eigenvector.hpp"

#include <algorithm>
#include <cmath>

namespace rhochain {
namespace {

using complex = std::complex<double>;

class substitution {
public:
    substitution(const block_diagonal_form& basis, std::size_t first)
        : values_(basis.values), theta_(basis.values[first]), c_(basis.values.size()), couplings_(c_.size()) {
        c_[first] = 1.0;
    }

    std::vector<complex> right(const block_diagonal_form& basis, std::size_t first) {
        for (const coupling& c : basis.N) add(c.column, c.row, c.value);
        if (is_pair(first)) c_[first + 1] = {0.0, 1.0};
        send(first);
        for (std::size_t j = first; j-- > 0;) {
            if (values_[j].imag() < 0.0) continue;
            solve(j, 1.0);
            send(j);
        }
        return std::move(c_);
    }

    std::vector<complex> left(const block_diagonal_form& basis, std::size_t first) {
        for (const coupling& c : basis.N) add(c.row, c.column, c.value);
        if (is_pair(first)) c_[first + 1] = {0.0, -1.0};
        send(first);
        for (std::size_t j = first + (is_pair(first) ? 2 : 1); j < c_.size(); ++j) {
            if (values_[j].imag() < 0.0) continue;
            solve(j, -1.0);
            send(j);
        }
        return std::move(c_);
    }

private:
    struct term {
        std::size_t to;
        double value;
    };

    [[nodiscard]] bool is_pair(std::size_t j) const { return values_[j].imag() != 0.0; }

    void add(std::int64_t from, std::int64_t to, double value) {
        couplings_[static_cast<std::size_t>(from)].push_back({static_cast<std::size_t>(to), value});
    }

    // c of the block at j is known: its part of the right sides of the others.
    void send(std::size_t j) {
        for (std::size_t k = j; k <= j + (is_pair(j) ? 1 : 0); ++k)
            for (const term& t : couplings_[k]) c_[t.to] -= t.value * c_[k];
    }

    [[nodiscard]] complex divided(complex x, complex eigenvalue) const {
        const complex divisor = eigenvalue - theta_;
        const double least = std::max(0x1p-52 * std::abs(theta_), 0x1p-500);
        return x / (std::abs(divisor) < least ? complex(least) : divisor);
    }

    // The block at j from its right side: by the eigenvectors (1, i) and (1, -i) of [[a, b], [-b, a]], which its
    // transpose, `side` = -1, exchanges.
    void solve(std::size_t j, double side) {
        if (!is_pair(j)) {
            c_[j] = divided(c_[j], values_[j]);
        } else {
            const complex turned(-c_[j + 1].imag(), c_[j + 1].real());
            const complex v = side > 0.0 ? values_[j] : std::conj(values_[j]);
            const complex s = divided(0.5 * (c_[j] - turned), v), t = divided(0.5 * (c_[j] + turned), std::conj(v));
            c_[j] = s + t;
            c_[j + 1] = {(t - s).imag(), (s - t).real()};
        }
        constexpr double large = 0x1p200;
        if (std::max(std::abs(c_[j]), is_pair(j) ? std::abs(c_[j + 1]) : 0.0) > large)
            for (complex& z : c_) z /= large;
    }

    const std::vector<complex>& values_;
    complex theta_;
    std::vector<complex> c_;  // solved blocks; of the others the right side
    std::vector<std::vector<term>> couplings_;
};

}  // namespace

std::vector<complex> right_coefficients(const block_diagonal_form& basis, std::size_t first) {
    return substitution(basis, first).right(basis, first);
}

std::vector<complex> left_coefficients(const block_diagonal_form& basis, std::size_t first) {
    return substitution(basis, first).left(basis, first);
}

}  // namespace rhochain
