// k sums over rows that come panel by panel (panel_task.hpp). Each panel has its own k partial sums, so that any thread
// may compute it.
#pragma once

#include <rhochain/kernels/space/space.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

class panel_sums {
public:
    panel_sums(const space& S, std::int64_t k)
        : S_(S),
          panel_(S.panel_rows()),
          k_(static_cast<std::size_t>(k)),
          partial_(static_cast<std::size_t>(S.panel_count()) * k_, 0.0) {}

    // The partial sums of the panel that begins at row `first`.
    [[nodiscard]] std::span<double> of(std::int64_t first) {
        return std::span(partial_).subspan(static_cast<std::size_t>(first / panel_) * k_, k_);
    }

    // (*) After all panels.
    void add_to(std::span<double> totals) const { S_.sum(partial_, panel_, totals.first(k_)); }
    [[nodiscard]] std::vector<double> totals() const {
        std::vector<double> sums(k_, 0.0);
        add_to(sums);
        return sums;
    }

private:
    space S_;
    std::int64_t panel_;
    std::size_t k_;
    std::vector<double> partial_;
};

}  // namespace rhochain
