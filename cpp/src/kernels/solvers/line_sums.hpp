// max_i |s_i| and sum_i s_i of the sums s_i of each line (a row or a column) of a matrix, with terms of one sign. The
// sums come panel by panel (panel_task.hpp) from a product of the matrix with (1, .., 1).
#pragma once

#include <rhochain/kernels/space/panel_sums.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

class line_sums {
public:
    // The lines are numbered by S.
    explicit line_sums(const space& S)
        : S_(S), largest_(static_cast<std::size_t>(S.panel_count()), 0.0), total_(S, 1) {}

    // The task for the product, valid as long as this object.
    [[nodiscard]] auto task() {
        return [this](std::int64_t first, std::int64_t last, panel_in sums) { add(first, last, sums); };
    }

    // (*) After all panels. NaN if a sum is NaN.
    [[nodiscard]] double largest() const { return S_.largest(max_abs(largest_)); }
    // (*) After all panels, in the order of panel_sums.hpp.
    [[nodiscard]] double total() const { return total_.totals().front(); }

    // The longest chain of additions in total().
    [[nodiscard]] static std::int64_t depth_of_total(const space& S);

private:
    void add(std::int64_t first, std::int64_t last, panel_in sums);

    space S_;
    std::vector<double> largest_;  // of each panel
    panel_sums total_;
};

}  // namespace rhochain
