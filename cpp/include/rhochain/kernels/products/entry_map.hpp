// Entrywise images of W: f(w) = s w, |s w| or (s w)^2, applied while the matrix is read. The scale s is a power
// of two: it keeps squares of entries from 1e-300 to 1e300 within range, exactly.
#pragma once

#include <cmath>

namespace rhochain {

enum class entry_map { identity, absolute, squared };

// Calls body(f) with f the function object that maps a stored entry.
template <class Body>
void with_entry_map(entry_map map, double s, const Body& body) {
    switch (map) {
        case entry_map::identity:
            if (s == 1.0)
                body([](double w) { return w; });
            else
                body([s](double w) { return s * w; });
            break;
        case entry_map::absolute:
            body([s](double w) { return s * std::abs(w); });
            break;
        case entry_map::squared:
            body([s](double w) { return (s * w) * (s * w); });
            break;
    }
}

}  // namespace rhochain
