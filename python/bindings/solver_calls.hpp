// The options that every estimate takes from Python. They are named here alone.
#pragma once

#include "bindings.hpp"
#include "brackets.hpp"

#include <rhochain/spectra/solver_options.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace rhochain::python {

struct SolverCall {
    double rtol;
    double delta;
    std::uint64_t seed;
    int threads;
    std::optional<std::int64_t> max_matvecs;
    std::optional<double> max_seconds;
    py::object callback;  // a function of a Progress that tells whether to stop, or None
    std::optional<float64_array> start;

    // Calls the solver with these options, the GIL released. Ctrl-C stops it.
    [[nodiscard]] RawBracket run(const std::function<Bracket(const SolverOptions&)>& solver) const;
};

// Binds estimate(self, call, own ..) to a module or a class. `arguments` names what comes before the options of a
// SolverCall: self, in a module, py::kw_only() and each of `own`.
template <class Scope, class Result, class Self, class... Own, class... Argument>
void def_estimate(Scope& scope, const char* name, Result (*estimate)(const Self&, const SolverCall&, Own...),
                  const Argument&... arguments) {
    scope.def(
        name,
        [estimate](const Self& self, Own... own, double rtol, double delta, std::uint64_t seed, int threads,
                   std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds, py::object callback,
                   std::optional<float64_array> start) {
            const SolverCall call{
                rtol, delta, seed, threads, max_matvecs, max_seconds, std::move(callback), std::move(start)};
            return estimate(self, call, std::forward<Own>(own)...);
        },
        arguments..., py::arg("rtol"), py::arg("delta"), py::arg("seed"), py::arg("threads"), py::arg("max_matvecs"),
        py::arg("max_seconds"), py::arg("callback"), py::arg("start"));
}

}  // namespace rhochain::python
