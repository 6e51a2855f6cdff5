#include "rows.hpp"
#include "interrupts.hpp"

namespace rhochain::python {
namespace {

// A fetch does not know whose call it serves, but that call runs on the same thread.
thread_local bool fetch_interrupted = false;

row_source::fetch_function fetch_from(py::handle rows) {
    return [rows](std::int64_t begin, std::int64_t end, std::int64_t, std::int64_t columns, double* to) {
        if (columns == 0) return;  // of a rank
        const py::gil_scoped_acquire gil;
        const py::capsule borrowed(to, [](void*) {});
        const auto block = py::array_t<double>({end - begin, columns}, to, borrowed);
        bool stop = false;
        stop_on_interrupt(stop, [&] {
            rows(begin, end, block);
            return false;
        });
        if (!stop) return;
        fetch_interrupted = true;
        throw reading_stopped{};
    };
}

row_source rows_of(const py::object& rows, std::int64_t count, std::int64_t width, column_range columns) {
    if (PyCallable_Check(rows.ptr()) != 0) return {fetch_from(rows), count, width};
    const auto array = py::cast<py::array>(rows);
    const auto make = [&]<class T>(const T* first) -> row_source {
        constexpr auto item = static_cast<py::ssize_t>(sizeof(T));
        const bool rows_contiguous = array.ndim() == 2 && array.shape(0) == count && array.shape(1) == columns.count &&
                                     (columns.count <= 1 || array.strides(1) == item) && array.strides(0) % item == 0;
        if (!rows_contiguous) throw py::value_error("rows: expected a two-dimensional array with contiguous rows");
        return {first, count, width, array.strides(0) / item, columns.first};
    };
    if (py::isinstance<py::array_t<float>>(array)) return make(static_cast<const float*>(array.data()));
    if (py::isinstance<py::array_t<double>>(array)) return make(static_cast<const double*>(array.data()));
    throw py::type_error("rows: expected float32, float64 or a function");
}

}  // namespace

fetch_watch::fetch_watch() { fetch_interrupted = false; }

bool fetch_watch::interrupted() const { return fetch_interrupted; }

row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width, std::int64_t block_bytes,
                     column_range columns) {
    row_source source = rows_of(rows, count, width, columns);
    source.limit_blocks(block_bytes);
    return source;
}

row_source make_rows(const py::object& rows, std::int64_t count, std::int64_t width, std::int64_t block_bytes) {
    return make_rows(rows, count, width, block_bytes, {0, width});
}

}  // namespace rhochain::python
