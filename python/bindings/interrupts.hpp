// Ctrl-C. Runs that take long ask for it between their steps (stop_on_interrupt) and hand over what they have got. One that arrives
// while Python computes a product is kept until then, and the product made again; the second in the same product ends the run.
#pragma once

#include <functional>

namespace rhochain::python {

// What `body` returns; true, with `interrupted` set, if Ctrl-C has arrived or arrives in it. Needs the GIL.
bool stop_on_interrupt(bool& interrupted, const std::function<bool()>& body);

// A run, on this thread, that calls stop_on_interrupt. A Ctrl-C that nobody has asked for by its end goes back to Python.
class interruptible_run {
public:
    interruptible_run();
    ~interruptible_run();
    interruptible_run(const interruptible_run&) = delete;
    interruptible_run& operator=(const interruptible_run&) = delete;

    // Whether one was kept that no stop_on_interrupt has told of.
    [[nodiscard]] bool was_interrupted();

private:
    bool interrupted_ = false;
};

// Calls `product`, which calls Python; within a run twice if Ctrl-C arrives in it. Needs the GIL.
void call_through_interrupt(const std::function<void()>& product);

}  // namespace rhochain::python
