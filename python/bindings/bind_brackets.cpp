// Bounds, progress and brackets, by the names of their fields. The only place where grades and status become strings.
#include "bindings.hpp"
#include "brackets.hpp"

#include <algorithm>
#include <complex>
#include <optional>

namespace rhochain::python {

const char* grade_name(Grade g) {
    switch (g) {
        case Grade::proved:
            return "PROVED";
        case Grade::probable:
            return "PROBABLE";
        default:
            return "ESTIMATE";
    }
}

const char* status_name(Status s) {
    switch (s) {
        case Status::converged:
            return "converged";
        case Status::budget_spent:
            return "budget_spent";
        default:
            return "bracketed";
    }
}

py::object vector_of(const Bracket& b) {
    const auto& v = b.vector;
    if (v.empty()) return py::none();
    const auto n = static_cast<py::ssize_t>(v.size());
    if (std::any_of(v.begin(), v.end(), [](const auto& z) { return z.imag() != 0.0; }))
        return py::array_t<std::complex<double>>(n, v.data());
    py::array_t<double> real(n);
    std::transform(v.begin(), v.end(), real.mutable_data(), [](const auto& z) { return z.real(); });
    return real;
}

void bind_brackets(py::module_& m) {
    py::class_<Bound>(m, "RawBound")
        .def_readonly("value", &Bound::value)
        .def_property_readonly("grade", [](const Bound& b) { return grade_name(b.grade); })
        .def_property_readonly(
            "delta",
            [](const Bound& b) { return b.grade == Grade::probable ? std::optional<double>(b.delta) : std::nullopt; })
        .def_readonly("source", &Bound::source);
    py::class_<Progress>(m, "RawProgress")
        .def_readonly("matvecs", &Progress::matvecs)
        .def_readonly("seconds", &Progress::seconds)
        .def_readonly("lower", &Progress::lower)
        .def_readonly("value", &Progress::value)
        .def_readonly("upper", &Progress::upper);
    const auto field = [](auto member) { return [member](const RawBracket& r) { return r.bracket.*member; }; };
    py::class_<RawBracket>(m, "RawBracket")
        .def_property_readonly("value", field(&Bracket::value))
        .def_property_readonly("lower", field(&Bracket::lower))
        .def_property_readonly("upper", field(&Bracket::upper))
        .def_property_readonly("graded_lower", [](const RawBracket& r) { return Bound(graded_lower(r.bracket)); })
        .def_property_readonly("graded_upper", [](const RawBracket& r) { return Bound(graded_upper(r.bracket)); })
        .def_property_readonly("status", [](const RawBracket& r) { return status_name(r.bracket.status); })
        .def_property_readonly("residual", field(&Bracket::residual))
        .def_property_readonly("condition", field(&Bracket::condition))
        .def_property_readonly("runner_up", field(&Bracket::runner_up))
        .def_property_readonly("matvecs", field(&Bracket::matvecs))
        .def_property_readonly("seconds", field(&Bracket::seconds))
        .def_property_readonly("history", field(&Bracket::history))
        .def_property_readonly("vector", [](const RawBracket& r) { return vector_of(r.bracket); })
        .def_property_readonly("no_vector", field(&Bracket::no_vector))
        .def_property_readonly("eigenvalue", field(&Bracket::eigenvalue))
        .def_readonly("interrupted", &RawBracket::interrupted);
}

}  // namespace rhochain::python
