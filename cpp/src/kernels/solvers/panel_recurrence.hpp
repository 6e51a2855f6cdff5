// The step of a three-term recurrence, as the task of a product z (panel_task.hpp): for each panel of z
//     y = a z + b x,   then after(first, last, rows of y).
#pragma once

#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <rhochain/kernels/vectors/entries.hpp>

#include <cstdint>

namespace rhochain {

template <class After>
class panel_recurrence {
public:
    panel_recurrence(vector_out y, double a, double b, vector_in x, const After& after)
        : y_(entries_of(y).data()), a_(a), b_(b), x_(entries_of(x).data()), after_(after) {}

    void operator()(std::int64_t first, std::int64_t last, panel_in product) const {
        const double* z = entries_of(product);
        for (std::int64_t i = first; i < last; ++i) y_[i] = a_ * z[i - first] + b_ * x_[i];
        after_(first, last, panel_in(y_ + first));
    }

private:
    double* y_;
    double a_;
    double b_;
    const double* x_;
    After after_;
};

}  // namespace rhochain
