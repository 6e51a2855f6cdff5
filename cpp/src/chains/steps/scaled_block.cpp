#include <rhochain/chains/steps/scaled_block.hpp>
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/column_norms.hpp"
#include "kernels/vectors/extents.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {

scaled_block::scaled_block(block_in X, const char* what, const space& S)
    : S_(S),
      b_(X.columns()),
      M_(S, b_),
      exponents_(static_cast<std::size_t>(b_), 0),
      norms_(static_cast<std::size_t>(b_), 0.0) {
    copy_block(X, M_, S_);
    if (const auto bad = first_not_finite(X, S_))
        throw std::invalid_argument(std::string(what) + ": got " + std::to_string(bad->value) + " at position " +
                                    std::to_string(bad->position) + ", expected finite numbers");
    // Entries near 2^1023 are brought down before a norm is taken.
    for (std::int64_t c = 0; c < b_; ++c) norms_[static_cast<std::size_t>(c)] = largest_in_column(mantissas(), c, S_);
    rescale(0);
    for (std::int64_t c = 0; c < b_; ++c) norms_[static_cast<std::size_t>(c)] = careful_norm(mantissas(), c, S_);
}

scaled_block::scaled_block(block_in mantissas, std::span<const std::int64_t> exponents, std::span<const double> norms,
                           const space& S)
    : S_(S),
      b_(mantissas.columns()),
      M_(S, b_),
      exponents_(exponents.begin(), exponents.end()),
      norms_(norms.begin(), norms.end()) {
    copy_block(mantissas, M_, S_);
    const auto columns = static_cast<std::size_t>(b_);
    if (S_.any(exponents.size() != columns || norms.size() != columns))
        throw std::invalid_argument("a state of " + std::to_string(b_) + " columns: got " +
                                    std::to_string(exponents.size()) + " exponents and " +
                                    std::to_string(norms.size()) + " norms");
    const bool finite_norms = std::all_of(norms_.begin(), norms_.end(), [](double x) { return std::isfinite(x); });
    if (!is_finite(M_.view().flat(), S_) || S_.any(!finite_norms))
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
        norms_[at] = safe ? std::sqrt(squares[at]) : careful_norm(mantissas(), c, S_);
        if (!std::isfinite(norms_[at]))
            throw std::overflow_error("a product of slopes and weights left the float64 range within one step");
    }
}

bool scaled_block::rescale(int slack) {
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
    if (any) rescale_columns(shift, mantissas(), S_);
    return any;
}

bool scaled_block::replace(vector_block& next, std::int64_t exponent, std::span<const double> squares,
                           block_writer deferred_write) {
    constexpr int slack = 64;
    std::swap(M_, next);
    deferred_write_ = std::move(deferred_write);
    for (std::int64_t& e : exponents_) e += exponent;
    measure(squares);
    return rescale(slack);
}

void scaled_block::restart(std::vector<double> norms) {
    norms_ = std::move(norms);
    std::fill(exponents_.begin(), exponents_.end(), 0);
}

void scaled_block::normalise() { rescale(0); }

}  // namespace rhochain
