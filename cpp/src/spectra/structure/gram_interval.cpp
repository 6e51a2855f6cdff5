#include "spectra/structure/gram_interval.hpp"

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "kernels/vectors/state_archive.hpp"
#include "storage/position.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rhochain {
namespace {

constexpr double narrow = 0x1p-26;  // of c^2
constexpr double most_work = 0x1p30;

// The square of the norm all rows have, 0 if they differ or the work is too much.
template <class Matrix>
double common_square(const Matrix& W, double scale) {
    double first = 0.0;
    double work = 0.0;
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        double square = 0.0;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const double w = scale * W.value(p);
            square += w * w;
        }
        if (i == 0) first = square;
        if (!(std::abs(square - first) <= narrow * first)) return 0.0;
        const auto length = static_cast<double>(W.row_end(i) - W.row_begin(i));
        work += length * length;
        if (work > most_work) return 0.0;
    }
    return first;
}

// Whether a few rows are orthogonal to all others, which needs no transpose.
template <class Matrix>
bool sample_is_orthogonal(const Matrix& W, double scale, double square) {
    std::vector<double> row(at(W.cols()));
    for (const std::int64_t r : {std::int64_t{0}, W.rows() / 2, W.rows() - 1}) {
        std::fill(row.begin(), row.end(), 0.0);
        for (std::int64_t p = W.row_begin(r); p < W.row_end(r); ++p) row[at(W.column(p))] = scale * W.value(p);
        for (std::int64_t i = 0; i < W.rows(); ++i) {
            double product = i == r ? -square : 0.0;
            for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p)
                product += scale * W.value(p) * row[at(W.column(p))];
            if (!(std::abs(product) <= narrow * square)) return false;
        }
    }
    return true;
}

// Row j of the transpose: calls body(i, w_ij).
template <storage_scalar Scalar, index_integer Index>
class columns_of {
public:
    explicit columns_of(const csr_view<Scalar, Index>& W) : T_(transpose(W)) {}
    template <class Body>
    void over(std::int64_t j, const Body& body) const {
        const auto view = T_.view();
        for (std::int64_t p = view.row_begin(j); p < view.row_end(j); ++p) body(view.column(p), view.value(p));
    }

private:
    csr<Scalar, Index> T_;
};

template <storage_scalar Scalar>
class columns_of_dense {
public:
    explicit columns_of_dense(const dense_view<Scalar>& W) : W_(W) {}
    template <class Body>
    void over(std::int64_t j, const Body& body) const {
        for (std::int64_t i = 0; i < W_.rows(); ++i) body(i, W_.value(i * W_.cols() + j));
    }

private:
    dense_view<Scalar> W_;
};

template <storage_scalar Scalar, index_integer Index>
columns_of<Scalar, Index> columns(const csr_view<Scalar, Index>& W) {
    return columns_of<Scalar, Index>(W);
}
template <storage_scalar Scalar>
columns_of_dense<Scalar> columns(const dense_view<Scalar>& W) {
    return columns_of_dense<Scalar>(W);
}

// max over j of sum_k |(G - c^2 I)_jk| as computed, or less where it exceeds `narrow` c^2.
template <class Matrix>
double distance_from_identity(const Matrix& W, double scale, double square, int threads) {
    constexpr std::int64_t chunks = 64;
    const auto by_column = columns(W);
    std::vector<double> largest(at(chunks), 0.0);
    parallel_for(threads, chunks, [&](std::int64_t chunk) {
        std::vector<double> row(at(W.cols()), 0.0);
        std::vector<std::int64_t> touched_by(at(W.cols()), -1);
        std::vector<std::int64_t> touched;
        for (std::int64_t j = W.cols() * chunk / chunks; j < W.cols() * (chunk + 1) / chunks; ++j) {
            touched.clear();
            by_column.over(j, [&](std::int64_t i, double w) {
                if (w == 0.0) return;
                for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
                    const std::int64_t k = W.column(p);
                    if (touched_by[at(k)] != j) {
                        touched_by[at(k)] = j;
                        touched.push_back(k);
                        row[at(k)] = 0.0;
                    }
                    row[at(k)] += (scale * w) * (scale * W.value(p));
                }
            });
            double sum = touched_by[at(j)] == j ? 0.0 : square;
            for (const std::int64_t k : touched) sum += std::abs(row[at(k)] - (k == j ? square : 0.0));
            largest[at(chunk)] = std::max(largest[at(chunk)], sum);
            if (!(sum <= narrow * square)) return;
        }
    });
    return *std::max_element(largest.begin(), largest.end());
}

template <class Matrix>
std::optional<modulus_interval> interval_of(const Matrix& W, const linear_map& map) {
    const double scale = std::ldexp(1.0, -map.exponent());
    const double square = common_square(W, scale);
    if (!(square > 0.0) || !sample_is_orthogonal(W, scale, square)) return std::nullopt;
    const double computed = distance_from_identity(W, scale, square, map.threads());
    if (!(computed <= narrow * square)) return std::nullopt;
    // Columns have squared norms of at most (c^2 + computed) (1 + g(m + 2)).
    const auto n = static_cast<double>(W.rows());
    const std::int64_t terms = std::max(map.row_terms(), map.column_terms());
    const double of_entries = rounding_gamma(terms + 4) * n * (square + computed) * (1.0 + 0x1p-20);
    const double e = (computed * (1.0 + rounding_gamma(W.rows() + 4)) + of_entries) * (1.0 + 0x1p-50) + 0x1p-900;
    if (!(e <= 2.0 * narrow * square)) return std::nullopt;
    return modulus_interval{std::sqrt(square - e) * (1.0 - 0x1p-50), std::sqrt(square + e) * (1.0 + 0x1p-50)};
}

}  // namespace

std::optional<modulus_interval> gram_interval(const linear_map& W) {
    if (W.entries() == nullptr || W.rows() != W.cols() || W.rows() == 0 || !W.lossless()) return std::nullopt;
    return W.entries()->visit([&](const auto& view) { return interval_of(view, W); });
}

bool rows_agree_in_norm(const stored_entries& rows, int exponent) {
    return rows.visit(
        [&](const auto& W) { return W.rows() == 0 || common_square(W, std::ldexp(1.0, -exponent)) > 0.0; });
}

void exchange(state_archive& s, std::optional<modulus_interval>& moduli) {
    bool known = moduli.has_value();
    s(known);
    if (!known) return moduli.reset();
    modulus_interval ends = moduli.value_or(modulus_interval{});
    s(ends.lower);
    s(ends.upper);
    moduli = ends;
}

void tighten_by_interval(Bracket& b, const modulus_interval& moduli) {
    const char* source = "W^T W is a multiple of the identity";
    b.lower = {moduli.lower, Grade::proved, 0.0, source};
    b.upper = {moduli.upper, Grade::proved, 0.0, source};
    b.value = std::clamp(b.value, moduli.lower, moduli.upper);
    b.status = Status::converged;
}

}  // namespace rhochain
