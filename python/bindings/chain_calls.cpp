#include "chain_calls.hpp"

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

bool ChainMonitor::poll() {
    const py::gil_scoped_acquire gil;
    return stop_on_interrupt(interrupted_, [] { return false; });
}

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

product_tuple run_product(const float64_array& x, const py::object& callback,
                          const std::function<ChainResult(const_block, ChainMonitor&)>& product) {
    if (x.ndim() != 2) throw py::value_error("x: expected an array of shape (n, b)");
    const const_block X(x.data(), x.shape(0), x.shape(1));
    ChainMonitor monitor(callback);
    ChainResult r;
    {
        const py::gil_scoped_release release;
        r = product(X, monitor);
    }
    return {float64_array({X.rows, r.columns}, r.mantissas.data()),
            py::array_t<std::int64_t>(r.columns, r.exponents.data()),
            float64_array({r.done + 1, r.columns}, r.log_norms.data()), monitor.interrupted()};
}

}  // namespace rhochain::python
