#include "spectra/structure/by_component.hpp"

#include "spectra/radius/eigenvector_behind.hpp"
#include "spectra/structure/component_search.hpp"
#include "spectra/structure/components_of_ranks.hpp"
#include "spectra/structure/eigenvector_extension.hpp"
#include "spectra/structure/entry_sums.hpp"

#include <optional>
#include <utility>

namespace rhochain {
namespace {

// Of a W without a cycle.
Bracket nilpotent(const linear_map& W, const component_partition& P, const std::optional<entry_map>& f) {
    Bracket b = exact_bracket(0.0, "no cycle");
    if (!f || P.count == 0) return b;
    b.vector.assign(static_cast<std::size_t>(W.rows()), 0.0);
    b.vector[static_cast<std::size_t>(source_vertex(*W.entries(), P))] = 1.0;
    b.eigenvalue = 0.0;
    return b;
}

void extend_eigenvector(const component_search& search, const linear_map& A, entry_map f, const SolverOptions& options,
                        Bracket& b, Ledger& ledger) {
    const component_partition& P = search.partition();
    const auto extend = [&](Bracket& partial) {
        partial.vector = extended_eigenvector(
            A, P, f, {partial.eigenvalue, std::move(partial.vector), search.best().component}, options, ledger);
    };
    write_extended_eigenvector(A, f, P.count, extend, options, b, ledger);
}

}  // namespace

Bracket maximum_of_components(component_search& search, const linear_map& A, const std::optional<entry_map>& f) {
    if (search.acyclic()) return nilpotent(A, search.partition(), f);
    Bracket b = search.result();
    if (f) write_component_eigenvector(A, search.partition(), *f, search.best(), b);
    return b;
}

Bracket solve_by_component(const linear_map& W, const SolverOptions& options, const block_solver& solve,
                           component_quantity quantity, std::optional<entry_map> eigenvector_of) {
    require_square(W, "a radius");
    validate(options, W.domain());
    Ledger ledger(options, W.domain());
    const linear_map A = W.normalised();
    Bracket result;
    if (A.entries() == nullptr) {
        result = solve_components_of_ranks(A, options, solve, quantity, eigenvector_of, ledger);
    } else {
        component_partition P = strong_components(A);
        const entry_sums sums = sums_of_entries(A, P, quantity);
        component_search search(A, options, quantity, std::move(P), sums);
        while (const component_summary* s = search.next())
            search.add(search.solve(*s, search.share(), solve, ledger), *s);
        result = maximum_of_components(search, A, eigenvector_of);
        if (!search.acyclic()) {
            if (eigenvector_of) extend_eigenvector(search, A, *eigenvector_of, options, result, ledger);
            rescale_bracket(result, A.exponent());
        }
    }
    ledger.close(result);
    return result;
}

}  // namespace rhochain
