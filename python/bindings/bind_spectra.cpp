#include "limits.hpp"
#include "operators.hpp"

#include <rhochain/kernels/vectors/distance.hpp>
#include <rhochain/spectra/norm/norm_from_vector.hpp>
#include <rhochain/spectra/norm/norms.hpp>
#include <rhochain/spectra/norm/spectral_norm.hpp>
#include <rhochain/spectra/radius/eigenpair.hpp>
#include <rhochain/spectra/radius/leaky_radius.hpp>
#include <rhochain/spectra/radius/outer_eigenvalues.hpp>
#include <rhochain/spectra/radius/perron.hpp>
#include <rhochain/spectra/radius/spectral_radius.hpp>
#include <rhochain/spectra/scaling/scaled_norm.hpp>
#include <rhochain/spectra/structure/components.hpp>
#include <rhochain/spectra/structure/sign_structure.hpp>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace rhochain::python {
namespace {

RawBracket radius_of(const Operator& A, const Limits& limits, bool condition, double upper_rtol, bool proved) {
    return limits.run([&](const SolverOptions& options) {
        const RadiusGoal goal{.condition = condition, .upper_rtol = upper_rtol, .proved = proved};
        return spectral_radius(A.map().with(limits.threads), options, goal);
    });
}

RawBracket leaky_radius_of(const Operator& A, const Limits& limits, const float64_array& leak, double gain) {
    const std::span<const double> a(leak.data(), static_cast<std::size_t>(leak.size()));
    return limits.run(
        [&](const SolverOptions& options) { return leaky_radius(A.map().with(limits.threads), a, options, gain); });
}

RawBracket perron_radius_of(const Operator& A, const Limits& limits) {
    return limits.run(
        [&](const SolverOptions& options) { return perron_radius(A.map().with(limits.threads), options); });
}

RawBracket perron_radius_of_whole_of(const Operator& A, const Limits& limits) {
    return limits.run(
        [&](const SolverOptions& options) { return perron_radius_of_whole(A.map().with(limits.threads), options); });
}

RawBracket norm_of(const Operator& A, const Limits& limits, double upper_rtol) {
    return limits.run([&](const SolverOptions& options) {
        return spectral_norm(A.map().with(limits.threads), options, NormGoal{.upper_rtol = upper_rtol});
    });
}

// Of two contiguous arrays of one type.
template <class Scalar>
double distance_of(const py::array_t<Scalar, py::array::c_style>& a, const py::array_t<Scalar, py::array::c_style>& b) {
    const std::span<const Scalar> left(a.data(), static_cast<std::size_t>(a.size()));
    const std::span<const Scalar> right(b.data(), static_cast<std::size_t>(b.size()));
    const py::gil_scoped_release release;
    return distance_above(left, right);
}

// (lower bound, the next vector)
py::tuple norm_from_vector_of(const Operator& A, const float64_array& v, int threads) {
    NormFromVector found;
    {
        const std::span<const double> entries(v.data(), static_cast<std::size_t>(v.size()));
        const py::gil_scoped_release release;
        found = norm_from_vector(A.map().with(threads), entries);
    }
    const auto n = static_cast<py::ssize_t>(found.next.size());
    return py::make_tuple(std::move(found.lower), float64_array(n, found.next.data()));
}

// (bracket, d, bound for this d)
py::tuple scaled_norm_of(const Operator& A, const Limits& limits, double max_kappa, double threshold) {
    ScaledNorm found;
    RawBracket raw = limits.run([&](const SolverOptions& options) {
        const ScalingGoal goal{.max_kappa = max_kappa, .threshold = threshold};
        found = scaled_norm(A.map().with(limits.threads), options, goal);
        return found.bracket;
    });
    const auto n = static_cast<py::ssize_t>(found.scaling.size());
    return py::make_tuple(std::move(raw), float64_array(n, found.scaling.data()), std::move(found.attained));
}

using complex_array = py::array_t<std::complex<double>, py::array::c_style | py::array::forcecast>;

// (theta, residual)
py::tuple eigenpair_of(const Operator& A, const complex_array& x, int threads) {
    Eigenpair pair;
    {
        const std::span<const std::complex<double>> entries(x.data(), static_cast<std::size_t>(x.size()));
        const py::gil_scoped_release release;
        pair = check_eigenpair(A.map().with(threads), entries);
    }
    return py::make_tuple(pair.theta, std::move(pair.residual));
}

// (bracket, rest, a list of (value, radius, whether it is PROVED, residual, condition))
py::tuple outer_eigenvalues_of(const Operator& A, const Limits& limits, std::int64_t k) {
    OuterEigenvalues found;
    RawBracket raw = limits.run([&](const SolverOptions& options) {
        found = outer_eigenvalues(A.map().with(limits.threads), k, options);
        return found.outermost;
    });
    py::list values;
    for (const OuterEigenvalue& v : found.values)
        values.append(py::make_tuple(v.value, v.radius, v.grade == Grade::proved, v.residual, v.condition));
    return py::make_tuple(std::move(raw), std::move(found.rest), std::move(values));
}

py::dict norm_bounds_of(const Operator& A, int threads) {
    norm_bounds b;
    {
        const py::gil_scoped_release release;
        const linear_map W = A.map().with(threads).normalised();
        if (!W.bounded())
            throw std::invalid_argument(
                "W: got an operator known by its products alone, expected a stored matrix, as norm_bounds reads the "
                "entries");
        b = rescaled(bound_norms(W), W.exponent());
    }
    py::dict d;
    d["one"] = b.one;
    d["inf"] = b.inf;
    d["one_inf"] = b.one_inf;
    d["frobenius"] = b.frobenius;
    d["row_column"] = b.row_column;
    return d;
}

// (component of each vertex of this process, their number, how many contain a cycle, edges of the longest path)
py::tuple components_of(const Operator& A) {
    component_partition P;
    {
        const py::gil_scoped_release release;
        P = strong_components(A.map());
    }
    const space& S = A.map().range();
    const py::array_t<std::int64_t> labels(S.length(), P.labels.data() + S.first());
    return py::make_tuple(labels, P.count, P.cyclic.size(), P.longest_path);
}

// (whether W = S1 |W| S2, the columns with both signs, for each its entries of the rarer sign)
py::tuple signs_in(const Operator& A) {
    sign_structure found;
    {
        const py::gil_scoped_release release;
        found = signs_of(A.map());
    }
    const mixed_lines& columns = found.columns;
    const auto n = static_cast<py::ssize_t>(columns.lines.size());
    return py::make_tuple(found.factorizes, py::array_t<std::int64_t>(n, columns.lines.data()),
                          py::array_t<std::int64_t>(n, columns.minority.data()));
}

}  // namespace

