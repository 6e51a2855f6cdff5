#include "interrupts.hpp"
#include "limits.hpp"

#include <cstddef>
#include <utility>

namespace rhochain::python {

SolverOptions Limits::budgets() const {
    SolverOptions options;
    options.rtol = rtol;
    options.delta = delta;
    options.seed = seed;
    if (max_matvecs) options.max_matvecs = *max_matvecs;
    if (max_seconds) options.max_seconds = *max_seconds;
    return options;
}

RawBracket Limits::run(const std::function<Bracket(const SolverOptions&)>& solver) const {
    RawBracket result;
    SolverOptions options = budgets();
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

bool Limits::run_many(const std::function<void(const SolverOptions&)>& solver) const {
    bool interrupted = false;
    SolverOptions options = budgets();
    options.interrupt = [&] {
        const py::gil_scoped_acquire gil;
        return stop_on_interrupt(interrupted, [] { return false; });
    };
    interruptible_run run;
    {
        const py::gil_scoped_release release;
        solver(options);
    }
    return interrupted || run.was_interrupted();
}

void bind_limits(py::module_& m) {
    py::class_<Limits>(m, "Limits")
        .def(py::init([](double rtol, double delta, std::uint64_t seed, int threads,
                         std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds,
                         py::object callback, std::optional<float64_array> start) {
                 return Limits{
                     rtol, delta, seed, threads, max_matvecs, max_seconds, std::move(callback), std::move(start)};
             }),
             py::kw_only(), py::arg("rtol"), py::arg("delta"), py::arg("seed"), py::arg("threads"),
             py::arg("max_matvecs"), py::arg("max_seconds"), py::arg("callback"), py::arg("start"));
}

}  // namespace rhochain::python
