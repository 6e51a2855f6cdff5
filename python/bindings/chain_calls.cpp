#include "chain_calls.hpp"

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace rhochain::python {

bool ChainMonitor::operator()(std::int64_t done, std::int64_t steps) {
    constexpr double interval = 0.05;
    const double now = std::chrono::duration<double>(clock::now() - begin_).count();
    if (now - asked_ < interval && done != steps) return false;
    asked_ = now;
    const py::gil_scoped_acquire gil;
    return stop_on_interrupt(interrupted_,
                             [&] { return !callback_.is_none() && callback_(done, steps, now).cast<bool>(); });
}

interrupt_function ChainMonitor::poll() {
    return [this] {
        const py::gil_scoped_acquire gil;
        return stop_on_interrupt(interrupted_, [] { return false; });
    };
}

bool ChainMonitor::agree_on_interrupt(const space& S, bool also) {
    const bool mine = interrupted() || also;
    interrupted_ = S.any(mine);
    if (interrupted_ && !mine) {
        const py::gil_scoped_acquire gil;
        stop_on_interrupt(interrupted_, [] { return false; });
    }
    return interrupted_;
}

bool ChainMonitor::save(const py::object& save, const chain_state& s) {
    const py::gil_scoped_acquire gil;
    // Ctrl-C that came before is no reason not to save.
    const bool stop = stop_on_interrupt(interrupted_, [] { return false; });
    const auto borrowed = [](const auto* first, py::array::ShapeContainer shape) {
        const auto type = py::dtype::of<std::remove_cvref_t<decltype(*first)>>();
        // An array without entries may have no memory, and a capsule needs a pointer.
        if (first == nullptr) return py::array(type, std::move(shape));
        return py::array(type, std::move(shape), first, py::capsule(first, [](void*) {}));
    };
    const auto all = [&](const auto& x) { return borrowed(x.data(), {static_cast<py::ssize_t>(x.size())}); };
    const bool refused = stop_on_interrupt(interrupted_, [&] {
        return save(s.done, borrowed(s.vectors.data, {s.vectors.rows, s.vectors.columns}), all(s.integers),
                    all(s.norms), all(s.reals))
            .cast<bool>();
    });
    return stop || refused;
}

namespace {

template <class T>
std::span<const T> span_of(const row_major<T>& x) {
    return {x.data(), static_cast<std::size_t>(x.size())};
}

chain_state state_of(const state_tuple& given) {
    const auto& [done, vectors, integers, norms, reals] = given;
    if (vectors.ndim() != 2) throw py::value_error("resume: expected vectors of shape (n, b)");
    return {
        done, {vectors.data(), vectors.shape(0), vectors.shape(1)}, span_of(integers), span_of(norms), span_of(reals)};
}

}  // namespace

void SavingCall::hand_to(ChainSaving& saving, ChainMonitor& monitor) const {
    saving.save_seconds = save_seconds;
    if (resume) saving.resume = state_of(*resume);
    if (!save.is_none()) saving.save = [this, &monitor](const chain_state& state) { return monitor.save(save, state); };
}

product_tuple run_product(const float64_array& x, const ProductCall& call, const product_runner& product) {
    if (x.ndim() != 2) throw py::value_error("x: expected an array of shape (n, b)");
    const const_block X(x.data(), x.shape(0), x.shape(1));
    ChainMonitor monitor(call.callback);
    ChainRecording recording;
    recording.every = call.every;
    call.saving.hand_to(recording, monitor);
    ChainResult r;
    {
        const py::gil_scoped_release release;
        r = product(X, monitor, recording);
    }
    const auto rows = static_cast<py::ssize_t>(r.recorded.size());
    return {float64_array({X.rows, r.columns}, r.mantissas.data()),
            py::array_t<std::int64_t>(r.columns, r.exponents.data()),
            py::array_t<std::int64_t>(rows, r.recorded.data()),
            float64_array({rows, static_cast<py::ssize_t>(r.columns)}, r.log_norms.data()), monitor.interrupted()};
}

}  // namespace rhochain::python
