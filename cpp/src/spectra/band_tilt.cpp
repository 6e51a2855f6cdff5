#include <rhochain/kernels/random.hpp>
#include <rhochain/kernels/small_dense.hpp>
#include <rhochain/krylov/golub_kahan.hpp>
#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/spectra/band_tilt.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t longest_reach = 64;
constexpr std::int64_t least_stretch = 16;  // vertices for each edge of the reach
constexpr double most_exponent = 200.0;     // of e^{t (j - i)}
constexpr std::uint64_t tilt_stream = 1002;

double on_grid(double t) { return std::ldexp(std::nearbyint(std::ldexp(t, 20)), -20); }

// Up to eight stretches of 2^-exponent A, evenly spread, as one matrix without the entries between them; all of a short band.
template <storage_scalar Scalar, index_integer Index>
csr<double, Index> stretches(const csr_view<Scalar, Index>& A, std::int64_t reach, int exponent) {
    constexpr std::int64_t count = 8;
    const std::int64_t length = std::max<std::int64_t>(256, least_stretch * reach);
    const bool whole = count * length >= A.rows();
    const std::int64_t parts = whole ? 1 : count;
    const std::int64_t own = whole ? A.rows() : length;
    csr<double, Index> S{parts * own, parts * own, {0}, {}, {}};
    for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t first = parts == 1 ? 0 : part * (A.rows() - own) / (parts - 1);
        for (std::int64_t i = first; i < first + own; ++i) {
            for (std::int64_t p = A.row_begin(i); p < A.row_end(i); ++p) {
                const std::int64_t j = A.column(p) - first;
                if (j < 0 || j >= own) continue;
                S.indices.push_back(static_cast<Index>(part * own + j));
                S.values.push_back(std::ldexp(static_cast<double>(A.value(p)), -exponent));
            }
            S.indptr.push_back(static_cast<Index>(S.values.size()));
        }
    }
    return S;
}

struct magnitudes {
    double largest = 0.0;
    double smallest = std::numeric_limits<double>::infinity();  // other than 0
};

template <storage_scalar Scalar, index_integer Index>
magnitudes magnitudes_of(const csr_view<Scalar, Index>& A) {
    magnitudes m;
    for (const Scalar a : A.values) {
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

// ln sigma_1 of the tilted stretches, the same short Golub-Kahan run for every t.
template <index_integer Index>
class sampled_norm {
public:
    sampled_norm(const csr<double, Index>& sample, std::int64_t reach, std::int64_t size, Ledger& ledger)
        : sample_(sample), reach_(reach), ledger_(ledger) {
        const double part = static_cast<double>(sample.n_rows) / static_cast<double>(size);
        cost_ = static_cast<std::int64_t>(std::ceil(2.0 * part * static_cast<double>(steps)));
        start_.resize(static_cast<std::size_t>(sample.n_rows));
        fill_gaussian(start_, 0, tilt_stream, 1);
    }

    [[nodiscard]] bool affordable(std::int64_t runs) const { return ledger_.affords(runs * cost_) && !ledger_.exhausted(); }

    double operator()(double t) const {
        const auto B = tilted(sample_.view(), on_grid(t), reach_);
        const auto A = sparse_operator(B.matrix.view(), 1).normalised();
        golub_kahan factorization(A, start_, 1);
        while (factorization.size() < std::min<std::int64_t>(steps, sample_.n_rows) && !factorization.invariant())
            factorization.expand();
        ledger_.count(cost_);
        const double sigma = singular_values(factorization.alpha(), factorization.beta()).front();
        return std::log(sigma) + static_cast<double>(A.exponent() + B.exponent) * std::log(2.0);
    }

private:
    static constexpr std::int64_t steps = 64;

    const csr<double, Index>& sample_;
    std::int64_t reach_;
    Ledger& ledger_;
    std::int64_t cost_;
    std::vector<double> start_;
};

// Golden section for the least value of a convex f within 1 of `centre` and |t| <= most. Leaves two runs in the budget.
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

}  // namespace

template <class Matrix>
std::int64_t band_reach(const Matrix& W, const component_partition& P, std::span<const std::int64_t> position,
                        std::int64_t c) {
    std::int64_t reach = 0;
    for (const std::int64_t i : P.members(c))
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const auto j = static_cast<std::size_t>(W.column(p));
            if (P.labels[j] != c || W.value(p) == 0) continue;
            reach = std::max(reach, std::abs(position[static_cast<std::size_t>(i)] - position[j]));
        }
    return reach;
}

