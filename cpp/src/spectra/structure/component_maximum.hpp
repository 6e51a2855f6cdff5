// The brackets of the components of W put together to that of the maximum.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include "spectra/structure/component_summary.hpp"

#include <cstdint>
#include <vector>

namespace rhochain {

class component_maximum {
public:
    // All three outlive it.
    component_maximum(const SolverOptions& options, const stored_entries& W, const component_partition& P)
        : options_(options), W_(W), P_(P) {}

    void add(const Bracket& b, const component_summary& of);
    // A skipped component contributes its bounds.
    void skip(const component_summary& s);
    [[nodiscard]] bool can_skip(double proved_bound) const {
        return !first_ && proved_bound <= best_.value * (1.0 + 0.01 * options_.rtol);
    }

    // The vector has n entries.
    [[nodiscard]] Bracket result(std::int64_t n);
    [[nodiscard]] const component_summary& best_of() const { return *best_of_; }

private:
    struct candidate {
        Bound tight;
        double proved;
    };

    void keep_lower_and_runner_up(const Bracket& other);
    [[nodiscard]] Bound upper() const;
    [[nodiscard]] bool serves_as_well(const Bracket& b, std::int64_t component) const;
    void scatter_vector(std::int64_t n);

    const SolverOptions& options_;
    const stored_entries& W_;
    const component_partition& P_;
    Bracket best_;
    std::vector<candidate> uppers_;
    const component_summary* best_of_ = nullptr;
    bool first_ = true;
    bool all_converged_ = true;
};

}  // namespace rhochain
