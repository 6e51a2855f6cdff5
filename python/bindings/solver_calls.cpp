#include "solver_calls.hpp"
#include "interrupts.hpp"

#include <cstddef>

namespace rhochain::python {

RawBracket SolverCall::run(const std::function<Bracket(const SolverOptions&)>& solver) const {
    RawBracket result;
    SolverOptions options;
    options.rtol = rtol;
    options.delta = delta;
    options.seed = seed;
    if (max_matvecs) options.max_matvecs = *max_matvecs;
    if (max_seconds) options.max_seconds = *max_seconds;
    if (start) options.start = {start->data(), static_cast<std::size_t>(start->size())};
    if (!callback.is_none())
        options.callback = [&](const Progress& p) {
            const py::gil_scoped_acquire gil;
            return stop_on_interrupt(result.interrupted, [&] { return callback(p).cast<bool>(); });
        };
    options.interrupt = [&] {
        const py::gil_scoped_acquire gil;
        return stop_on_interrupt(result.interrupted, [] { return false; });
    };
    interruptible_run run;
    {
        const py::gil_scoped_release release;
        result.bracket = solver(options);
    }
    result.interrupted |= run.was_interrupted();
    return result;
}

}  // namespace rhochain::python
