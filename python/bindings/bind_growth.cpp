#include "limits.hpp"
#include "operators.hpp"

#include <rhochain/spectra/growth/numerical_radius.hpp>
#include <rhochain/spectra/growth/worst_case_growth.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace rhochain::python {
namespace {

RawBracket numerical_radius_of(const Operator& A, const Limits& limits) {
    return limits.run(
        [&](const SolverOptions& options) { return numerical_radius(A.map().with(limits.threads), options); });
}

// (bracket, active (p, n), gain below which every gradient vanishes, gain above which some explode)
py::tuple worst_case_growth_of(const Operator& A, const Limits& limits, double lo, double hi,
                               const float64_array& leak) {
    const std::span<const double> a(leak.data(), static_cast<std::size_t>(leak.size()));
    WorstCaseGrowth found;
    RawBracket raw = limits.run([&](const SolverOptions& options) {
        found = worst_case_growth(A.map().with(limits.threads), {.lo = lo, .hi = hi, .leaks = a}, options);
        return found.bracket;
    });
    const auto n = static_cast<py::ssize_t>(A.own_cols());
    row_major<std::uint8_t> active({static_cast<py::ssize_t>(found.period), n}, found.active.data());
    return py::make_tuple(std::move(raw), active.attr("view")(py::dtype::of<bool>()), std::move(found.vanishes_below),
                          std::move(found.explodes_above));
}

}  // namespace

void bind_growth(py::module_& m) {
    const py::arg A("A");
    const py::arg limits("limits");
    const py::kw_only keywords;
    m.def("numerical_radius", &numerical_radius_of, A, limits);
    m.def("worst_case_growth", &worst_case_growth_of, A, limits, keywords, py::arg("lo"), py::arg("hi"),
          py::arg("leak"));
}

}  // namespace rhochain::python
