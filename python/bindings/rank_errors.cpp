#include "rank_errors.hpp"

#include <array>
#include <cstddef>
#include <new>
#include <stdexcept>

namespace rhochain::python {
namespace {

struct kind {
    const char* name;
    PyObject* type;
};

// All that an `except` of this package or of its user is likely to tell apart.
[[nodiscard]] std::array<kind, 4> kinds() {
    return {kind{"TypeError", PyExc_TypeError}, kind{"ValueError", PyExc_ValueError},
            kind{"MemoryError", PyExc_MemoryError}, kind{"KeyboardInterrupt", PyExc_KeyboardInterrupt}};
}

[[nodiscard]] std::string reported(const py::error_already_set& error) {
    std::string text;
    try {
        text = py::str(error.value());
    } catch (const py::error_already_set&) {
        text = "an exception that has no text";
    }
    for (const auto& [name, type] : kinds())
        if (error.matches(type)) return std::string(name) + '\n' + text;
    return "RuntimeError\n" + py::str(error.type().attr("__name__")).cast<std::string>() + ": " + text;
}

}  // namespace

std::string reported_failure(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const py::error_already_set& error) {
        const py::gil_scoped_acquire gil;
        return reported(error);
    } catch (const rank_failure& error) {
        return error.text();
    } catch (const std::bad_alloc&) {
        return "MemoryError\nout of memory";
    } catch (const std::logic_error& error) {
        return std::string("ValueError\n") + error.what();
    } catch (const std::exception& error) {
        return std::string("RuntimeError\n") + error.what();
    } catch (...) {
        return "RuntimeError\nan exception of unknown type";
    }
}

void set_python_error(const rank_failure& failure) {
    const std::string& reported = failure.text();
    const std::size_t end = reported.find('\n');
    const std::string text = "rank " + std::to_string(failure.rank()) + ": " + reported.substr(end + 1);
    // A long text may end within a character.
    const py::object message = py::reinterpret_steal<py::object>(
        PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "replace"));
    PyObject* type = PyExc_RuntimeError;
    for (const auto& each : kinds())
        if (reported.compare(0, end, each.name) == 0) type = each.type;
    PyErr_SetObject(type, message.ptr());
}

}  // namespace rhochain::python
