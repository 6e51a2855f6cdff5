#include "kernels/vectors/spaced_entries.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rhochain {
namespace {

// Calls body(i) for each of these entries in this process, i counted from the first row here.
template <class Body>
void over_own(const spaced_entries& which, const space& S, const Body& body) {
    const std::int64_t before = std::max<std::int64_t>(0, S.first() - which.first);
    const std::int64_t skipped = (before + which.spacing - 1) / which.spacing;
    for (std::int64_t i = which.first + skipped * which.spacing - S.first(); i < S.length(); i += which.spacing)
        body(static_cast<std::size_t>(i));
}

}  // namespace

void fill(double value, const spaced_entries& which, vector_out x, const space& S) {
    over_own(which, S, [value, x = entries_of(x)](std::size_t i) { x[i] = value; });
}

double max_abs(const spaced_entries& which, vector_in x, const space& S) {
    double largest = 0.0;
    over_own(which, S, [&largest, x = entries_of(x)](std::size_t i) { largest = std::max(largest, std::abs(x[i])); });
    return S.largest(largest);
}

}  // namespace rhochain
