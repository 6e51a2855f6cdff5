#include "interrupts.hpp"
#include "limits.hpp"

#include <rhochain/spectra/run_log.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace rhochain::python {

namespace {

std::vector<RunRecord> records_of(const std::vector<RunLog::stage>& stages) {
    std::vector<RunRecord> records;
    for (const auto& [finished, products, integers, reals] : stages) {
        RunRecord& r = records.emplace_back();
        r.finished = finished;
        r.products = products;
        r.integers.assign(integers.data(), integers.data() + integers.size());
        r.reals = std::make_shared<const buffer<double>>(reals.data(), reals.data() + reals.size());
    }
    return records;
}

// Shares the numbers with the record.
float64_array reals_of(const RunRecord& record) {
    if (!record.reals) return float64_array(0);
    using owner = std::shared_ptr<const buffer<double>>;
    auto owned = std::make_unique<owner>(record.reals);
    const owner& reals = *owned;
    const py::capsule base(owned.release(), [](void* p) { delete static_cast<owner*>(p); });
    float64_array shared(static_cast<py::ssize_t>(reals->size()), reals->data(), base);
    shared.attr("setflags")(py::arg("write") = false);
    return shared;
}

std::vector<RunLog::stage> stages_of(const std::vector<RunRecord>& records) {
    std::vector<RunLog::stage> stages;
    for (const RunRecord& r : records)
        stages.emplace_back(r.finished, r.products,
                            row_major<std::int64_t>(static_cast<py::ssize_t>(r.integers.size()), r.integers.data()),
                            reals_of(r));
    return stages;
}

}  // namespace

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
        return stop_on_interrupt(result.interrupted, [&] { return result.interrupted; });
    };
    std::optional<run_log> own_log;
    if (!log.is_none()) {
        const auto& given = log.cast<const RunLog&>();
        RunSaving saving{records_of(given.resume), given.save_seconds};
        if (!given.save.is_none())
            saving.save = [&](const std::vector<RunRecord>& records) {
                const py::gil_scoped_acquire gil;
                // Ctrl-C that came before is no reason not to save.
                const bool stop = stop_on_interrupt(result.interrupted, [] { return false; });
                const bool refused =
                    stop_on_interrupt(result.interrupted, [&] { return given.save(stages_of(records)).cast<bool>(); });
                return stop || refused;
            };
        own_log.emplace(std::move(saving));
        options.log = &*own_log;
    }
    interruptible_run run;
    {
        const py::gil_scoped_release release;
        result.bracket = solver(options);
        if (own_log) own_log->close();
    }
    result.interrupted |= result.bracket.interrupted;
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
    py::class_<RunLog>(m, "RunLog")
        .def(py::init([](std::vector<RunLog::stage> resume, double save_seconds, py::object save) {
                 return RunLog{std::move(resume), save_seconds, std::move(save)};
             }),
             py::kw_only(), py::arg("resume"), py::arg("save_seconds"), py::arg("save"));
    py::class_<Limits>(m, "Limits")
        .def(py::init([](double rtol, double delta, std::uint64_t seed, int threads,
                         std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds,
                         py::object callback, std::optional<float64_array> start, py::object log) {
                 return Limits{rtol,
                               delta,
                               seed,
                               threads,
                               max_matvecs,
                               max_seconds,
                               std::move(callback),
                               std::move(start),
                               std::move(log)};
             }),
             py::kw_only(), py::arg("rtol"), py::arg("delta"), py::arg("seed"), py::arg("threads"),
             py::arg("max_matvecs"), py::arg("max_seconds"), py::arg("callback"), py::arg("start"),
             py::arg("log") = py::none());
}

}  // namespace rhochain::python
