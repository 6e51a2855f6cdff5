// What is done with the rows of a product next (scaling, sums of squares, the argument of the product after it) is done
// with a panel of them (row_panels.hpp) as soon as it is there, while it lies in a core's cache.
#pragma once

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/storage/block.hpp>

#include <concepts>
#include <cstdint>

namespace rhochain {

// A borrowed function of the rows first .. last - 1 of a product, a panel of it, which lie at `rows`, row-major and for
// the time of the call. Called once for each panel, from any thread.
class panel_task {
public:
    template <class Body>
        requires std::invocable<const Body&, std::int64_t, std::int64_t, const double*> && (!std::same_as<Body, panel_task>)
    panel_task(const Body& body)
        : body_(&body), call_([](const void* b, std::int64_t first, std::int64_t last, const double* rows) {
              (*static_cast<const Body*>(b))(first, last, rows);
          }) {}

    void operator()(std::int64_t first, std::int64_t last, const double* rows) const { call_(body_, first, last, rows); }

private:
    const void* body_;
    void (*call_)(const void*, std::int64_t, std::int64_t, const double*);
};

// Calls body(first, last) for each panel of a matrix of n rows.
template <class Body>
void over_panels(std::int64_t n, std::int64_t work, int threads, const Body& body) {
    over_panels(space(n, threads), work, body);
}

// `then` for each panel of a Y that is there.
inline void hand_on(const_block Y, const space& S, panel_task then) {
    over_panels(S, Y.size(), [&](std::int64_t first, std::int64_t last) { then(first, last, Y.row(first)); });
}

}  // namespace rhochain
