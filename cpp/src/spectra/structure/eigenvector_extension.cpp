#include "spectra/structure/eigenvector_extension.hpp"

#include "kernels/complex_elimination.hpp"
#include "kernels/vectors/caller_arrays.hpp"
#include "operators/entry_image.hpp"
#include "spectra/radius/shifted_solve.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>

namespace rhochain {
namespace {

using complex = std::complex<double>;

complex shifted(complex z, std::int64_t exponent) {
    const int e = static_cast<int>(std::clamp<std::int64_t>(exponent, -4000, 4000));
    return {std::ldexp(z.real(), e), std::ldexp(z.imag(), e)};
}

// z 2^exponent, 2^-300 < |z| < 2^300 or z = 0.
struct scaled_complex {
    complex z;
    std::int64_t exponent = 0;

    [[nodiscard]] bool is_zero() const { return z == 0.0; }

    [[nodiscard]] static scaled_complex of(complex z, std::int64_t exponent) {
        const double size = std::max(std::abs(z.real()), std::abs(z.imag()));
        if (size == 0.0 || (size > 0x1p-300 && size < 0x1p300)) return {z, exponent};
        int e = 0;
        std::frexp(size, &e);
        return {shifted(z, -e), exponent + e};
    }

    void add(const scaled_complex& other) {
        if (other.is_zero()) return;
        if (is_zero()) {
            *this = other;
        } else if (exponent == other.exponent) {
            *this = of(z + other.z, exponent);
        } else {
            const std::int64_t top = std::max(exponent, other.exponent);
            *this = of(shifted(z, exponent - top) + shifted(other.z, other.exponent - top), top);
        }
    }
};

// The largest exponent of these numbers; 0 without one other than 0.
template <class Range>
std::int64_t top_exponent(const Range& numbers) {
    std::int64_t top = std::numeric_limits<std::int64_t>::min();
    for (const scaled_complex& x : numbers)
        if (!x.is_zero()) {
            int e = 0;
            std::frexp(std::max(std::abs(x.z.real()), std::abs(x.z.imag())), &e);
            top = std::max(top, x.exponent + e);
        }
    return top == std::numeric_limits<std::int64_t>::min() ? 0 : top;
}

// `View`: of W, or of W^T if transposed.
template <class View>
class extension {
public:
    extension(const View& view, bool transposed, const linear_map& A, const component_partition& P, entry_map f,
              const SolverOptions& options, Ledger& ledger)
        : view_(view),
          transposed_(transposed),
          A_(A),
          P_(P),
          f_(f),
          options_(options),
          ledger_(ledger),
          x_(P.labels.size()) {}

    std::vector<complex> run(const partial_eigenvector& of) {
        lambda_ = of.lambda;
        for (const std::int64_t i : P_.members(of.component)) at(i) = scaled_complex::of(of.x[index(i)], 0);
        const std::int64_t step = transposed_ ? -1 : 1;
        if (transposed_) push(of.component);
        for (std::int64_t d = of.component + step; d >= 0 && d < P_.count; d += step) {
            if (!transposed_) pull(of.component, d);
            solve(d);
            if (transposed_) push(d);
        }
        const std::int64_t top = top_exponent(x_);
        std::vector<complex> result;
        double squares = 0.0;
        for (const scaled_complex& x : x_) {
            result.push_back(shifted(x.z, x.exponent - top));
            squares += std::norm(result.back());
        }
        if (!std::isfinite(squares)) return {};
        for (auto& z : result) z /= std::sqrt(squares);
        return result;
    }

private:
    [[nodiscard]] static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }
    [[nodiscard]] scaled_complex& at(std::int64_t i) { return x_[index(i)]; }
    [[nodiscard]] std::int64_t label(std::int64_t i) const { return P_.labels[index(i)]; }

    [[nodiscard]] double entry(std::int64_t p) const {
        const double w = std::ldexp(static_cast<double>(view_.value(p)), -A_.exponent());
        return f_ == entry_map::absolute ? std::abs(w) : w;
    }

    // The right side of component d, from x of the components before it.
    void pull(std::int64_t first, std::int64_t d) {
        for (const std::int64_t i : P_.members(d)) {
            scaled_complex sum;
            for (std::int64_t p = view_.row_begin(i); p < view_.row_end(i); ++p) {
                const std::int64_t j = view_.column(p);
                if (label(j) >= d || label(j) < first || at(j).is_zero() || view_.value(p) == 0) continue;
                sum.add(scaled_complex::of(entry(p) * at(j).z, at(j).exponent));
            }
            at(i) = sum;
        }
    }

