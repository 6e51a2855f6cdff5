#include "chain_calls.hpp"

namespace rhochain::python {
namespace {

float64_array array_of(const std::vector<double>& x) {
    return float64_array(static_cast<py::ssize_t>(x.size()), x.data());
}

}  // namespace

void bind_lyapunov(py::module_& m) {
    const auto field = [](auto member) { return [member](const RawLyapunov& r) { return r.spectrum.*member; }; };
    const auto array = [](std::vector<double> LyapunovSpectrum::* member) {
        return [member](const RawLyapunov& r) { return array_of(r.spectrum.*member); };
    };
    py::class_<RawLyapunov>(m, "RawLyapunov")
        .def_property_readonly("exponents", array(&LyapunovSpectrum::exponents))
        .def_property_readonly("errors", array(&LyapunovSpectrum::errors))
        .def_property_readonly("history_steps",
                               [](const RawLyapunov& r) {
                                   const auto& steps = r.spectrum.history_steps;
                                   return py::array_t<std::int64_t>(static_cast<py::ssize_t>(steps.size()),
                                                                    steps.data());
                               })
        .def_property_readonly("history",
                               [](const RawLyapunov& r) {
                                   const auto k = static_cast<py::ssize_t>(r.spectrum.exponents.size());
                                   const auto records = static_cast<py::ssize_t>(r.spectrum.history_steps.size());
                                   return float64_array({records, k}, r.spectrum.history.data());
                               })
        .def_property_readonly("done", field(&LyapunovSpectrum::done))
        .def_property_readonly("steps", field(&LyapunovSpectrum::steps))
        .def_property_readonly("discard", field(&LyapunovSpectrum::discard))
        .def_property_readonly("batches", field(&LyapunovSpectrum::batches))
        .def_property_readonly("factorizations", field(&LyapunovSpectrum::factorizations))
        .def_property_readonly("cancellation", field(&LyapunovSpectrum::cancellation))
        .def_property_readonly("entropy_rate", field(&LyapunovSpectrum::entropy_rate))
        .def_property_readonly("entropy_error", field(&LyapunovSpectrum::entropy_error))
        .def_property_readonly("kaplan_yorke_dimension", field(&LyapunovSpectrum::kaplan_yorke_dimension))
        .def_property_readonly("interrupted", [](const RawLyapunov& r) { return r.interrupted; });
}

}  // namespace rhochain::python
