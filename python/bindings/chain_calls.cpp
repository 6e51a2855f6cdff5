#include "chain_calls.hpp"

#include <utility>

namespace rhochain::python {

namespace {

// A fetch does not know whose call it serves, but that call runs on the same thread.
thread_local bool fetch_interrupted = false;

}  // namespace

fetch_watch::fetch_watch() { fetch_interrupted = false; }

bool fetch_watch::interrupted() const { return fetch_interrupted; }

bool ChainMonitor::operator()(std::int64_t done, std::int64_t steps) {
    constexpr double interval = 0.05;
    const double now = std::chrono::duration<double>(clock::now() - begin_).count();
    if (now - asked_ < interval && done != steps) return false;
    asked_ = now;
    const py::gil_scoped_acquire gil;
    return stop_on_interrupt(interrupted_,
                             [&] { return !callback_.is_none() && callback_(done, steps, now).cast<bool>(); });
}

bool ChainMonitor::poll() {
    const py::gil_scoped_acquire gil;
    return stop_on_interrupt(interrupted_, [] { return false; });
}

bool ChainMonitor::save(const py::object& save, const chain_state& s) {
    const py::gil_scoped_acquire gil;
    // Ctrl-C that came before is no reason not to save.
    const bool stop = stop_on_interrupt(interrupted_, [] { return false; });
    const auto lent = [](const auto* first, py::array::ShapeContainer shape) {
        const auto type = py::dtype::of<std::remove_cvref_t<decltype(*first)>>();
        // Nothing need not lie anywhere, and a capsule must.
        if (first == nullptr) return py::array(type, std::move(shape));
        return py::array(type, std::move(shape), first, py::capsule(first, [](void*) {}));
    };
    const auto all = [&](const auto& x) { return lent(x.data(), {static_cast<py::ssize_t>(x.size())}); };
    const bool refused = stop_on_interrupt(interrupted_, [&] {
        return save(s.done, lent(s.vectors.data, {s.vectors.rows, s.vectors.columns}), all(s.integers), all(s.norms),
                    all(s.reals))
            .cast<bool>();
    });
    return stop || refused;
}

row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width) {
    if (PyCallable_Check(rows.ptr()) != 0)
        return {[fetch = py::handle(rows), width](std::int64_t begin, std::int64_t end, double* out) {
                    const py::gil_scoped_acquire gil;
                    const py::capsule borrowed(out, [](void*) {});
                    const auto rows = py::array_t<double>({end - begin, width}, out, borrowed);
                    bool stop = false;
                    stop_on_interrupt(stop, [&] {
                        fetch(begin, end, rows);
                        return false;
                    });
                    if (!stop) return;
                    fetch_interrupted = true;
                    throw reading_stopped{};
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

namespace {

template <class T>
std::span<const T> span_of(const py::array_t<T, py::array::c_style>& x) {
    return {x.data(), static_cast<std::size_t>(x.size())};
}

chain_state state_of(const state_tuple& given) {
    const auto& [done, vectors, integers, norms, reals] = given;
    if (vectors.ndim() != 2) throw py::value_error("resume: expected vectors of shape (n, b)");
    return {done, {vectors.data(), vectors.shape(0), vectors.shape(1)}, span_of(integers), span_of(norms), span_of(reals)};
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
