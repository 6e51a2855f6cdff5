#include "interrupts.hpp"

#include "bindings.hpp"

#include <csignal>
#include <cstdint>
#include <utility>
#include <vector>

namespace rhochain::python {
namespace {

thread_local int runs = 0;
thread_local bool kept = false;

constexpr int waiting_numbers[] = {
    SIGINT, SIGTERM,
#ifdef SIGUSR1
    SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU,
#endif
};

// While this lives, a signal that has a handler in Python is noted, and arrives at its end. Handlers run in the main
// thread of Python: in another one this does nothing.
class waiting_signals {
public:
    waiting_signals() {
        const py::object handler_of = module().attr("getsignal");
        for (const int number : waiting_numbers) {
            const py::object handler = handler_of(number);
            if (PyCallable_Check(handler.ptr()) == 0) continue;
            if (!install(number, noting())) return;
            before_.emplace_back(number, handler);
        }
    }
    ~waiting_signals() {
        for (const auto& [number, handler] : before_) install(number, handler);
        const std::uint64_t came = std::exchange(noted, 0);
        for (const int number : waiting_numbers)
            if ((came >> number & 1U) != 0) PyErr_SetInterruptEx(number);
        if (runs == 0 && std::exchange(kept, false)) PyErr_SetInterrupt();
    }
    waiting_signals(const waiting_signals&) = delete;
    waiting_signals& operator=(const waiting_signals&) = delete;

private:
    static py::module_ module() { return py::module_::import("_signal"); }

    // Python handles signals that have come before it changes a handler. False outside the main thread.
    static bool install(int number, const py::object& handler) {
        for (;;) {
            try {
                module().attr("signal")(number, handler);
                return true;
            } catch (py::error_already_set& error) {
                if (error.matches(PyExc_ValueError)) return false;
                if (error.matches(PyExc_KeyboardInterrupt))
                    kept = true;
                else
                    error.discard_as_unraisable("a handler of a signal");
            }
        }
    }

    static py::object noting() {
        static const py::handle note =
            py::cpp_function([](int number, const py::object&) { noted |= std::uint64_t{1} << number; }).release();
        return py::reinterpret_borrow<py::object>(note);
    }

    inline static std::uint64_t noted = 0;

    std::vector<std::pair<int, py::object>> before_;
};

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

void call_before_signals(const std::function<void()>& product) {
    const waiting_signals waiting;
    product();
}

}  // namespace rhochain::python
