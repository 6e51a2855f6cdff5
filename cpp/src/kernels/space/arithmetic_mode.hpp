// How a thread computes with float64: the direction of rounding, whether subnormal numbers count as 0 (a library built
// with -ffast-math may ask for that), and which exceptions trap. A worker computes in the mode of the loop's caller, so
// that the bits do not depend on who runs a chunk.
#pragma once

#if defined(__SSE2__) && defined(__x86_64__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace rhochain {

#if defined(__SSE2__) && defined(__x86_64__)

class arithmetic_mode {
public:
    // Of the calling thread.
    arithmetic_mode() : bits_(_mm_getcsr() & control) {}
    void adopt() const {
        if ((_mm_getcsr() & control) != bits_) _mm_setcsr(bits_);
    }

private:
    static constexpr unsigned control = 0xffc0;  // without the flags of exceptions that happened
    unsigned bits_;
};

#else

class arithmetic_mode {
public:
    // Of the calling thread.
    arithmetic_mode() { std::fegetenv(&environment_); }
    void adopt() const { std::fesetenv(&environment_); }

private:
    std::fenv_t environment_{};
};

#endif

}  // namespace rhochain
