// What the bodies of kernels share that are compiled once for each instruction set (RHOCHAIN_ISA, which a source file
// written by cpp/cmake/instruction_sets.cmake defines): the entrywise maps of entry_map.hpp, numbers side by side, and
// what to leave behind. All of it lives in an unnamed namespace and nothing of the standard library is called: no
// function compiled for a newer processor can take the place of one that an older processor runs.
#pragma once

#include <rhochain/kernels/products/entry_map.hpp>

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

// A typedef: in a `using` GCC ignores a length that depends on Width. A vector of one number would be kept in memory.
template <unsigned Width>
struct numbers {
    typedef double type __attribute__((vector_size(Width * sizeof(double))));
};
template <>
struct numbers<1> {
    typedef double type;
};

#if defined(__AVX512F__)
constexpr bool parts_of_registers = true;
#else
constexpr bool parts_of_registers = false;
#endif

// Lanes of the register that holds the first of B numbers: those that they fill or, where a part of a register can be
// read and written by itself, those that hold them all, eight at most.
constexpr unsigned lanes_for(std::int64_t B) {
    unsigned lanes = 8;
    while (parts_of_registers ? lanes / 2 >= B : lanes > B) lanes /= 2;
    return lanes;
}

// B numbers side by side, in registers.
template <std::int64_t B>
struct piece {
    static constexpr unsigned lanes = lanes_for(B);
    static constexpr unsigned used = lanes < B ? lanes : static_cast<unsigned>(B);
    static constexpr unsigned char in_use = (1u << used) - 1;
    typedef typename numbers<lanes>::type part;

    part first;
    [[no_unique_address]] piece<B - used> others;

    static part read(const double* x) {
#if defined(__AVX512F__)
        if constexpr (used < lanes && lanes == 8) return part(_mm512_maskz_loadu_pd(in_use, x));
        if constexpr (used < lanes && lanes == 4) return part(_mm256_maskz_loadu_pd(in_use, x));
#endif
        part v;
        __builtin_memcpy(&v, x, sizeof v);
        return v;
    }

    void load(const double* x) {
        first = read(x);
        others.load(x + used);
    }
    void store(double* y) const {
#if defined(__AVX512F__)
        if constexpr (used < lanes && lanes == 8) return _mm512_mask_storeu_pd(y, in_use, first);
        if constexpr (used < lanes && lanes == 4) return _mm256_mask_storeu_pd(y, in_use, first);
#endif
        __builtin_memcpy(y, &first, sizeof first);
        others.store(y + used);
    }
    void add(double w, const double* x) {
        first += w * read(x);
        others.add(w, x + used);
    }
    void add(double w, const piece& x) {
        first += w * x.first;
        others.add(w, x.others);
    }
};

template <>
struct piece<0> {
    void load(const double*) {}
    void store(double*) const {}
    void add(double, const double*) {}
    void add(double, const piece&) {}
};

// Into the second-level cache, which waits for more lines at a time than the first does: the lines of B numbers that
// need not start on one.
template <std::int64_t B>
[[gnu::always_inline]] inline void ask_for(const double* x) {
    constexpr std::int64_t line = 8;
    for (std::int64_t c = 0; c < B; c += line) __builtin_prefetch(x + c, 0, 2);
    // Rows of 1, 2, 4 and 8 numbers lie within a line where their array does.
    if constexpr (B > line ? B % line != 0 : (B & (B - 1)) != 0) __builtin_prefetch(x + B - 1, 0, 2);
}

// Calls body.operator()<R>() with R = columns mod Widest.
template <std::int64_t Widest, std::int64_t R = 0, class Body>
void with_rest(std::int64_t columns, const Body& body) {
    if constexpr (R + 1 < Widest)
        if (columns % Widest != R) return with_rest<Widest, R + 1>(columns, body);
    body.template operator()<R>();
}

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
        case entry_map::identity:
            return scale == 1.0 ? body(as_stored{}) : body(scaled_by{scale});
        case entry_map::absolute:
            return body(absolute_of{scale});
        case entry_map::squared:
            return body(square_of{scale});
    }
}

}  // namespace
}  // namespace rhochain::RHOCHAIN_ISA