bool is_long_band(std::int64_t reach, std::int64_t size) {
    return reach > 0 && reach <= longest_reach && least_stretch * reach <= size;
}

template <storage_scalar Scalar, index_integer Index>
double least_norm_tilt(const csr_view<Scalar, Index>& A, std::int64_t reach, Ledger& ledger) {
    const auto [largest, smallest] = magnitudes_of(A);
    if (largest == 0.0 || std::ldexp(smallest, 400) < largest) return 0.0;
    const csr<double, Index> sample = stretches(A, reach, binary_exponent(largest));
    const sampled_norm<Index> norm(sample, reach, A.rows(), ledger);
    if (!norm.affordable(4)) return 0.0;
    const double most = most_exponent / static_cast<double>(reach);
    const double t = on_grid(argmin_convex(norm, frobenius_tilt(sample.view(), reach), most));
    constexpr double worth_a_copy = 1e-3;
    return norm(0.0) - norm(t) > worth_a_copy ? t : 0.0;
}

template <storage_scalar Scalar, index_integer Index>
tilted_band<Index> tilted(const csr_view<Scalar, Index>& A, double t, std::int64_t reach) {
    const int exponent = binary_exponent(magnitudes_of(A).largest);
    std::vector<double> factors;
    for (std::int64_t d = -reach; d <= reach; ++d) factors.push_back(std::exp(t * static_cast<double>(d)));
    csr<double, Index> B{A.rows(), A.cols(), {A.indptr.begin(), A.indptr.end()}, {A.indices.begin(), A.indices.end()}, {}};
    B.values.reserve(A.values.size());
    for (std::int64_t i = 0; i < A.rows(); ++i)
        for (std::int64_t p = A.row_begin(i); p < A.row_end(i); ++p)
            B.values.push_back(factors[static_cast<std::size_t>(A.column(p) - i + reach)] *
                               std::ldexp(static_cast<double>(A.value(p)), -exponent));
    return {std::move(B), exponent};
}

std::vector<std::complex<double>> untilted(std::vector<std::complex<double>> x, double t) {
    double top = -std::numeric_limits<double>::infinity();
    const auto log_size = [&](std::size_t i) { return std::log(std::abs(x[i])) + t * static_cast<double>(i); };
    for (std::size_t i = 0; i < x.size(); ++i) top = std::max(top, log_size(i));
    if (!std::isfinite(top)) return x;
    double squares = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double size = std::abs(x[i]);
        if (size > 0.0) x[i] *= std::exp(log_size(i) - top) / size;
        squares += std::norm(x[i]);
    }
    for (auto& entry : x) entry /= std::sqrt(squares);
    return x;
}

template std::int64_t band_reach(const dense_view<float>&, const component_partition&, std::span<const std::int64_t>, std::int64_t);
template std::int64_t band_reach(const dense_view<double>&, const component_partition&, std::span<const std::int64_t>, std::int64_t);
#define RHOCHAIN_INSTANTIATE(Scalar, Index)                                                                             \
    template std::int64_t band_reach(const csr_view<Scalar, Index>&, const component_partition&,                        \
                                     std::span<const std::int64_t>, std::int64_t);                                      \
    template double least_norm_tilt(const csr_view<Scalar, Index>&, std::int64_t, Ledger&);                              \
    template tilted_band<Index> tilted(const csr_view<Scalar, Index>&, double, std::int64_t);
RHOCHAIN_INSTANTIATE(float, std::int32_t)
RHOCHAIN_INSTANTIATE(float, std::int64_t)
RHOCHAIN_INSTANTIATE(double, std::int32_t)
RHOCHAIN_INSTANTIATE(double, std::int64_t)
#undef RHOCHAIN_INSTANTIATE

}  // namespace rhochain
