#include "spectra/radius/eigenvector_behind.hpp"

#include "kernels/vectors/caller_arrays.hpp"
#include "kernels/vectors/complex_vectors.hpp"
#include "kernels/vectors/subvector.hpp"
#include "operators/entry_image.hpp"
#include "spectra/radius/eigenpair_of_map.hpp"
#include "spectra/structure/cycle_eigenvector.hpp"
#include "spectra/structure/signature.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

void leave_out(Bracket& b, std::string reason) {
    b.vector.clear();
    b.eigenvalue = {Bracket::unknown, Bracket::unknown};
    b.residual = Bracket::unknown;
    b.no_vector = std::move(reason);
}

void explain(Bracket& b, Ledger& ledger) {
    b.residual = Bracket::unknown;
    if (b.no_vector.empty())
        b.no_vector = ledger.exhausted() ? "the budget ended before there was an eigenvector"
                                         : "the value comes from bounds, not from an eigenvector";
}

}  // namespace

void write_eigenvector(const linear_map& A, Bracket& b, Ledger& ledger) {
    const space& S = A.domain();
    if (!S.any(!b.vector.empty())) return explain(b, ledger);
    complex_vector x(S);
    copy(from_caller(b.vector), x, S);
    normalise(x, S);
    const Eigenpair pair = eigenpair_of_map(A, x);
    ledger.count(A.bounded() ? 3 : 2);
    b.residual = std::isnan(b.condition) ? pair.residual.value : std::max(b.residual, pair.residual.value);
    b.eigenvalue = pair.theta;
    b.vector = for_caller(std::move(x));
}

void write_component_eigenvector(const linear_map& A, const component_partition& P, entry_map f,
                                 const component_summary& s, Bracket& b) {
    const stored_entries& W = *A.entries();
    const auto members = P.members(s.component);
    if (b.vector.empty() && b.status == Status::converged && s.entries == static_cast<std::int64_t>(members.size()))
        b.vector = scattered(cycle_eigenvector(W, members), members, A.rows());
    if (b.vector.empty() || f == entry_map::absolute || s.nonnegative || !s.modulus_decides) return;
    const std::vector<std::complex<double>> D = unit_signature(W, P, s.component);
    for (std::size_t k = 0; k < D.size(); ++k) b.vector[static_cast<std::size_t>(members[k])] *= D[k];
}

void write_extended_eigenvector(const linear_map& A, entry_map f, std::int64_t components,
                                const eigenvector_extender& extend, const SolverOptions& options, Bracket& b,
                                Ledger& ledger) {
    const space& S = A.domain();
    const linear_map M = f == entry_map::identity ? A : linear_map(entry_image(A, f));
    const double of_component = b.residual;
    const bool known = S.any(!b.vector.empty());
    write_eigenvector(M, b, ledger);
    if (!known || !(b.value > 0.0) || components == 1) return;
    constexpr double rounding = 0x1p-40;
    if (b.residual <= std::max(rounding * b.value, std::isnan(of_component) ? 0.0 : of_component)) return;
    extend(b);
    const double wanted = std::max(options.rtol * b.value, 2.0 * (std::isnan(of_component) ? 0.0 : of_component));
    b.residual = of_component;
    const bool extended = S.any(!b.vector.empty());
    if (extended) write_eigenvector(M, b, ledger);
    if (extended && b.residual <= wanted) return;
    leave_out(b, ledger.exhausted() ? "the budget ended before the eigenvector of a component was extended to all of W"
                                    : "the eigenvector of a component was not extended to all of W: beside it another "
                                      "component has an eigenvalue of nearly the same modulus");
}

}  // namespace rhochain
