// What every estimate takes from Python beside its operator: tolerance, probability, seed, threads, budgets, callback
// and start. Bound once, as _core.Limits.
#pragma once

#include "bindings.hpp"
#include "brackets.hpp"

#include <rhochain/spectra/solver_options.hpp>

#include <cstdint>
#include <functional>
#include <optional>

namespace rhochain::python {

struct Limits {
    double rtol;
    double delta;
    std::uint64_t seed;
    int threads;
    std::optional<std::int64_t> max_matvecs;
    std::optional<double> max_seconds;
    py::object callback;  // a function of a Progress that tells whether to stop, or None
    std::optional<float64_array> start;

    // Calls the solver within these limits, the GIL released. Ctrl-C stops it.
    [[nodiscard]] RawBracket run(const std::function<Bracket(const SolverOptions&)>& solver) const;
    // Calls `solver`, which makes many runs, without the callback and the start. Whether Ctrl-C ended it.
    [[nodiscard]] bool run_many(const std::function<void(const SolverOptions&)>& solver) const;

private:
    [[nodiscard]] SolverOptions budgets() const;
};

}  // namespace rhochain::python
