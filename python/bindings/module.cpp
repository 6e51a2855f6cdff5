#include "bindings.hpp"

PYBIND11_MODULE(_core, m) {
    m.doc() = "Native core of rhochain; use the functions of the package instead.";
    rhochain::python::bind_operators(m);
    rhochain::python::bind_low_rank(m);
    rhochain::python::bind_ranks(m);
    rhochain::python::bind_brackets(m);
    rhochain::python::bind_limits(m);
    rhochain::python::bind_spectra(m);
    rhochain::python::bind_many(m);
    rhochain::python::bind_growth(m);
    rhochain::python::bind_activations(m);
    rhochain::python::bind_lyapunov(m);
    rhochain::python::bind_chain_slopes(m);
    rhochain::python::bind_chains(m);
    rhochain::python::bind_gated(m);
    rhochain::python::bind_matrix_chain(m);
    rhochain::python::bind_stack(m);
    rhochain::python::bind_build_info(m);
}
