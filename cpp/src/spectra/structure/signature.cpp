#include "spectra/structure/signature.hpp"

#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

namespace rhochain {
namespace {

template <class Matrix>
class signature_search {
public:
    signature_search(const Matrix& W, const component_partition& P)
        : W_(W), P_(P), depth_(P.labels.size(), -1), sign_(P.labels.size(), 1) {}

    // Where it does, `phases`, unless null, becomes D on the members of c, up to a factor.
    bool modulus_decides(std::int64_t c, std::vector<std::complex<double>>* phases = nullptr) {
        const std::int64_t root = P_.members(c).front();
        queue_.assign(1, root);
        depth_[static_cast<std::size_t>(root)] = 0;
        bool positive = true;     // s_i s_j w_ij > 0 so far
        std::int64_t odd = 0;     // gcd of the t whose sign is negative
        std::int64_t period = 0;  // gcd of all t
        // An even multiple of the period whose sign is negative, or an odd one whose sign is positive, refutes the
        // second case; t = 0 with a negative sign refutes both, at once.
        bool alternating = true;
        const auto edges = [&](const auto& visit) {
            for (std::size_t head = 0; head < queue_.size() && (positive || alternating); ++head) {
                const auto i = static_cast<std::size_t>(queue_[head]);
                for (std::int64_t p = W_.row_begin(queue_[head]); p < W_.row_end(queue_[head]); ++p) {
                    const auto j = static_cast<std::size_t>(W_.column(p));
                    if (W_.value(p) != 0 && P_.labels[j] == c) visit(i, j, W_.value(p) > 0 ? 1 : -1);
                }
            }
        };
        edges([&](std::size_t i, std::size_t j, int sign) {
            if (depth_[j] < 0) {
                depth_[j] = depth_[i] + 1;
                sign_[j] = static_cast<signed char>(sign_[i] * sign);
                queue_.push_back(static_cast<std::int64_t>(j));
                return;
            }
            const std::int64_t t = depth_[i] + 1 - depth_[j];
            period = std::gcd(period, t);
            if (sign_[i] * sign_[j] * sign > 0) return;
            positive = false;
            alternating &= t != 0;
            odd = std::gcd(odd, t);
        });
        // Odd multiples of the period have a gcd that is one too.
        alternating = !positive && alternating && (odd / period) % 2 != 0;
        if (alternating)
            edges([&](std::size_t i, std::size_t j, int sign) {
                const bool even = ((depth_[i] + 1 - depth_[j]) / period) % 2 == 0;
                alternating &= even == (sign_[i] * sign_[j] * sign > 0);
            });
        if (phases != nullptr && (positive || alternating)) {
            const double phi = positive ? 0.0 : std::numbers::pi / static_cast<double>(period);
            for (const std::int64_t i : P_.members(c)) {
                const auto k = static_cast<std::size_t>(i);
                // phi d modulo 2 pi, in whole numbers.
                const double angle = positive ? 0.0 : phi * static_cast<double>(depth_[k] % (2 * period));
                phases->push_back(static_cast<double>(sign_[k]) *
                                  std::complex<double>(std::cos(angle), std::sin(angle)));
            }
        }
        for (const std::int64_t i : queue_) depth_[static_cast<std::size_t>(i)] = -1;
        return positive || alternating;
    }

private:
    const Matrix& W_;
    const component_partition& P_;
    std::vector<std::int64_t> depth_;  // -1: not met yet
    std::vector<signed char> sign_;
    std::vector<std::int64_t> queue_;
};

}  // namespace

std::vector<bool> modulus_decides(const stored_entries& W, const component_partition& P,
                                  std::span<const std::int64_t> components) {
    std::vector<bool> decides;
    if (components.empty()) return decides;
    W.visit([&](const auto& view) {
        signature_search search(view, P);
        for (const std::int64_t c : components) decides.push_back(search.modulus_decides(c));
    });
    return decides;
}

std::vector<std::complex<double>> unit_signature(const stored_entries& W, const component_partition& P,
                                                 std::int64_t component) {
    std::vector<std::complex<double>> D;
    W.visit([&](const auto& view) {
        if (!signature_search(view, P).modulus_decides(component, &D)) D.clear();
    });
    // W^T = c E |W|^T E^-1 with a unitary diagonal E is W = c E^-1 |W| E.
    if (W.transposed)
        for (auto& z : D) z = std::conj(z);
    return D;
}

}  // namespace rhochain