    // Adds to the right sides of the components that lead to d.
    void push(std::int64_t d) {
        for (const std::int64_t j : P_.members(d)) {
            if (at(j).is_zero()) continue;
            for (std::int64_t p = view_.row_begin(j); p < view_.row_end(j); ++p) {
                const std::int64_t i = view_.column(p);
                if (label(i) != d && view_.value(p) != 0)
                    at(i).add(scaled_complex::of(entry(p) * at(j).z, at(j).exponent));
            }
        }
    }

    // x on d from its right side.
    void solve(std::int64_t d) {
        constexpr std::int64_t most_for_elimination = 100;
        const auto members = P_.members(d);
        if (std::all_of(members.begin(), members.end(), [&](std::int64_t i) { return at(i).is_zero(); })) return;
        if (members.size() == 1) return divide(members.front());
        std::vector<scaled_complex> right;
        for (const std::int64_t i : members) right.push_back(at(i));
        const std::int64_t top = top_exponent(right);
        std::vector<complex> b;
        for (const scaled_complex& y : right) b.push_back(shifted(y.z, y.exponent - top));
        const auto size = static_cast<std::int64_t>(members.size());
        b = size <= most_for_elimination ? eliminated(members, std::move(b)) : iterated(members, b);
        for (std::size_t k = 0; k < b.size(); ++k) at(members[k]) = scaled_complex::of(b[k], top);
    }

    void divide(std::int64_t i) {
        double loop = 0.0;
        for (std::int64_t p = view_.row_begin(i); p < view_.row_end(i); ++p)
            if (view_.column(p) == i) loop = entry(p);
        complex pivot = lambda_ - loop;
        // As in complex_elimination.hpp.
        const double least = std::max(0x1p-52 * std::abs(lambda_), 0x1p-900);
        if (std::abs(pivot) < least) pivot = least;
        at(i) = scaled_complex::of(at(i).z / pivot, at(i).exponent);
    }

    [[nodiscard]] std::vector<complex> eliminated(std::span<const std::int64_t> members, std::vector<complex> b) {
        const std::size_t n = members.size();
        std::vector<complex> M(n * n);
        for (std::size_t a = 0; a < n; ++a) {
            for (std::int64_t p = view_.row_begin(members[a]); p < view_.row_end(members[a]); ++p) {
                const auto found = std::lower_bound(members.begin(), members.end(), view_.column(p));
                if (found == members.end() || *found != view_.column(p)) continue;
                const auto c = static_cast<std::size_t>(found - members.begin());
                M[transposed_ ? c * n + a : a * n + c] -= entry(p);
            }
            M[a * n + a] += lambda_;
        }
        return solve_by_elimination(std::move(M), std::move(b), static_cast<std::int64_t>(n));
    }

    [[nodiscard]] std::vector<complex> iterated(std::span<const std::int64_t> members, std::vector<complex> b) {
        if (position_.empty()) position_ = positions(P_);
        const std::optional<linear_map> part = A_.principal(members, position_);
        if (!part) return std::vector<complex>(b.size());
        const linear_map block = part->normalised();
        const linear_map B = f_ == entry_map::absolute ? linear_map(entry_image(block, f_)) : block;
        // B is 2^shift times the part of A.
        const int shift = A_.exponent() - block.exponent();
        for (auto& z : b) z = shifted(z, shift);
        return for_caller(
            solve_shifted(B, shifted(lambda_, shift), from_caller(std::span<const complex>(b)), options_, ledger_));
    }

    const View& view_;
    bool transposed_;
    const linear_map& A_;
    const component_partition& P_;
    entry_map f_;
    const SolverOptions& options_;
    Ledger& ledger_;
    std::vector<scaled_complex> x_;  // solved components; of the others the right side
    complex lambda_;
    std::vector<std::int64_t> position_;
};

}  // namespace

std::vector<std::complex<double>> extended_eigenvector(const linear_map& A, const component_partition& P, entry_map f,
                                                       const partial_eigenvector& of, const SolverOptions& options,
                                                       Ledger& ledger) {
    const stored_entries& W = *A.entries();
    return W.visit([&](const auto& view) { return extension(view, W.transposed, A, P, f, options, ledger).run(of); });
}

std::int64_t source_vertex(const stored_entries& W, const component_partition& P) {
    return P.members(W.transposed ? 0 : P.count - 1).front();
}

bool is_behind(const stored_entries& W, std::int64_t a, std::int64_t b) { return W.transposed ? a > b : a < b; }

}  // namespace rhochain
