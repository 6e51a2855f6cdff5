// A product calls a task with each panel (row_panels.hpp) of its rows as soon as it has computed the panel, which then
// still lies in the cache of a core: scaling, sums of squares, the argument of the next product.
#pragma once

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/vector_views.hpp>

#include <concepts>
#include <cstdint>

namespace rhochain {

// A borrowed function of a panel, the rows first .. last - 1 of a product, row-major at `rows` during the call.
// Products call it once for each panel, from any thread.
class panel_task {
public:
    template <class Body>
        requires std::invocable<const Body&, std::int64_t, std::int64_t, panel_in> && (!std::same_as<Body, panel_task>)
    panel_task(const Body& body)
        : body_(&body), call_([](const void* b, std::int64_t first, std::int64_t last, panel_in rows) {
              (*static_cast<const Body*>(b))(first, last, rows);
          }) {}

    void operator()(std::int64_t first, std::int64_t last, panel_in rows) const { call_(body_, first, last, rows); }
    void operator()(std::int64_t first, std::int64_t last, const double* rows) const {
        call_(body_, first, last, panel_in(rows));
    }

private:
    const void* body_;
    void (*call_)(const void*, std::int64_t, std::int64_t, panel_in);
};

// Calls body(first, last) for each panel of a matrix of n rows.
template <class Body>
void over_panels(std::int64_t n, std::int64_t work, int threads, const Body& body) {
    over_panels(space(n, threads), work, body);
}

// Calls then(first, last, rows) for each panel of Y, which is complete.
inline void hand_on(block_in Y, const space& S, panel_task then) {
    over_panels(S, Y.size(), [&](std::int64_t first, std::int64_t last) { then(first, last, Y.rows_from(first)); });
}

}  // namespace rhochain
