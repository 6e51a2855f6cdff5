#include <rhochain/spectra/signature.hpp>

#include <numeric>

namespace rhochain {

template <class Matrix>
signature_search<Matrix>::signature_search(const Matrix& W, const component_partition& P)
    : W_(W), P_(P), depth_(P.labels.size(), -1), sign_(P.labels.size(), 1) {}

template <class Matrix>
bool signature_search<Matrix>::modulus_decides(std::int64_t c) {
    const std::int64_t root = P_.members(c).front();
    queue_.assign(1, root);
    depth_[static_cast<std::size_t>(root)] = 0;
    bool positive = true;     // s_i s_j w_ij > 0 so far
    std::int64_t odd = 0;     // gcd of the t whose sign is negative
    std::int64_t period = 0;  // gcd of all t
    // An even multiple of the period whose sign is negative, or an odd one whose sign is positive, refutes the second case;
    // t = 0 with a negative sign refutes both, at once.
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
    for (const std::int64_t i : queue_) depth_[static_cast<std::size_t>(i)] = -1;
    return positive || alternating;
}

template class signature_search<csr_view<float, std::int32_t>>;
template class signature_search<csr_view<float, std::int64_t>>;
template class signature_search<csr_view<double, std::int32_t>>;
template class signature_search<csr_view<double, std::int64_t>>;
template class signature_search<dense_view<float>>;
template class signature_search<dense_view<double>>;

}  // namespace rhochain
