#include "bindings.hpp"

#include <rhochain/chains/activation.hpp>
#include <rhochain/chains/chain_norm.hpp>
#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/chains/lyapunov.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace rhochain::python {
namespace {

// Asks Python between steps, a few times a second: has Ctrl-C arrived, does the callback want to stop?
class ChainMonitor {
public:
    explicit ChainMonitor(const py::object& callback) : callback_(callback) {}

    [[nodiscard]] bool interrupted() const { return interrupted_; }

    bool operator()(std::int64_t done, std::int64_t steps) {
        constexpr double interval = 0.05;
        const double now = seconds(begin_);
        if (now - asked_ < interval && done != steps) return false;
        asked_ = now;
        const py::gil_scoped_acquire gil;
        return stop_on_interrupt(interrupted_, [&] {
            return !callback_.is_none() && callback_(done, steps, now).cast<bool>();
        });
    }

private:
    using clock = std::chrono::steady_clock;
    static double seconds(clock::time_point since) {
        return std::chrono::duration<double>(clock::now() - since).count();
    }

    const py::object& callback_;
    clock::time_point begin_ = clock::now();
    double asked_ = 0.0;
    bool interrupted_ = false;
};

// Rows borrowed from a NumPy array, or fetched by rows(begin, end, out), which writes to the array `out`.
row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width) {
    if (PyCallable_Check(rows.ptr()) != 0)
        return {[fetch = py::handle(rows), width](std::int64_t begin, std::int64_t end, double* out) {
                    const py::gil_scoped_acquire gil;
                    const py::capsule borrowed(out, [](void*) {});
                    fetch(begin, end, py::array_t<double>({end - begin, width}, out, borrowed));
                },
                count, width};
    const auto array = py::cast<py::array>(rows);
    const auto make = [&]<class T>(const T* first) -> row_source {
        constexpr auto item = static_cast<py::ssize_t>(sizeof(T));
        const bool rows_contiguous = array.ndim() == 2 && array.shape(0) == count && array.shape(1) == width &&
                                     (width <= 1 || array.strides(1) == item) && array.strides(0) % item == 0;
        if (!rows_contiguous) throw py::value_error("rows: expected a two-dimensional array with contiguous rows");
        return {first, count, width, array.strides(0) / item};
    };
    if (py::isinstance<py::array_t<float>>(array)) return make(static_cast<const float*>(array.data()));
    if (py::isinstance<py::array_t<double>>(array)) return make(static_cast<const double*>(array.data()));
    throw py::type_error("rows: expected float32, float64 or a function");
}

slope_source make_slopes(row_source rows, const std::optional<std::string>& name, std::optional<double> parameter,
                         convention form, double leak) {
    if (!name) return slope_source::of_slopes(std::move(rows));
    const activation f(*name, parameter);
    if (form == convention::pre) return slope_source::of_states(std::move(rows), f);
    return slope_source::of_outputs(std::move(rows), f, leak);
}

convention convention_named(const std::string& name) {
    if (name == "pre") return convention::pre;
    if (name == "post") return convention::post;
    throw py::value_error("convention: got \"" + name + "\", expected \"pre\" or \"post\"");
}

// (mantissas (n, b), exponents (b,), log norms (done + 1, b), interrupted)
using product_tuple = std::tuple<float64_array, py::array_t<std::int64_t>, float64_array, bool>;

// Holds the matrix and the rows for Python. A core chain lives as long as one call.
class JacobianChain {
public:
    JacobianChain(std::shared_ptr<Operator> W, py::object rows, std::int64_t count,
                  const std::optional<std::string>& name, std::optional<double> parameter, const std::string& form,
                  double leak)
        : W_(std::move(W)),
          rows_(std::move(rows)),
          form_(convention_named(form)),
          leak_(leak),
          slopes_(make_slopes(make_rows(rows_, count, W_->rows()), name, parameter, form_, leak)) {
        // Refuses a bad shape or leak now rather than at the first product.
        with_chain(1, [](const jacobian_chain&) {});
    }

    [[nodiscard]] std::int64_t steps() const { return slopes_.steps(); }

    [[nodiscard]] product_tuple product(direction d, const float64_array& x, int threads,
                                        const py::object& callback) const {
        if (x.ndim() != 2) throw py::value_error("x: expected an array of shape (n, b)");
        const const_block X(x.data(), x.shape(0), x.shape(1));
        ChainMonitor monitor(callback);
        ChainResult r;
        {
            const py::gil_scoped_release release;
            const chain_progress progress = std::ref(monitor);
            with_chain(threads, [&](const jacobian_chain& P) {
                r = d == direction::forward ? P.jvp(X, progress) : P.vjp(X, progress);
            });
        }
        return {float64_array({X.rows, r.columns}, r.mantissas.data()),
                py::array_t<std::int64_t>(r.columns, r.exponents.data()),
                float64_array({r.done + 1, r.columns}, r.log_norms.data()), monitor.interrupted()};
    }

