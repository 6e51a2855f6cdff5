#include "kernels/solvers/positive_vector.hpp"

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/kernels/vectors/entries.hpp>

#include <algorithm>
#include <cmath>

namespace rhochain {

double make_positive(vector_out x, double least, const space& S) {
    const double m = max_abs(x, S);
    over_panels(S, S.length(), [=, entries = entries_of(x).data()](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) entries[i] = std::max(std::abs(entries[i]) / m, least);
    });
    return m;
}

void largest_quotient::replace(std::int64_t first, std::int64_t last, panel_in rows) {
    const double* y = entries_of(rows);
    double* x = entries_of(x_).data();
    double most = 0.0;
    for (std::int64_t j = first; j < last; ++j) {
        most = std::max(most, y[j - first] / x[j]);
        x[j] = y[j - first];
    }
    largest_[static_cast<std::size_t>(first / S_.panel_rows())] = most;
}

double largest_quotient::get() const {
    double most = 0.0;
    for (const double quotient : largest_) most = std::max(most, quotient);
    return S_.largest(most);
}

}  // namespace rhochain
