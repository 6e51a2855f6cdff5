#include "kernels/vectors/subvector.hpp"

#include <cstddef>

namespace rhochain {

std::vector<double> gathered(std::span<const double> x, std::span<const std::int64_t> C) {
    std::vector<double> part;
    part.reserve(C.size());
    for (const std::int64_t i : C) part.push_back(x[static_cast<std::size_t>(i)]);
    return part;
}

std::vector<std::complex<double>> scattered(std::span<const std::complex<double>> part, std::span<const std::int64_t> C,
                                            std::int64_t n) {
    std::vector<std::complex<double>> x(static_cast<std::size_t>(n));
    for (std::size_t k = 0; k < C.size(); ++k) x[static_cast<std::size_t>(C[k])] = part[k];
    return x;
}

}  // namespace rhochain
