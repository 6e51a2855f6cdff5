// What the bindings of every chain share: progress towards Python, rows of a NumPy array or a function, results.
#pragma once

#include "bindings.hpp"

#include <rhochain/chains/chain_norm.hpp>
#include <rhochain/chains/chain_recording.hpp>
#include <rhochain/chains/covariant_vectors.hpp>
#include <rhochain/chains/lyapunov.hpp>
#include <rhochain/chains/row_source.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <tuple>
#include <vector>

namespace rhochain::python {

// Tells whether Ctrl-C ended a fetch of rows on this thread since the watch began.
class fetch_watch {
public:
    fetch_watch();
    [[nodiscard]] bool interrupted() const;
};

// Asks Python between steps, a few times a second: has Ctrl-C arrived, does the callback want to stop?
class ChainMonitor {
public:
    explicit ChainMonitor(const py::object& callback) : callback_(callback) {}

    [[nodiscard]] bool interrupted() { return run_.was_interrupted() || interrupted_ || fetches_.interrupted(); }

    bool operator()(std::int64_t done, std::int64_t steps);

    // Between steps that are no steps of the chain.
    bool poll();

    // Hands the state to `save`, which does not keep the arrays: they are the core's own.
    bool save(const py::object& save, const chain_state& state);

private:
    using clock = std::chrono::steady_clock;

    const py::object& callback_;
    interruptible_run run_;
    fetch_watch fetches_;
    clock::time_point begin_ = clock::now();
    double asked_ = 0.0;
    bool interrupted_ = false;
};

// Rows borrowed from a NumPy array, or fetched by rows(begin, end, out), which writes to the array `out`. The object
// must outlive the source. Ctrl-C in a fetch throws reading_stopped.
[[nodiscard]] row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width);

// (mantissas (n, b), exponents (b,), steps at the rows (r,), log norms (r, b), interrupted)
using product_tuple =
    std::tuple<float64_array, py::array_t<std::int64_t>, py::array_t<std::int64_t>, float64_array, bool>;

// (done, vectors (n, b), integers, norms (b,), reals) of a chain_state.
using state_tuple = std::tuple<std::int64_t, float64_array, py::array_t<std::int64_t, py::array::c_style>,
                               float64_array, float64_array>;

// What a run that saves its state takes from Python.
struct SavingCall {
    std::optional<state_tuple> resume;
    py::object save;  // a function of the parts of a state_tuple, or None
    double save_seconds;

    // Borrows from this, and from the monitor.
    void hand_to(ChainSaving& saving, ChainMonitor& monitor) const;
};

// What a product takes from Python beside the block.
struct ProductCall {
    py::object callback;
    std::int64_t every;
    SavingCall saving;
};

// Runs a chain on x (n, b), the GIL released.
using product_runner = std::function<ChainResult(const_block, ChainMonitor&, const ChainRecording&)>;
[[nodiscard]] product_tuple run_product(const float64_array& x, const ProductCall& call, const product_runner& product);

// jvp and vjp of a chain with product(direction, x, threads, call).
template <class Chain>
void bind_products(py::class_<Chain>& chain) {
    const auto product = [](direction d) {
        return [d](const Chain& P, const float64_array& x, int threads, const py::object& callback, std::int64_t every,
                   const std::optional<state_tuple>& resume, const py::object& save, double save_seconds) {
            return P.product(d, x, threads, {callback, every, {resume, save, save_seconds}});
        };
    };
    const auto bind = [&](const char* name, direction d) {
        chain.def(name, product(d), py::arg("x"), py::kw_only(), py::arg("threads"), py::arg("callback"),
                  py::arg("every"), py::arg("resume"), py::arg("save"), py::arg("save_seconds"));
    };
    bind("jvp", direction::forward);
    bind("vjp", direction::backward);
}

// lyapunov of a chain with with_chain(threads, interrupt, body).
template <class Chain>
void bind_spectrum(py::class_<Chain>& chain) {
    chain.def(
        "lyapunov",
        [](const Chain& C, std::int64_t k, std::uint64_t seed, std::optional<std::int64_t> discard, double atol,
           int threads, const py::object& callback, const std::optional<state_tuple>& resume, const py::object& save,
           double save_seconds) {
            ChainMonitor monitor(callback);
            const SavingCall saving{resume, save, save_seconds};
            LyapunovOptions options{seed, discard, atol};
            saving.hand_to(options.saving, monitor);
            RawLyapunov r;
            {
                const py::gil_scoped_release release;
                C.with_chain(threads, [&] { return monitor.poll(); }, [&](const chain_ref& P) {
                    r.spectrum = lyapunov_spectrum(P, k, options, std::ref(monitor));
                });
            }
            r.interrupted = monitor.interrupted();
            return r;
        },
        py::arg("k"), py::kw_only(), py::arg("seed"), py::arg("discard"), py::arg("atol"), py::arg("threads"),
        py::arg("callback"), py::arg("resume"), py::arg("save"), py::arg("save_seconds"));
}

// Covariant vectors of such a chain: (vectors, cosines, spread, defined, factorizations, done, interrupted).
template <class Chain>
void bind_covariant_vectors(py::class_<Chain>& chain) {
    chain.def(
        "covariant_vectors",
        [](const Chain& C, std::int64_t k, std::int64_t at, std::int64_t until, std::uint64_t seed, int threads,
           const py::object& callback) {
            ChainMonitor monitor(callback);
            CovariantVectors found;
            {
                const py::gil_scoped_release release;
                C.with_chain(threads, [&] { return monitor.poll(); }, [&](const chain_ref& P) {
                    found = covariant_vectors(P, k, at, until, seed, std::ref(monitor));
                });
            }
            const auto table = [&](const std::vector<double>& x) {
                return float64_array({static_cast<py::ssize_t>(x.size()) / k, static_cast<py::ssize_t>(k)}, x.data());
            };
            return py::make_tuple(table(found.vectors), table(found.cosines),
                                  float64_array(static_cast<py::ssize_t>(k), found.spread.data()), found.defined,
                                  found.factorizations, found.done, monitor.interrupted());
        },
        py::arg("k"), py::kw_only(), py::arg("at"), py::arg("until"), py::arg("seed"), py::arg("threads"),
        py::arg("callback"));
}

// ln ||P||_2 of such a chain.
template <class Chain>
void bind_norm(py::class_<Chain>& chain) {
    chain.def(
        "norm",
        [](const Chain& C, double rtol, double delta, std::uint64_t seed, int threads,
           std::optional<std::int64_t> max_matvecs, std::optional<double> max_seconds, const py::object& callback,
           const std::optional<float64_array>& start, const std::optional<state_tuple>& resume, const py::object& save,
           double save_seconds) {
            const py::object no_callback = py::none();
            ChainMonitor monitor(no_callback);
            const SavingCall call{resume, save, save_seconds};
            ChainSaving saving;
            call.hand_to(saving, monitor);
            const auto norm = [&](const SolverOptions& options) {
                Bracket b;
                C.with_chain(options.threads, options.interrupt, [&](const auto& P) { b = chain_norm(P, options, saving); });
                return b;
            };
            RawBracket r = solve(norm, rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start);
            r.interrupted |= monitor.interrupted();
            return r;
        },
        py::kw_only(), py::arg("rtol"), py::arg("delta"), py::arg("seed"), py::arg("threads"), py::arg("max_matvecs"),
        py::arg("max_seconds"), py::arg("callback"), py::arg("start"), py::arg("resume"), py::arg("save"),
        py::arg("save_seconds"));
}

}  // namespace rhochain::python
