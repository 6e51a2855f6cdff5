#include "bindings.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

namespace rhochain::python {
namespace {

using bound_tuple = std::tuple<double, const char*, std::optional<double>, std::string>;
using progress_tuple = std::tuple<std::int64_t, double, double, double, double>;

const char* grade_name(Grade g) {
    switch (g) {
        case Grade::proved: return "PROVED";
        case Grade::probable: return "PROBABLE";
        default: return "ESTIMATE";
    }
}

const char* status_name(Status s) {
    switch (s) {
        case Status::converged: return "converged";
        case Status::budget_spent: return "budget_spent";
        default: return "bracketed";
    }
}

bound_tuple to_tuple(const Bound& b) {
    std::optional<double> delta;
    if (b.grade == Grade::probable) delta = b.delta;
    return {b.value, grade_name(b.grade), delta, b.source};
}

progress_tuple to_tuple(const Progress& p) { return {p.matvecs, p.seconds, p.lower, p.value, p.upper}; }

// None, a float64 array where every imaginary part is 0, or a complex128 array.
py::object vector_of(const RawBracket& r) {
    const auto& v = r.bracket.vector;
    if (v.empty()) return py::none();
    const auto n = static_cast<py::ssize_t>(v.size());
    if (std::any_of(v.begin(), v.end(), [](const auto& z) { return z.imag() != 0.0; }))
        return py::array_t<std::complex<double>>(n, v.data());
    py::array_t<double> real(n);
    std::transform(v.begin(), v.end(), real.mutable_data(), [](const auto& z) { return z.real(); });
    return real;
}

}  // namespace

RawBracket solve(const std::function<Bracket(const SolverOptions&)>& solver, double rtol, double delta,
                 std::uint64_t seed, int threads, std::optional<std::int64_t> max_matvecs,
                 std::optional<double> max_seconds, const py::object& callback,
                 const std::optional<float64_array>& start) {
    RawBracket result;
    SolverOptions options;
    options.rtol = rtol;
    options.delta = delta;
    options.seed = seed;
    options.threads = threads;
    if (max_matvecs) options.max_matvecs = *max_matvecs;
    if (max_seconds) options.max_seconds = *max_seconds;
    if (start) options.start = {start->data(), static_cast<std::size_t>(start->size())};
    if (!callback.is_none())
        options.callback = [&](const Progress& p) {
            const py::gil_scoped_acquire gil;
            return stop_on_interrupt(result.interrupted, [&] { return callback(to_tuple(p)).cast<bool>(); });
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

namespace {

using method = Bracket (Operator::*)(const SolverOptions&) const;

void bind_solver(py::module_& m, const char* name, method estimate) {
    m.def(
        name,
        [estimate](const Operator& A, double rtol, double delta, std::uint64_t seed, int threads,
                 std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds, const py::object& callback,
                 const std::optional<float64_array>& start) {
            return solve([&](const SolverOptions& o) { return (A.*estimate)(o); }, rtol, delta, seed, threads,
                         max_matvecs, max_seconds, callback, start);
        },
        py::arg("A"), py::kw_only(), py::arg("rtol"), py::arg("delta"), py::arg("seed"), py::arg("threads"),
        py::arg("max_matvecs"), py::arg("max_seconds"), py::arg("callback"), py::arg("start"));
}

}  // namespace

void bind_spectra(py::module_& m) {
    const auto field = [](auto member) { return [member](const RawBracket& r) { return r.bracket.*member; }; };
    py::class_<RawBracket>(m, "RawBracket")
        .def_property_readonly("value", field(&Bracket::value))
        .def_property_readonly("lower", [](const RawBracket& r) { return to_tuple(r.bracket.lower); })
        .def_property_readonly("upper", [](const RawBracket& r) { return to_tuple(r.bracket.upper); })
        .def_property_readonly("graded_lower", [](const RawBracket& r) { return to_tuple(graded_lower(r.bracket)); })
        .def_property_readonly("graded_upper", [](const RawBracket& r) { return to_tuple(graded_upper(r.bracket)); })
        .def_property_readonly("status", [](const RawBracket& r) { return status_name(r.bracket.status); })
        .def_property_readonly("residual", field(&Bracket::residual))
        .def_property_readonly("condition", field(&Bracket::condition))
        .def_property_readonly("runner_up", field(&Bracket::runner_up))
        .def_property_readonly("matvecs", field(&Bracket::matvecs))
        .def_property_readonly("seconds", field(&Bracket::seconds))
        .def_property_readonly("history",
                               [](const RawBracket& r) {
                                   py::list rows;
                                   for (const Progress& p : r.bracket.history) rows.append(to_tuple(p));
                                   return rows;
                               })
        .def_property_readonly("vector", &vector_of)
        .def_readonly("interrupted", &RawBracket::interrupted);

    m.def(
        "spectral_radius",
        [](const Operator& A, bool condition, double rtol, double delta, std::uint64_t seed, int threads,
           std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds, const py::object& callback,
           const std::optional<float64_array>& start) {
            return solve(
                [&](SolverOptions o) {
                    o.condition = condition;
                    return A.spectral_radius(o);
                },
                rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start);
        },
        py::arg("A"), py::kw_only(), py::arg("condition"), py::arg("rtol"), py::arg("delta"), py::arg("seed"),
        py::arg("threads"), py::arg("max_matvecs"), py::arg("max_seconds"), py::arg("callback"), py::arg("start"));
    bind_solver(m, "perron_radius", &Operator::perron_radius);
    m.def(
        "spectral_norm",
        [](const Operator& A, double upper_rtol, double rtol, double delta, std::uint64_t seed, int threads,
           std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds, const py::object& callback,
           const std::optional<float64_array>& start) {
            return solve(
                [&](SolverOptions o) {
                    o.upper_rtol = upper_rtol;
                    return A.spectral_norm(o);
                },
                rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start);
        },
        py::arg("A"), py::kw_only(), py::arg("upper_rtol"), py::arg("rtol"), py::arg("delta"), py::arg("seed"),
        py::arg("threads"), py::arg("max_matvecs"), py::arg("max_seconds"), py::arg("callback"), py::arg("start"));

    m.def(
        "scaled_norm",
        [](const Operator& A, double max_kappa, double threshold, double rtol, double delta, std::uint64_t seed, int threads,
           std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds, const py::object& callback,
           const std::optional<float64_array>& start) {
            ScaledNorm result;
            RawBracket raw = solve(
                [&](const SolverOptions& o) {
                    result = A.scaled_norm({o, {max_kappa, threshold}});
                    return result.bracket;
                },
                rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start);
            const auto n = static_cast<py::ssize_t>(result.scaling.size());
            return py::make_tuple(std::move(raw), py::array_t<double>(n, result.scaling.data()),
                                  to_tuple(result.attained));
        },
        py::arg("A"), py::kw_only(), py::arg("max_kappa"), py::arg("threshold"), py::arg("rtol"), py::arg("delta"), py::arg("seed"),
        py::arg("threads"), py::arg("max_matvecs"), py::arg("max_seconds"), py::arg("callback"), py::arg("start"));
    m.def(
        "eigenpair",
        [](const Operator& A, const py::array_t<std::complex<double>, py::array::c_style | py::array::forcecast>& x,
           int threads) {
            Eigenpair pair;
            {
                const std::span<const std::complex<double>> entries(x.data(), static_cast<std::size_t>(x.size()));
                const py::gil_scoped_release release;
                pair = A.eigenpair(entries, threads);
            }
            return py::make_tuple(pair.theta, to_tuple(pair.residual));
        },
        py::arg("A"), py::arg("x"), py::arg("threads"));
    m.def(
        "norm_bounds",
        [](const Operator& A, int threads) {
            norm_bounds b;
            {
                const py::gil_scoped_release release;
                b = A.norms(threads);
            }
            py::dict d;
            d["one"] = b.one;
            d["inf"] = b.inf;
            d["one_inf"] = b.one_inf;
            d["frobenius"] = b.frobenius;
            d["row_column"] = b.row_column;
            return d;
        },
        py::arg("A"), py::arg("threads"));
    m.def(
        "components",
        [](const Operator& A) {
            component_partition P;
            {
                const py::gil_scoped_release release;
                P = A.components();
            }
            const auto n = static_cast<py::ssize_t>(P.labels.size());
            return py::make_tuple(py::array_t<std::int64_t>(n, P.labels.data()), P.count, P.cyclic.size(),
                                  P.longest_path);
        },
        py::arg("A"));
}

}  // namespace rhochain::python
