#include "spectra/structure/band_tilt.hpp"

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/small_dense.hpp"
#include "kernels/vectors/random.hpp"
#include "kernels/vectors/random_streams.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t longest_reach = 64;
constexpr std::int64_t least_stretch = 16;  // vertices for each edge of the reach
constexpr double most_exponent = 200.0;     // of e^{t (j - i)}

double on_grid(double t) { return std::ldexp(std::nearbyint(std::ldexp(t, 20)), -20); }

// The index type of a copy of the band. Declarations without definitions.
template <storage_scalar Scalar, index_integer Index>
Index copied_index(const csr_view<Scalar, Index>&);
template <storage_scalar Scalar>
std::int64_t copied_index(const dense_view<Scalar>&);
template <class Matrix>
using band_copy = csr<double, decltype(copied_index(std::declval<Matrix>()))>;

// Calls body(j, A_ij) for the entries of row i within the band. A dense matrix has zeros outside it.
template <class Matrix, class Body>
void over_band(const Matrix& A, std::int64_t i, std::int64_t reach, const Body& body) {
    for (std::int64_t p = A.row_begin(i); p < A.row_end(i); ++p) {
        const std::int64_t j = A.column(p);
        if (std::abs(j - i) <= reach) body(j, static_cast<double>(A.value(p)));
    }
}

template <class Index>
void append(csr<double, Index>& B, std::int64_t j, double b) {
    B.indices.push_back(static_cast<Index>(j));
    B.values.push_back(b);
}

template <class Index>
void end_row(csr<double, Index>& B) {
    B.indptr.push_back(static_cast<Index>(B.values.size()));
}

// Up to eight stretches of 2^-exponent A, evenly spread, as one matrix without the entries between them; all of a short
// band.
template <class Matrix>
band_copy<Matrix> stretches(const Matrix& A, std::int64_t reach, int exponent) {
    constexpr std::int64_t count = 8;
    const std::int64_t length = std::max<std::int64_t>(256, least_stretch * reach);
    const bool whole = count * length >= A.rows();
    const std::int64_t parts = whole ? 1 : count;
    const std::int64_t own = whole ? A.rows() : length;
    band_copy<Matrix> S{parts * own, parts * own, {0}, {}, {}};
    for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t first = parts == 1 ? 0 : part * (A.rows() - own) / (parts - 1);
        for (std::int64_t i = first; i < first + own; ++i) {
            over_band(A, i, reach, [&](std::int64_t j, double a) {
                const std::int64_t within = j - first;
                if (within >= 0 && within < own) append(S, part * own + within, std::ldexp(a, -exponent));
            });
            end_row(S);
        }
    }
    return S;
}

struct magnitudes {
    double largest = 0.0;
    double smallest = std::numeric_limits<double>::infinity();  // other than 0
};

template <class Matrix>
magnitudes magnitudes_of(const Matrix& A) {
    magnitudes m;
    for (const auto a : A.values) {
        const double w = std::abs(static_cast<double>(a));
        m.largest = std::max(m.largest, w);
        if (w > 0.0) m.smallest = std::min(m.smallest, w);
    }
    return m;
}

// The t of the least Frobenius norm: the root of  sum over i, j of (j - i) B_ij^2,  which rises with t.
template <index_integer Index>
double frobenius_tilt(const csr_view<double, Index>& A, std::int64_t reach) {
    std::vector<double> squares(static_cast<std::size_t>(2 * reach + 1), 0.0);
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (std::int64_t p = A.row_begin(i); p < A.row_end(i); ++p)
            squares[static_cast<std::size_t>(A.column(p) - i + reach)] += A.value(p) * A.value(p);
    const auto slope = [&](double t) {
        double sum = 0.0;
        for (std::int64_t d = -reach; d <= reach; ++d)
            sum += static_cast<double>(d) * squares[static_cast<std::size_t>(d + reach)] *
                   std::exp(2.0 * t * static_cast<double>(d));
        return sum;
    };
    double high = most_exponent / static_cast<double>(reach);
    double low = -high;
    for (int halving = 0; halving < 60; ++halving) {
        const double middle = 0.5 * (low + high);
        (slope(middle) > 0.0 ? high : low) = middle;
    }
    return 0.5 * (low + high);
}

// B of 2^-exponent A.
template <class Matrix>
band_copy<Matrix> tilted_copy(const Matrix& A, double t, std::int64_t reach, int exponent) {
    std::vector<double> factors;
    for (std::int64_t d = -reach; d <= reach; ++d) factors.push_back(std::exp(t * static_cast<double>(d)));
    band_copy<Matrix> B{A.rows(), A.cols(), {0}, {}, {}};
    const auto most = static_cast<std::size_t>(std::min(A.nnz(), A.rows() * (2 * reach + 1)));
    B.indptr.reserve(static_cast<std::size_t>(A.rows()) + 1);
    B.indices.reserve(most);
    B.values.reserve(most);
    for (std::int64_t i = 0; i < A.rows(); ++i) {
        over_band(A, i, reach, [&](std::int64_t j, double a) {
            append(B, j, factors[static_cast<std::size_t>(j - i + reach)] * std::ldexp(a, -exponent));
        });
        end_row(B);
    }
    return B;
}

