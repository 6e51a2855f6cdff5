#include "spectra/structure/cycle_eigenvector.hpp"

#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rhochain {
namespace {

// The weights along the cycle from the first member on, and their positions in `members`.
struct walk {
    std::vector<double> weights;
    std::vector<std::size_t> at;
};

template <class View>
walk walk_along(const View& W, std::span<const std::int64_t> members) {
    walk found;
    std::size_t k = 0;
    for (std::size_t step = 0; step < members.size(); ++step) {
        found.at.push_back(k);
        for (std::int64_t p = W.row_begin(members[k]); p < W.row_end(members[k]); ++p) {
            const auto next = std::lower_bound(members.begin(), members.end(), W.column(p));
            if (W.value(p) == 0 || next == members.end() || *next != W.column(p)) continue;
            found.weights.push_back(std::abs(static_cast<double>(W.value(p))));
            k = static_cast<std::size_t>(next - members.begin());
            break;
        }
    }
    return found;
}

}  // namespace

std::vector<std::complex<double>> cycle_eigenvector(const stored_entries& W, std::span<const std::int64_t> members) {
    const walk cycle = W.visit([&](const auto& view) { return walk_along(view, members); });
    scaled all = scaled::normalised(1.0);
    for (const double w : cycle.weights) {
        const scaled factor = scaled::normalised(w);
        all = scaled::normalised(all.mantissa * factor.mantissa, all.exponent + factor.exponent);
    }
    const auto n = static_cast<double>(members.size());
    const double log2 = (static_cast<double>(all.exponent) + std::log2(all.mantissa)) / n;
    const auto whole = static_cast<std::int64_t>(std::floor(log2));
    const double mantissa = std::exp2(log2 - static_cast<double>(whole));
    std::vector<scaled> x(members.size());
    scaled here = scaled::normalised(1.0);
    std::int64_t top = 0;
    for (std::size_t step = 0; step < members.size(); ++step) {
        x[cycle.at[step]] = here;
        top = std::max(top, here.exponent);
        const scaled w = scaled::normalised(cycle.weights[step]);
        // x_j = (r / w_ij) x_i; of W^T, whose edges the view has, x_j = (w_ji / r) x_i.
        here = W.transposed
                   ? scaled::normalised(here.mantissa * w.mantissa / mantissa, here.exponent + w.exponent - whole)
                   : scaled::normalised(here.mantissa * mantissa / w.mantissa, here.exponent + whole - w.exponent);
    }
    std::vector<std::complex<double>> result;
    double squares = 0.0;
    for (const scaled& entry : x) {
        const auto e = static_cast<int>(std::max<std::int64_t>(entry.exponent - top, -4000));
        result.emplace_back(std::ldexp(entry.mantissa, e));
        squares += std::norm(result.back());
    }
    for (auto& z : result) z /= std::sqrt(squares);
    return result;
}

}  // namespace rhochain
