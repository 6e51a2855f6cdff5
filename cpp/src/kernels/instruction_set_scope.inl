// What the bodies of kernels share that are compiled once for each instruction set (RHOCHAIN_ISA): the entrywise maps of
// entry_map.hpp, numbers side by side, and what to leave behind. All of it lives in an unnamed namespace and nothing of
// the standard library is called: no function compiled for a newer processor can take the place of one that an older
// processor runs.
#pragma once

#include <rhochain/kernels/entry_map.hpp>

#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace rhochain::RHOCHAIN_ISA {
namespace {

struct as_stored {
    template <class T>
    T operator()(T w) const {
        return w;
    }
};

struct scaled_by {
    double s;
    template <class T>
    T operator()(T w) const {
        return s * w;
    }
};

struct absolute_of {
    double s;
    template <class T>
    T operator()(T w) const {
        return s * (w < 0.0 ? -w : w);
    }
};

struct square_of {
    double s;
    template <class T>
    T operator()(T w) const {
        return (s * w) * (s * w);
    }
};

// B numbers side by side, in registers.
template <std::int64_t B>
struct piece {
    static constexpr unsigned width = B < 8 ? B : 8;
    static constexpr unsigned parts = B / width;
    // A typedef: in a `using` GCC ignores a length that depends on B.
    typedef double part __attribute__((vector_size(width * sizeof(double))));
    static_assert(sizeof(part) == width * sizeof(double));
    part value[parts];

    void load(const double* x) { __builtin_memcpy(value, x, sizeof value); }
    void store(double* y) const { __builtin_memcpy(y, value, sizeof value); }

    void add(double w, const double* x) {
        for (unsigned i = 0; i < parts; ++i) {
            part v;
            __builtin_memcpy(&v, x + i * width, sizeof v);
            value[i] += w * v;
        }
    }

    void add(double w, const piece& x) {
        for (unsigned i = 0; i < parts; ++i) value[i] += w * x.value[i];
    }
};

// Code for older processors is several times slower as long as the upper halves of the registers are in use.
void leave_upper_halves() {
#if defined(__AVX2__)
    _mm256_zeroupper();
#endif
}

// Calls body(f) with the map of stored entries.
template <class Body>
void with_map(entry_map map, double scale, const Body& body) {
    switch (map) {
        case entry_map::identity: return scale == 1.0 ? body(as_stored{}) : body(scaled_by{scale});
        case entry_map::absolute: return body(absolute_of{scale});
        case entry_map::squared: return body(square_of{scale});
    }
}

}  // namespace
}  // namespace rhochain::RHOCHAIN_ISA
