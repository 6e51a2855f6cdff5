// rho and sigma_1 of a ring with one chord, without Python.

#include <rhochain/rhochain.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
    const std::vector<std::int32_t> indptr{0, 1, 3, 4, 5};
    const std::vector<std::int32_t> indices{1, 0, 2, 3, 0};
    const std::vector<double> values{0.9, -0.4, 1.1, 0.8, 1.2};
    const rhochain::csr_view<double, std::int32_t> W{4, 4, indptr, indices, values};
    rhochain::validate(W);

    const rhochain::Bracket rho = rhochain::spectral_radius(W, {.rtol = 1e-3});
    const rhochain::Bracket sigma = rhochain::spectral_norm(W, {.rtol = 1e-3, .delta = 1e-9});
    std::printf("rho     %.6f in [%.6f, %.6f]\n", rho.value, rho.lower.value, rho.upper.value);
    std::printf("sigma_1 %.6f in [%.6f, %.6f]\n", sigma.value, sigma.lower.value, sigma.upper.value);
    return 0;
}