    // (largest |slope| of each step done, interrupted)
    [[nodiscard]] std::pair<float64_array, bool> largest_slopes(int threads) const {
        const py::object none = py::none();
        ChainMonitor monitor(none);
        std::vector<double> largest;
        {
            const py::gil_scoped_release release;
            with_chain(threads, [&](const jacobian_chain& P) { largest = P.largest_slopes(std::ref(monitor)); });
        }
        return {float64_array(static_cast<py::ssize_t>(largest.size()), largest.data()), monitor.interrupted()};
    }

    [[nodiscard]] Bracket norm(const SolverOptions& options) const {
        Bracket b;
        with_chain(options.threads, [&](const jacobian_chain& P) { b = chain_norm(P, options); });
        return b;
    }

    [[nodiscard]] RawLyapunov lyapunov(std::int64_t k, const LyapunovOptions& options, int threads,
                                       const py::object& callback) const {
        ChainMonitor monitor(callback);
        RawLyapunov r;
        {
            const py::gil_scoped_release release;
            with_chain(threads, [&](const jacobian_chain& P) {
                r.spectrum = lyapunov_spectrum(P, k, options, std::ref(monitor));
            });
        }
        r.interrupted = monitor.interrupted();
        return r;
    }

private:
    void with_chain(int threads, const std::function<void(const jacobian_chain&)>& body) const {
        W_->with_normalised(threads, [&](operator_ref A, int exponent) {
            body(jacobian_chain(A, slopes_, {form_, leak_, exponent, threads}));
        });
    }

    std::shared_ptr<Operator> W_;
    py::object rows_;  // keeps alive what slopes_ borrows
    convention form_;
    double leak_;
    slope_source slopes_;
};

void bind_activations(py::module_& m) {
    m.def("activations", [] {
        std::vector<std::tuple<std::string, double, bool>> all;
        for (const activation& f : all_activations()) all.emplace_back(f.name(), f.gain(), f.attained());
        return all;
    });
    m.def(
        "activation_gain",
        [](const std::string& name, std::optional<double> parameter) { return activation(name, parameter).gain(); },
        py::arg("name"), py::arg("parameter"));
    m.def(
        "activation_slopes",
        [](const std::string& name, std::optional<double> parameter, const float64_array& states, bool from_output) {
            const activation f(name, parameter);
            if (states.ndim() != 1) throw py::value_error("states: expected a one-dimensional array");
            const auto n = static_cast<std::size_t>(states.size());
            float64_array slopes(states.size());
            const std::span<const double> x(states.data(), n);
            const std::span<double> s(slopes.mutable_data(), n);
            const py::gil_scoped_release release;
            from_output ? slopes_of_outputs(f, x, s) : slopes_of_inputs(f, x, s);
            return slopes;
        },
        py::arg("name"), py::arg("parameter"), py::arg("states"), py::arg("from_output"));
}

}  // namespace

void bind_chains(py::module_& m) {
    bind_activations(m);
    const auto product = [](direction d) {
        return [d](const JacobianChain& P, const float64_array& x, int threads, const py::object& callback) {
            return P.product(d, x, threads, callback);
        };
    };
    py::class_<JacobianChain>(m, "JacobianChain")
        .def(py::init<std::shared_ptr<Operator>, py::object, std::int64_t, const std::optional<std::string>&,
                      std::optional<double>, const std::string&, double>(),
             py::arg("W"), py::arg("rows"), py::arg("count"), py::arg("activation"), py::arg("parameter"),
             py::arg("convention"), py::arg("leak"))
        .def_property_readonly("steps", &JacobianChain::steps)
        .def("jvp", product(direction::forward), py::arg("v"), py::arg("threads"), py::arg("callback"))
        .def("vjp", product(direction::backward), py::arg("g"), py::arg("threads"), py::arg("callback"))
        .def("largest_slopes", &JacobianChain::largest_slopes, py::arg("threads"))
        .def(
            "lyapunov",
            [](const JacobianChain& P, std::int64_t k, std::uint64_t seed, std::optional<std::int64_t> discard,
               double atol, int threads, const py::object& callback) {
                return P.lyapunov(k, {seed, discard, atol}, threads, callback);
            },
            py::arg("k"), py::kw_only(), py::arg("seed"), py::arg("discard"), py::arg("atol"), py::arg("threads"),
            py::arg("callback"))
        .def(
            "norm",
            [](const JacobianChain& P, double rtol, double delta, std::uint64_t seed, int threads,
               std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds, const py::object& callback,
               const std::optional<float64_array>& start) {
                return solve([&](const SolverOptions& o) { return P.norm(o); }, rtol, delta, seed, threads,
                             max_matvecs, max_seconds, callback, start);
            },
            py::kw_only(), py::arg("rtol"), py::arg("delta"), py::arg("seed"), py::arg("threads"),
            py::arg("max_matvecs"), py::arg("max_seconds"), py::arg("callback"), py::arg("start"));
}

}  // namespace rhochain::python
