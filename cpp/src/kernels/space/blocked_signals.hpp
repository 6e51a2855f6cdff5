// While this exists, the calling thread and those that it makes get no signal of the process: a program may block one
// in its own threads to wait for it, and it would end the process in any other. They do get the signals that a thread
// gets for what it did itself. A thread made meanwhile stays so.
#pragma once

#if defined(__unix__) || defined(__APPLE__)
#include <csignal>
#include <pthread.h>
#endif

namespace rhochain {

class blocked_signals {
public:
    blocked_signals(const blocked_signals&) = delete;
    blocked_signals& operator=(const blocked_signals&) = delete;

#if defined(__unix__) || defined(__APPLE__)
    blocked_signals() {
        sigset_t blocked;
        sigfillset(&blocked);
        for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) sigdelset(&blocked, own);
        pthread_sigmask(SIG_SETMASK, &blocked, &before_);
    }
    ~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
#else
    blocked_signals() = default;
    ~blocked_signals() {}
#endif
};

}  // namespace rhochain
