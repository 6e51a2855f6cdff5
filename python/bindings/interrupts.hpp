// Ctrl-C. Long runs ask for it between their steps (stop_on_interrupt) and return what they have. One that arrives
// while Python computes a product is kept until the next such question, and the product is computed again; a second
// one in the same product ends the run. On ranks no product is computed again.
#pragma once

#include <functional>

namespace rhochain::python {

// What `body` returns; true, with `interrupted` set, if Ctrl-C has arrived or arrives in it. Needs the GIL.
bool stop_on_interrupt(bool& interrupted, const std::function<bool()>& body);

// A run, on this thread, that calls stop_on_interrupt. A Ctrl-C that is still kept at its end returns to
// Python.
class interruptible_run {
public:
    interruptible_run();
    ~interruptible_run();
    interruptible_run(const interruptible_run&) = delete;
    interruptible_run& operator=(const interruptible_run&) = delete;

    // Whether a Ctrl-C was kept that stop_on_interrupt has not reported.
    [[nodiscard]] bool was_interrupted();

private:
    bool interrupted_ = false;
};

// Calls `product`, which calls Python; within a run twice if Ctrl-C arrives in it. Needs the GIL.
void call_through_interrupt(const std::function<void()>& product);

// Calls `product`, which calls Python and may exchange messages with other ranks, once: Ctrl-C and other signals that
// have a handler in Python wait until it has ended. Needs the GIL.
void call_before_signals(const std::function<void()>& product);

}  // namespace rhochain::python
