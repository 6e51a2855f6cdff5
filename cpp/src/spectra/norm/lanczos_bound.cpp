#include "spectra/norm/lanczos_bound.hpp"

#include "kernels/small_dense.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace rhochain {

double inverse_start_component(std::int64_t n, double delta) {
    return std::max(1.0, std::sqrt(2.0 * static_cast<double>(n) / std::numbers::pi) / delta);
}

double golub_kahan_inflation(std::int64_t n, std::int64_t k, double delta) {
    return std::cosh(std::acosh(inverse_start_component(n, delta)) / static_cast<double>(2 * k - 1)) * (1.0 + 0x1p-48);
}

double lanczos_root(std::span<const double> ritz, std::span<const double> alpha, std::span<const double> beta,
                    double c) {
    const double top = ritz.front();
    double wanted = std::log(c);
    for (std::size_t j = 0; j < ritz.size(); ++j) wanted += std::log(alpha[j] / top) + std::log(beta[j] / top);
    // With sigma = top (1 + x): ln p = sum ln((1 + x)^2 - (ritz_i / top)^2), rising in x; the last x with ln p <
    // wanted.
    const auto log_polynomial = [&](double x) {
        double total = 0.0;
        for (const double r : ritz) {
            const double q = r / top;
            total += std::log((1.0 + x - q) * (1.0 + x + q));
        }
        return total;
    };
    double low = 0.0;
    double high = 1.0;
    while (log_polynomial(high) < wanted) high *= 2.0;
    constexpr double resolution = 1e-3;
    while (high > 0x1p-52 && high - low > resolution * high) {
        // Geometric steps while the root may lie decades below.
        const double middle = low > 0.0 ? std::sqrt(low * high) : high * 0x1p-6;
        (log_polynomial(middle) < wanted ? low : high) = middle;
    }
    return top * (1.0 + high);
}

double lanczos_upper_bound(const golub_kahan& F, double delta) {
    const std::int64_t k = F.size();
    const std::int64_t n = F.right().of().size();
    const double sigma = singular_values(F.alpha(), F.beta()).front();
    if (F.invariant() && F.neglected() == 0.0) return sigma;
    double bound = sigma * golub_kahan_inflation(n, k, delta);
    const double c = inverse_start_component(n, delta);
    std::vector<double> alpha = F.alpha();
    std::vector<double> beta = F.beta();
    int rounds = 1;
    if (F.invariant()) {
        beta.push_back(F.neglected());
        // With a neglected alpha_k the unknown beta_k is at most sigma_1, and so at most each bound found.
        if (alpha.back() == 0.0) rounds = 3;
    } else {
        // The last coupling known is that of the leading k - 1 steps.
        if (k == 1) return bound;
        alpha.pop_back();
    }
    const auto leading = std::span(F.alpha()).first(alpha.size());
    const std::vector<double> ritz = singular_values(leading, std::span(beta).first(alpha.size() - 1));
    for (int round = 0; round < rounds; ++round) {
        if (rounds > 1) alpha.back() = bound;
        bound = std::min(bound, lanczos_root(ritz, alpha, beta, c));
    }
    return bound;
}

}  // namespace rhochain
