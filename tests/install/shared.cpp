// W = [[0, 4], [1, 0]]: rho = 2 and sigma_1 = 4, through the shared library alone.
#include <rhochain.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace {

using estimate = rhochain_status (*)(const rhochain_matrix*, const rhochain_options*, rhochain_result**);

bool holds(const rhochain_matrix* W, estimate function, double exact) {
    rhochain_result* result = nullptr;
    rhochain_bracket b{};
    b.size = sizeof b;
    if (function(W, nullptr, &result) != RHOCHAIN_OK || rhochain_result_bracket(result, &b) != RHOCHAIN_OK) {
        std::puts(rhochain_last_error());
        return false;
    }
    rhochain_result_free(result);
    std::printf("%.12f <= %.12f <= %.12f, exact %.1f\n", b.lower, b.value, b.upper, exact);
    return b.lower <= exact && exact <= b.upper && std::abs(b.value - exact) <= 1e-3 * exact;
}

}  // namespace

int main() {
    const std::array<std::int32_t, 3> indptr{0, 1, 2};
    const std::array<std::int32_t, 2> indices{1, 0};
    const std::array<double, 2> values{4.0, 1.0};
    rhochain_matrix* W = nullptr;
    if (rhochain_matrix_csr(2, 2, RHOCHAIN_F64, RHOCHAIN_I32, indptr.data(), indices.data(), values.data(), 0, &W) !=
        RHOCHAIN_OK)
        return 1;
    const bool right = holds(W, rhochain_spectral_radius, 2.0) && holds(W, rhochain_spectral_norm, 4.0);
    rhochain_matrix_free(W);
    return right ? 0 : 1;
}
