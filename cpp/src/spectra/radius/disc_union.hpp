// Discs around n centres that are real or come in conjugate pairs of one radius, such that a set of discs that meets no
// other one contains as many eigenvalues of a real matrix as it has discs, and all lie in the union (Gershgorin 1931).
// Then
//     max over such sets of min (|centre| - radius)  <=  rho  <=  max (|centre| + radius),
// rounded outwards.
//
// Where each eigenvalue of a numbering lies in the connected union of discs that holds disc i, it is within
//     max_j (|centre_i - centre_j| + radius_j),  j over the union,
// of centre i.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {

class disc_union {
public:
    using centres = std::span<const std::complex<double>>;

    // The centres are borrowed. A radius that is NaN counts as infinite.
    disc_union(centres centre, std::vector<double> radius);

    [[nodiscard]] double upper() const;

    // The best of a few sets, from the discs that reach least far inwards on; 0 without one. O(n^2) for large sets.
    [[nodiscard]] double lower() const;

    // The radii of the numbering; all infinite if a radius is not finite. O(n^2) for small unions.
    [[nodiscard]] std::vector<double> numbered() const;

private:
    [[nodiscard]] bool meet(std::size_t i, std::size_t k) const;
    [[nodiscard]] bool mirrored_meet(std::size_t i, std::size_t k) const;
    [[nodiscard]] double least_of_set(std::size_t first, double enough, const std::vector<double>& inner,
                                      std::vector<bool>& tried) const;

    centres centre_;
    std::vector<double> radius_;
};

}  // namespace rhochain