// ln sigma_1 of the tilted stretches by a short run of Golub-Kahan, the same one for every t.
template <index_integer Index>
class sampled_norm {
public:
    sampled_norm(const csr<double, Index>& sample, std::int64_t reach, std::int64_t size, Ledger& ledger)
        : sample_(sample), reach_(reach), ledger_(ledger), start_(space(sample.n_rows, 1)) {
        const double part = static_cast<double>(sample.n_rows) / static_cast<double>(size);
        cost_ = static_cast<std::int64_t>(std::ceil(2.0 * part * static_cast<double>(steps)));
        fill_gaussian(start_, 0, streams::tilt, space(sample.n_rows, 1));
    }

    [[nodiscard]] bool affordable(std::int64_t runs) const {
        return ledger_.affords(runs * cost_) && !ledger_.exhausted();
    }

    double operator()(double t) const {
        const int exponent = binary_exponent(magnitudes_of(sample_).largest);
        const auto B = tilted_copy(sample_.view(), on_grid(t), reach_, exponent);
        const auto A = sparse_operator(B.view(), 1).normalised();
        golub_kahan factorization(A, start_);
        while (factorization.size() < std::min<std::int64_t>(steps, sample_.n_rows) && !factorization.invariant())
            factorization.expand();
        ledger_.count(cost_);
        const double sigma = singular_values(factorization.alpha(), factorization.beta()).front();
        return std::log(sigma) + static_cast<double>(A.exponent() + exponent) * std::log(2.0);
    }

private:
    static constexpr std::int64_t steps = 64;

    const csr<double, Index>& sample_;
    std::int64_t reach_;
    Ledger& ledger_;
    std::int64_t cost_;
    vector_block start_;
};

// Golden section for the minimum of a convex f within 1 of `centre` and |t| <= most. Two runs of the budget remain.
template <class Function>
double argmin_convex(const Function& f, double centre, double most) {
    constexpr double golden = 0.61803398874989485;
    constexpr double close_enough = 0.002;
    constexpr std::int64_t after = 2;
    double low = std::max(-most, centre - 1.0);
    double high = std::min(most, centre + 1.0);
    double a = high - golden * (high - low);
    double b = low + golden * (high - low);
    double f_a = f(a);
    double f_b = f(b);
    while (high - low > close_enough && f.affordable(1 + after)) {
        if (f_a <= f_b) {
            high = b;
            b = a;
            f_b = f_a;
            a = high - golden * (high - low);
            f_a = f(a);
        } else {
            low = a;
            a = b;
            f_a = f_b;
            b = low + golden * (high - low);
            f_b = f(b);
        }
    }
    return f_a <= f_b ? a : b;
}

template <class Matrix>
std::int64_t reach_of(const Matrix& W, const component_partition& P, std::span<const std::int64_t> position,
                      std::int64_t c) {
    const auto members = P.members(c);
    const std::int64_t most = std::min(longest_reach, static_cast<std::int64_t>(members.size()) / least_stretch);
    std::int64_t reach = 0;
    for (const std::int64_t i : members)
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const auto j = static_cast<std::size_t>(W.column(p));
            if (P.labels[j] != c || W.value(p) == 0) continue;
            reach = std::max(reach, std::abs(position[static_cast<std::size_t>(i)] - position[j]));
            if (reach > most) return 0;
        }
    return reach;
}

template <class Matrix>
double tilt_of(const Matrix& A, std::int64_t reach, Ledger& ledger) {
    const auto [largest, smallest] = magnitudes_of(A);
    if (largest == 0.0 || std::ldexp(smallest, 400) < largest) return 0.0;
    const auto sample = stretches(A, reach, binary_exponent(largest));
    const sampled_norm norm(sample, reach, A.rows(), ledger);
    if (!norm.affordable(4)) return 0.0;
    const double most = most_exponent / static_cast<double>(reach);
    const double t = on_grid(argmin_convex(norm, frobenius_tilt(sample.view(), reach), most));
    constexpr double worth_a_copy = 1e-3;
    return norm(0.0) - norm(t) > worth_a_copy ? t : 0.0;
}

}  // namespace

std::int64_t long_band_reach(const stored_entries& W, const component_partition& P,
                             std::span<const std::int64_t> position, std::int64_t c) {
    return W.visit([&](const auto& view) { return reach_of(view, P, position, c); });
}

double least_norm_tilt(const stored_entries& A, std::int64_t reach, Ledger& ledger) {
    return A.visit([&](const auto& view) { return tilt_of(view, reach, ledger); });
}

tilted_band tilted(const linear_map& A, double t, std::int64_t reach, std::size_t memory) {
    return A.entries()->visit([&](const auto& view) {
        const int exponent = binary_exponent(magnitudes_of(view).largest);
        sparse_operator B(tilted_copy(view, t, reach, exponent), A.threads());
        return tilted_band{B.prepared(memory), exponent};
    });
}

std::vector<double> tilt_logarithms(double t, std::int64_t size) {
    std::vector<double> d(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = -t * static_cast<double>(i);
    return d;
}

}  // namespace rhochain
