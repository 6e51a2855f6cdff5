// A positive vector x and the largest quotient (B x)_j / x_j of a product with a B >= 0: it bounds rho(B) from above
// (Collatz 1942, Wielandt 1950).
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>
#include <vector>

namespace rhochain {

// (*) x_i = max(|x_i| / m, least) with m = max |x_i|. Returns m.
double make_positive(vector_out x, double least, const space& S);

// max_j y_j / x_j for a y >= 0 that comes panel by panel (panel_task.hpp) and replaces x.
class largest_quotient {
public:
    largest_quotient(vector_out x, const space& S)
        : S_(S), x_(x), largest_(static_cast<std::size_t>(S.panel_count()), 0.0) {}

    // The task for the product, valid as long as this object.
    [[nodiscard]] auto task() {
        return [this](std::int64_t first, std::int64_t last, panel_in y) { replace(first, last, y); };
    }

    // (*) After all panels.
    [[nodiscard]] double get() const;

private:
    void replace(std::int64_t first, std::int64_t last, panel_in y);

    space S_;
    vector_out x_;
    std::vector<double> largest_;  // of each panel
};

}  // namespace rhochain
