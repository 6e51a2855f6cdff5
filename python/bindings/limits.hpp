// What every estimate takes from Python beside its operator: tolerance, probability, seed, threads, budgets, callback
// and start. Bound once, as _core.Limits.
#pragma once

#include "bindings.hpp"
#include "brackets.hpp"

#include <rhochain/spectra/solver_options.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <tuple>
#include <vector>

namespace rhochain::python {

// The log of one estimate (run_log.hpp) in Python's numbers: a tuple for each stage.
struct RunLog {
    using stage = std::tuple<bool, std::int64_t, row_major<std::int64_t>, float64_array>;

    std::vector<stage> resume;
    double save_seconds;
    py::object save;  // a function of a list of stages that tells whether to stop; None in all ranks but the first
};

struct Limits {
    double rtol;
    double delta;
    std::uint64_t seed;
    int threads;
    std::optional<std::int64_t> max_matvecs;
    std::optional<double> max_seconds;
    py::object callback;  // a function of a Progress that tells whether to stop, or None
    std::optional<float64_array> start;
    py::object log;  // a _core.RunLog, or None

    // Calls the solver within these limits, the GIL released. Ctrl-C stops it.
    [[nodiscard]] RawBracket run(const std::function<Bracket(const SolverOptions&)>& solver) const;
    // Calls `solver`, which makes many runs, without the callback and the start. Whether Ctrl-C ended it.
    [[nodiscard]] bool run_many(const std::function<void(const SolverOptions&)>& solver) const;

private:
    [[nodiscard]] SolverOptions budgets() const;
};

}  // namespace rhochain::python
