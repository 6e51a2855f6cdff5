#include "interrupts.hpp"

#include "bindings.hpp"

#include <utility>

namespace rhochain::python {
namespace {

thread_local int runs = 0;
thread_local bool kept = false;

}  // namespace

bool stop_on_interrupt(bool& interrupted, const std::function<bool()>& body) {
    try {
        if (std::exchange(kept, false)) {
            interrupted = true;
            return true;
        }
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        return body();
    } catch (const py::error_already_set& error) {
        if (!error.matches(PyExc_KeyboardInterrupt)) throw;
        interrupted = true;
        return true;
    }
}

interruptible_run::interruptible_run() { ++runs; }

interruptible_run::~interruptible_run() {
    if (--runs == 0 && std::exchange(kept, false)) PyErr_SetInterrupt();
}

bool interruptible_run::was_interrupted() { return interrupted_ |= std::exchange(kept, false); }

void call_through_interrupt(const std::function<void()>& product) {
    try {
        return product();
    } catch (const py::error_already_set& error) {
        if (runs == 0 || !error.matches(PyExc_KeyboardInterrupt)) throw;
    }
    product();
    kept = true;
}

}  // namespace rhochain::python
