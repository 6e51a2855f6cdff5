#include "spectra/radius/verified_discs.hpp"

#include <rhochain/kernels/vectors/reductions.hpp>
#include <rhochain/storage/infinity.hpp>
#include "kernels/solvers/block_eigenvectors.hpp"
#include "kernels/solvers/real_schur.hpp"
#include "spectra/radius/disc_union.hpp"
#include "spectra/radius/verified_basis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

namespace rhochain {
namespace {

using inner_discs = verified_basis::inner_discs;

// Discs that narrow, relatively, need no other basis.
constexpr double narrow = 1e-4;

// Calls use(basis) for bases of falling `most`, until it returns true: eigenvectors that are as near to each other as
// that make a block of their own. Whether there is a Schur form.
template <std::size_t Count, class Use>
bool over_bases(std::span<const double> A, std::int64_t n, double error, const std::array<double, Count>& most,
                const Use& use) {
    real_schur_form schur = real_schur(A, n, true);
    if (!schur.converged) return false;
    for (const double limit : most)
        if (use(verified_basis(A, error, limit == most.back() ? std::move(schur) : schur, limit))) break;
    return true;
}

void tighten(radius_discs& result, const verified_basis& basis) {
    for (std::vector<double>& radii : basis.radii(inner_discs::up_to_radius)) {
        const disc_union found{basis.form().values, std::move(radii)};
        result.upper = std::min(result.upper, found.upper());
        result.lower = std::max(result.lower, found.lower());
    }
}

void write_eigenpair(radius_discs& result, const block_diagonal_form& basis) {
    constexpr double same = 1e-8;
    const auto& values = basis.values;
    std::size_t top = 0;
    for (std::size_t j = 0; j < values.size(); ++j)
        if (std::abs(values[j]) > std::abs(values[top])) top = j;
    const std::complex<double> v = values[top];
    const std::size_t first = v.imag() < 0.0 ? top - 1 : top;
    const double b = std::abs(v.imag());
    result.theta = {v.real(), b};
    for (const auto& other : values)
        if (std::abs(other) < std::abs(v) * (1.0 - same) && !(std::abs(other) <= result.runner_up))
            result.runner_up = std::abs(other);
    result.right.clear();
    result.left.clear();
    if (!basis.finite) return;
    result.right = right_eigenvector(basis, first);
    result.left = left_eigenvector(basis, first);
}

// The least radii that the weights of one basis prove; they share a numbering. Infinity where it proves none.
std::vector<double> numbered_radii(const verified_basis& basis) {
    const auto& values = basis.form().values;
    std::vector<double> least(values.size(), std::numeric_limits<double>::infinity());
    if (!basis.failure().empty()) return least;
    for (const inner_discs inner : {inner_discs::narrow, inner_discs::up_to_radius})
        for (std::vector<double>& radii : basis.radii(inner)) {
            const std::vector<double> numbered = disc_union{values, std::move(radii)}.numbered();
            for (std::size_t i = 0; i < least.size(); ++i) least[i] = std::min(least[i], numbered[i]);
        }
    return least;
}

// The logarithm of the geometric mean, times n.
double size_of(const std::vector<double>& radii) {
    double sum = 0.0;
    for (const double r : radii) sum += std::log2(r);
    return sum;
}

}  // namespace

radius_discs enclose_radius(std::span<const double> A, std::int64_t n, double error) {
    radius_discs result;
    const bool converged = over_bases(A, n, error, std::array{1e5, 1e2}, [&](const verified_basis& basis) {
        if (basis.failure().empty()) {
            result.failure.clear();
            tighten(result, basis);
        } else if (!std::isfinite(result.upper)) {
            result.failure = basis.failure();  // else the discs of the basis before remain
        }
        write_eigenpair(result, basis.form());
        return result.found() && result.upper - result.lower <= narrow * result.upper;
    });
    if (!converged) result.failure = "the QR iteration did not converge";
    return result;
}

std::vector<eigenvalue_disc> enclose_eigenvalues(std::span<const double> A, std::int64_t n, double error) {
    // Up to the first limit the discs of eigenvectors that are nearly parallel are narrower than those with couplings.
    constexpr std::array most{1e7, 1e5, 1e2};
    const double norm = norm2(A);
    std::vector<double> radii;
    std::optional<block_diagonal_form> last;
    double least = infinity;
    over_bases(A, n, error, most, [&](const verified_basis& basis) {
        if (!basis.form().finite) return false;
        std::vector<double> found = numbered_radii(basis);
        const bool all_narrow =
            std::all_of(found.begin(), found.end(), [&](double r) { return r <= narrow * narrow * norm; });
        last = basis.form();
        const double size = size_of(found);
        if (radii.empty() || size < least) {
            radii = std::move(found);
            least = size;
        }
        return all_narrow;
    });
    if (!last) return {};
    // The eigenvalues of all bases are those of the Schur form. The last basis, the one with the most couplings, has
    // the most accurate vectors.
    block_eigenvectors vectors = eigenvectors_of(*last);
    std::vector<eigenvalue_disc> result;
    for (std::size_t j = 0; j < radii.size(); ++j) {
        // A disc that holds the disc of radius ||A|| around 0 proves nothing.
        const bool proves = radii[j] < norm + std::abs(last->values[j]);
        result.push_back(
            {last->values[j], proves ? radii[j] : infinity, std::move(vectors.right[j]), std::move(vectors.left[j])});
    }
    return result;
}

}  // namespace rhochain
