#include <rhochain/chains/scaled_block.hpp>
#include <rhochain/kernels/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t chunk_rows = 4096;

template <class Body>
void over_rows(std::int64_t n, int threads, const Body& body) {
    parallel_for(threads, (n + chunk_rows - 1) / chunk_rows,
                 [&](std::int64_t c) { body(c * chunk_rows, std::min(n, (c + 1) * chunk_rows)); });
}

// NaN if there is one.
double largest_entry(const_block X, std::int64_t c) {
    double largest = 0.0;
    for (std::int64_t i = 0; i < X.rows; ++i) {
        const double a = std::abs(X.row(i)[c]);
        if (std::isnan(a)) return a;
        largest = std::max(largest, a);
    }
    return largest;
}

// The 2-norm of a column through its largest entry.
double careful_norm(const_block X, std::int64_t c) {
    const double largest = largest_entry(X, c);
    if (largest == 0.0 || !std::isfinite(largest)) return largest;
    const int e = binary_exponent(largest);
    double total = 0.0;
    for (std::int64_t i = 0; i < X.rows; ++i) {
        const double x = std::ldexp(X.row(i)[c], -e);
        total += x * x;
    }
    return std::ldexp(std::sqrt(total), e);
}

}  // namespace

scaled_block::scaled_block(const_block X, const char* what, int threads)
    : n_(X.rows),
      b_(X.columns),
      M_(X.data, X.data + X.size()),
      exponents_(static_cast<std::size_t>(b_), 0),
      norms_(static_cast<std::size_t>(b_), 0.0) {
    const auto bad = std::find_if(M_.begin(), M_.end(), [](double x) { return !std::isfinite(x); });
    if (bad != M_.end())
        throw std::invalid_argument(std::string(what) + ": got " + std::to_string(*bad) + " at position " +
                                    std::to_string(bad - M_.begin()) + ", expected finite numbers");
    // Entries near 2^1023 are brought down before a norm is taken.
    for (std::int64_t c = 0; c < b_; ++c) norms_[static_cast<std::size_t>(c)] = largest_entry(mantissas(), c);
    rescale(0, threads);
    for (std::int64_t c = 0; c < b_; ++c) norms_[static_cast<std::size_t>(c)] = careful_norm(mantissas(), c);
}

scaled_block::scaled_block(const_block mantissas, std::span<const std::int64_t> exponents,
                           std::span<const double> norms)
    : n_(mantissas.rows),
      b_(mantissas.columns),
      M_(mantissas.data, mantissas.data + mantissas.size()),
      exponents_(exponents.begin(), exponents.end()),
      norms_(norms.begin(), norms.end()) {
    const auto columns = static_cast<std::size_t>(b_);
    if (exponents.size() != columns || norms.size() != columns)
        throw std::invalid_argument("a state of " + std::to_string(b_) + " columns: got " +
                                    std::to_string(exponents.size()) + " exponents and " +
                                    std::to_string(norms.size()) + " norms");
    const auto finite = [](double x) { return std::isfinite(x); };
    if (!std::all_of(M_.begin(), M_.end(), finite) || !std::all_of(norms_.begin(), norms_.end(), finite))
        throw std::invalid_argument("a state of a chain holds a number that is not finite");
}

scaled scaled_block::norm(std::int64_t c) const {
    const auto at = static_cast<std::size_t>(c);
    return scaled::normalised(norms_[at], exponents_[at]);
}

void scaled_block::measure(std::span<const double> squares) {
    constexpr double least = 0x1p-900;
    constexpr double most = 0x1p900;
    for (std::int64_t c = 0; c < b_; ++c) {
        const auto at = static_cast<std::size_t>(c);
        const bool safe = squares[at] > least && squares[at] < most;
        norms_[at] = safe ? std::sqrt(squares[at]) : careful_norm(mantissas(), c);
        if (!std::isfinite(norms_[at]))
            throw std::overflow_error("a product of slopes and weights left the float64 range within one step");
    }
}

bool scaled_block::rescale(int slack, int threads) {
    std::vector<int> shift(static_cast<std::size_t>(b_), 0);
    bool any = false;
    for (std::size_t c = 0; c < shift.size(); ++c) {
        const int e = binary_exponent(norms_[c]);
        if (norms_[c] == 0.0) {
            exponents_[c] = 0;
        } else if (std::abs(e) > slack) {
            shift[c] = -e;
            exponents_[c] += e;
            norms_[c] = std::ldexp(norms_[c], -e);
            any = true;
        }
    }
    if (!any) return false;
    // Multiplying by a power of two that is a normal number is what ldexp does, bit by bit.
    constexpr int normal = 1022;
    std::vector<double> power(shift.size());
    for (std::size_t c = 0; c < shift.size(); ++c) power[c] = std::ldexp(1.0, std::clamp(shift[c], -normal, normal));
    const bool all_normal = std::all_of(shift.begin(), shift.end(), [](int e) { return std::abs(e) <= normal; });
    const mutable_block M = mantissas();
    over_rows(n_, threads, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
            for (std::int64_t c = 0; c < b_; ++c) {
                const auto at = static_cast<std::size_t>(c);
                double& x = M.row(i)[c];
                x = all_normal ? x * power[at] : std::ldexp(x, shift[at]);
            }
    });
    return true;
}

bool scaled_block::replace(buffer<double>& next, std::int64_t exponent, std::span<const double> squares, int threads,
                           block_writer write_later) {
    constexpr int slack = 64;
    M_.swap(next);
    write_later_ = std::move(write_later);
    for (std::int64_t& e : exponents_) e += exponent;
    measure(squares);
    return rescale(slack, threads);
}

void scaled_block::restart(std::vector<double> norms) {
    norms_ = std::move(norms);
    std::fill(exponents_.begin(), exponents_.end(), 0);
}

void scaled_block::normalise(int threads) { rescale(0, threads); }

}  // namespace rhochain
