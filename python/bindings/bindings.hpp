// The only place that includes pybind11, and what every binding file uses. The bindings do no arithmetic. The GIL is
// released in every product and solver; the core calls back into Python only for progress, Ctrl-C, CallbackOperator,
// rows of a chain and the saving of its state.
#pragma once

#include <pybind11/complex.h>
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace rhochain::python {

namespace py = pybind11;

template <class T>
using row_major = py::array_t<T, py::array::c_style>;
using float64_array = row_major<double>;

void bind_operators(py::module_& m);
void bind_low_rank(py::module_& m);
void bind_ranks(py::module_& m);
void bind_brackets(py::module_& m);
void bind_limits(py::module_& m);
void bind_spectra(py::module_& m);
void bind_many(py::module_& m);
void bind_growth(py::module_& m);
void bind_activations(py::module_& m);
void bind_chain_slopes(py::module_& m);
void bind_chains(py::module_& m);
void bind_lyapunov(py::module_& m);
void bind_gated(py::module_& m);
void bind_matrix_chain(py::module_& m);
void bind_stack(py::module_& m);
void bind_build_info(py::module_& m);

}  // namespace rhochain::python
