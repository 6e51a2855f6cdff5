// The only place that includes pybind11, and what the binding files share: a matrix held for Python.
//
// An Operator borrows NumPy arrays, keeps them alive and hands the core an operator that reads them. It does no arithmetic. The GIL is
// released in every product and solver; the core calls back into Python only for progress, Ctrl-C, CallbackOperator, rows of a chain
// and the saving of its state.
#pragma once

#include <pybind11/complex.h>
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "interrupts.hpp"

#include <rhochain/chains/lyapunov.hpp>
#include <rhochain/operators/linear_operator.hpp>
#include <rhochain/spectra/components.hpp>
#include <rhochain/spectra/eigenpair.hpp>
#include <rhochain/spectra/norms.hpp>
#include <rhochain/spectra/scaled_norm.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include <rhochain/storage/kept_rooms.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace rhochain::python {

namespace py = pybind11;

template <class T>
using row_major = py::array_t<T, py::array::c_style>;
using float64_array = row_major<double>;

class Operator {
public:
    virtual ~Operator() = default;
    [[nodiscard]] virtual std::int64_t rows() const = 0;
    [[nodiscard]] virtual std::int64_t cols() const = 0;
    [[nodiscard]] virtual std::size_t owned_bytes() const = 0;
    // Where memory for results is found and kept; null where none is.
    [[nodiscard]] virtual std::shared_ptr<kept_rooms> rooms() const { return nullptr; }

    // Calls body(A, e) for the matrix as 2^e A, A normalised.
    using user = std::function<void(operator_ref, int)>;
    virtual void with_normalised(int threads, const user& body) const = 0;
    virtual void apply(const_block X, mutable_block Y, int threads) const = 0;
    virtual void apply_adjoint(const_block X, mutable_block Y, int threads) const = 0;

    [[nodiscard]] virtual Bracket spectral_radius(const SolverOptions& options) const = 0;
    [[nodiscard]] virtual Bracket spectral_norm(const SolverOptions& options) const = 0;
    [[nodiscard]] virtual ScaledNorm scaled_norm(const ScalingOptions& options) const = 0;
    // The next three throw std::invalid_argument for an operator without entries.
    [[nodiscard]] virtual Bracket perron_radius(const SolverOptions& options) const = 0;
    [[nodiscard]] virtual component_partition components() const = 0;
    [[nodiscard]] virtual norm_bounds norms(int threads) const = 0;

    [[nodiscard]] virtual Eigenpair eigenpair(std::span<const std::complex<double>> x, int threads) const = 0;
};

// A bracket, and whether Ctrl-C ended the run.
struct RawBracket {
    Bracket bracket;
    bool interrupted = false;
};

// A Lyapunov spectrum, and whether Ctrl-C ended the run.
struct RawLyapunov {
    LyapunovSpectrum spectrum;
    bool interrupted = false;
};

// Runs a solver with the options that every estimate takes from Python, the GIL released. Ctrl-C stops it.
RawBracket solve(const std::function<Bracket(const SolverOptions&)>& solver, double rtol, double delta,
                 std::uint64_t seed, int threads, std::optional<std::int64_t> max_matvecs,
                 std::optional<double> max_seconds, const py::object& callback,
                 const std::optional<float64_array>& start);

void bind_operators(py::module_& m);
void bind_spectra(py::module_& m);
void bind_chains(py::module_& m);
void bind_lyapunov(py::module_& m);
void bind_gated(py::module_& m);
void bind_build_info(py::module_& m);

}  // namespace rhochain::python
