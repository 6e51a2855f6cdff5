// The strongly connected components of a W whose entries are in this process, in the order of their falling bounds, and
// how each of them is solved: in place where it has more than half of the vertices, as a part of its own, or as a copy
// under a diagonal scaling (band_tilt.hpp, symmetrizing.hpp).
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/by_component.hpp"
#include "spectra/structure/component_maximum.hpp"
#include "spectra/structure/component_summary.hpp"
#include "spectra/structure/irreducible_block.hpp"
#include "spectra/structure/symmetrizing.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

class component_search {
public:
    // `A`, normalised, and `options` outlive it.
    component_search(const linear_map& A, const SolverOptions& options, component_quantity quantity,
                     component_partition P, const entry_sums& sums);
    component_search(const component_search&) = delete;
    component_search& operator=(const component_search&) = delete;

    [[nodiscard]] const component_partition& partition() const { return P_; }
    [[nodiscard]] bool acyclic() const { return P_.cyclic.empty(); }

    // The next component that may exceed the best value by more than a hundredth of rtol; null after the last one.
    [[nodiscard]] const component_summary* next();
    // The options with the share of delta that the component has which next() gave.
    [[nodiscard]] const SolverOptions& share() const { return share_; }

    // Whether W itself serves, with the vertices outside set to zero.
    [[nodiscard]] bool serves_in_place(const component_summary& s) const;
    [[nodiscard]] block_facts facts_in_place(const component_summary& s) const;
    [[nodiscard]] std::vector<std::int64_t> outside(const component_summary& s) const;

    // The bracket of the component, without the exponent of A.
    [[nodiscard]] Bracket solve(const component_summary& s, const SolverOptions& own, const block_solver& solve,
                                Ledger& ledger) const;

    void add(const Bracket& b, const component_summary& s) { all_.add(b, s); }
    [[nodiscard]] const component_summary& best() const { return all_.best_of(); }
    // Of the maximum; its vector has all n entries.
    [[nodiscard]] Bracket result() { return all_.result(A_.rows()); }

private:
    struct task;

    [[nodiscard]] task task_of(const component_summary& s) const;
    // Of a long band; else 0.
    [[nodiscard]] std::int64_t reach_of(const task& t) const;
    [[nodiscard]] bool in_place(const task& t, std::int64_t reach) const;
    [[nodiscard]] Bracket solve_in_place(const component_summary& s, const SolverOptions& own,
                                         const block_solver& solve, Ledger& ledger) const;

    const linear_map& A_;
    const SolverOptions& options_;
    component_partition P_;
    std::vector<component_summary> summaries_;
    std::vector<std::int64_t> position_;
    symmetrizing scalings_;
    component_maximum all_;
    SolverOptions share_;
    std::size_t next_ = 0;
    double solved_ = 0.0;
};

}  // namespace rhochain
