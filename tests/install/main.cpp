// W = [[0.5, 3], [0, -0.25]]: triangular, so rho = 0.5; sigma_1^2 is the larger root of
// t^2 - ||W||_F^2 t + det(W)^2 = 0 with ||W||_F^2 = 9.3125 and det(W)^2 = 1/64.
#include <rhochain/rhochain.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace {

bool holds(const char* name, const rhochain::Bracket& b, double exact) {
    std::printf("%-8s %.12f <= %.12f <= %.12f, exact %.12f\n", name, b.lower.value, b.value, b.upper.value, exact);
    const double rounding = 1e-14 * exact;
    return b.lower.value <= b.value && b.value <= b.upper.value && b.lower.value <= exact + rounding &&
           exact - rounding <= b.upper.value && std::abs(b.value - exact) <= 1e-3 * exact;
}

}  // namespace

int main() {
    const std::array<std::int32_t, 3> indptr{0, 2, 3};
    const std::array<std::int32_t, 3> indices{0, 1, 1};
    const std::array<double, 3> values{0.5, 3.0, -0.25};
    const rhochain::csr_view<double, std::int32_t> W{2, 2, indptr, indices, values};

    const double rho = 0.5;
    const double sigma = std::sqrt(0.5 * (9.3125 + std::sqrt(9.3125 * 9.3125 - 4.0 / 64.0)));
    const bool radius = holds("rho", rhochain::spectral_radius(W, {.rtol = 1e-3}), rho);
    const bool norm = holds("sigma_1", rhochain::spectral_norm(W, {.rtol = 1e-3}), sigma);
    return radius && norm ? 0 : 1;
}