void bind_spectra(py::module_& m) {
    const py::arg A("A");
    const py::arg limits("limits");
    const py::kw_only keywords;
    m.def("spectral_radius", &radius_of, A, limits, keywords, py::arg("condition"), py::arg("upper_rtol"),
          py::arg("proved"));
    m.def("leaky_radius", &leaky_radius_of, A, limits, keywords, py::arg("leak"), py::arg("gain"));
    m.def("perron_radius", &perron_radius_of, A, limits);
    m.def("perron_radius_of_whole", &perron_radius_of_whole_of, A, limits);
    m.def("distance_above", &distance_of<float>, py::arg("a").noconvert(), py::arg("b").noconvert());
    m.def("distance_above", &distance_of<double>, py::arg("a").noconvert(), py::arg("b").noconvert());
    m.def("norm_from_vector", &norm_from_vector_of, A, py::arg("v"), py::arg("threads"));
    m.def("spectral_norm", &norm_of, A, limits, keywords, py::arg("upper_rtol"));
    m.def("scaled_norm", &scaled_norm_of, A, limits, keywords, py::arg("max_kappa"), py::arg("threshold"));
    m.def("outer_eigenvalues", &outer_eigenvalues_of, A, limits, py::arg("k"));
    m.def("eigenpair", &eigenpair_of, A, py::arg("x"), py::arg("threads"));
    m.def("norm_bounds", &norm_bounds_of, A, py::arg("threads"));
    m.def("components", &components_of, A);
    m.def("signs", &signs_in, A);
}

}  // namespace rhochain::python
