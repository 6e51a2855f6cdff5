// Calls of a chain from Python: progress, Ctrl-C, the saving of states, and the measures that every chain has.
// A binding class of a chain makes the chain of the core for each call:
//     jacobian_chain chain(int threads, const interrupt_function& interrupt) const;
#pragma once

#include "bindings.hpp"
#include "interrupts.hpp"
#include "limits.hpp"
#include "rows.hpp"

#include <rhochain/chains/chain_recording.hpp>
#include <rhochain/chains/measures/chain_norm.hpp>
#include <rhochain/chains/measures/covariant_vectors.hpp>
#include <rhochain/chains/measures/lyapunov.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace rhochain::python {

// Asked between the steps of a trajectory; true stops the run.
using interrupt_function = std::function<bool()>;

// Asks Python between steps, a few times a second: has Ctrl-C arrived, does the callback want to stop?
class ChainMonitor {
public:
    explicit ChainMonitor(py::object callback = py::none()) : callback_(std::move(callback)) {}

    [[nodiscard]] bool interrupted() { return run_.was_interrupted() || interrupted_ || fetches_.interrupted(); }

    // (*) After a run on vectors of S: whether Ctrl-C on one of the ranks has ended it, which `also` says too. One that
    // has come to this rank as well is then done with.
    bool agree_on_interrupt(const space& S, bool also = false);

    bool operator()(std::int64_t done, std::int64_t steps);

    // Between steps that are no steps of the chain.
    [[nodiscard]] interrupt_function poll();

    // Hands the state to `save`, which does not keep the arrays: they are the core's own.
    bool save(const py::object& save, const chain_state& state);

private:
    using clock = std::chrono::steady_clock;

    py::object callback_;
    interruptible_run run_;
    fetch_watch fetches_;
    clock::time_point begin_ = clock::now();
    double asked_ = 0.0;
    bool interrupted_ = false;
};

// (done, vectors (n, b), integers, norms (b,), reals) of a chain_state.
using state_tuple = std::tuple<std::int64_t, float64_array, row_major<std::int64_t>, float64_array, float64_array>;

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

// (mantissas (n, b), exponents (b,), steps at the rows (r,), log norms (r, b), interrupted)
using product_tuple =
    std::tuple<float64_array, py::array_t<std::int64_t>, py::array_t<std::int64_t>, float64_array, bool>;

// Runs a chain on x (n, b), the GIL released.
using product_runner = std::function<ChainResult(const_block, ChainMonitor&, const ChainRecording&)>;
[[nodiscard]] product_tuple run_product(const float64_array& x, const ProductCall& call, const product_runner& product);

// A Lyapunov spectrum, and whether Ctrl-C ended the run.
struct RawLyapunov {
    LyapunovSpectrum spectrum;
    bool interrupted = false;
};

template <class Chain>
void bind_products(py::class_<Chain>& chain) {
    const auto bind = [&](const char* name, direction d) {
        chain.def(
            name,
            [d](const Chain& C, const float64_array& x, int threads, const py::object& callback, std::int64_t every,
                const std::optional<state_tuple>& resume, const py::object& save, double save_seconds) {
                const ProductCall call{callback, every, {resume, save, save_seconds}};
                return run_product(x, call, [&](const_block X, ChainMonitor& monitor, const ChainRecording& recording) {
                    const auto P = C.chain(threads, monitor.poll());
                    ChainResult r = d == direction::forward ? P.jvp(X, std::ref(monitor), recording)
                                                            : P.vjp(X, std::ref(monitor), recording);
                    monitor.agree_on_interrupt(P.domain());
                    return r;
                });
            },
            py::arg("x"), py::kw_only(), py::arg("threads"), py::arg("callback"), py::arg("every"), py::arg("resume"),
            py::arg("save"), py::arg("save_seconds"));
    };
    bind("jvp", direction::forward);
    bind("vjp", direction::backward);
}

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
                const auto P = C.chain(threads, monitor.poll());
                r.spectrum = lyapunov_spectrum(P, k, options, std::ref(monitor));
                monitor.agree_on_interrupt(P.domain());
            }
            r.interrupted = monitor.interrupted();
            return r;
        },
        py::arg("k"), py::kw_only(), py::arg("seed"), py::arg("discard"), py::arg("atol"), py::arg("threads"),
        py::arg("callback"), py::arg("resume"), py::arg("save"), py::arg("save_seconds"));
}

// (vectors, cosines, spread, defined, factorizations, done, interrupted)
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
                const auto P = C.chain(threads, monitor.poll());
                found = covariant_vectors(P, k, at, until, seed, std::ref(monitor));
                monitor.agree_on_interrupt(P.domain());
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

// ln ||P||_2
template <class Chain>
RawBracket norm_of_chain(const Chain& C, const Limits& limits, const std::optional<state_tuple>& resume,
                         const py::object& save, double save_seconds) {
    ChainMonitor monitor;
    const SavingCall saving_call{resume, save, save_seconds};
    ChainSaving saving;
    saving_call.hand_to(saving, monitor);
    space S;
    RawBracket r = limits.run([&](const SolverOptions& options) {
        const auto P = C.chain(limits.threads, options.interrupt);
        S = P.domain();
        return chain_norm(P, options, saving);
    });
    r.interrupted = monitor.agree_on_interrupt(S, r.interrupted);
    return r;
}

template <class Chain>
void bind_measures(py::class_<Chain>& chain) {
    bind_products(chain);
    bind_spectrum(chain);
    bind_covariant_vectors(chain);
    chain.def("norm", &norm_of_chain<Chain>, py::arg("limits"), py::kw_only(), py::arg("resume"), py::arg("save"),
              py::arg("save_seconds"));
}

}  // namespace rhochain::python
