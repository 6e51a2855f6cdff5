#include <rhochain/kernels/block_ops.hpp>
#include <rhochain/spectra/scaling_dual.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rhochain {
namespace {

// Rows this small are taken as 0: the squares of larger ones are far from underflow.
constexpr double least_row = 0x1p-480;

// What a product can lose by underflow, beside rows of at least `least_row`.
constexpr double underflow_guard = 0x1p-500;

class dual_bound {
public:
    dual_bound(const irreducible_block& block, mutable_block V, int threads, Ledger& ledger)
        : block_(block),
          V_(V),
          threads_(threads),
          ledger_(ledger),
          image_(static_cast<std::size_t>(V.size())),
          lengths_(static_cast<std::size_t>(V.rows)),
          images_(lengths_.size()),
          errors_(lengths_.size(), 0.0) {}

    // The least ratio ||(A V)_i|| / ||V_i||, rounded down.
    double evaluate() {
        const double g = rounding_gamma(V_.columns + 4);
        drop_tiny_rows();
        block_.A.apply(V_, mutable_block(image_.data(), V_.rows, V_.columns));
        ledger_.count(V_.columns);
        row_squares(const_block(image_.data(), V_.rows, V_.columns), images_, threads_);
        if (block_.A.entrywise()) {
            std::vector<double>& w = lengths_;
            for (double& x : w) x = std::sqrt(x) * (1.0 + g);
            block_.A.apply(entry_map::absolute, const_block(w), mutable_block(errors_));
            ledger_.count();
        } else {
            for (double& x : lengths_) x = std::sqrt(x) * (1.0 + g);
        }
        const double product = block_.A.entrywise() ? rounding_gamma(2 * (block_.A.row_terms() + 4)) : 0.0;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < lengths_.size(); ++i) {
            if (lengths_[i] == 0.0) continue;
            const double length = std::sqrt(images_[i]) * (1.0 - g) - product * errors_[i] - underflow_guard;
            ratio(i) = std::max(0.0, length) / lengths_[i] * (1.0 - 0x1p-51);
            least = std::min(least, ratio(i));
        }
        return std::isfinite(least) ? least : 0.0;
    }

    // After evaluate(): rows below the target shrink to it.
    void shrink(double target) {
        std::vector<double>& factor = lengths_;
        for (std::size_t i = 0; i < factor.size(); ++i)
            factor[i] = factor[i] == 0.0 || ratio(i) >= target ? 1.0 : ratio(i) / target;
        scale_rows(factor, V_, V_, threads_);
    }

private:
    // The squared image is used up once its ratio is known.
    double& ratio(std::size_t i) { return images_[i]; }

    void drop_tiny_rows() {
        row_squares(V_, lengths_, threads_);
        for (std::int64_t i = 0; i < V_.rows; ++i) {
            double& square = lengths_[static_cast<std::size_t>(i)];
            if (square >= least_row * least_row) continue;
            square = 0.0;
            std::fill_n(V_.row(i), V_.columns, 0.0);
        }
    }

    const irreducible_block& block_;
    mutable_block V_;
    int threads_;
    Ledger& ledger_;
    std::vector<double> image_;
    std::vector<double> lengths_;
    std::vector<double> images_;
    std::vector<double> errors_;
};

Bound lower_bound(const irreducible_block& block, double value) {
    const Grade grade = block.A.entrywise() ? Grade::proved : Grade::estimate;
    return {value, grade, 0.0, "rows of A V against rows of V"};
}

}  // namespace

Bound lift_lower_bound(const irreducible_block& block, mutable_block V, double ceiling, std::int64_t most_rounds,
                       int threads, Ledger& ledger) {
    constexpr std::array targets{0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.9995};
    dual_bound dual(block, V, threads, ledger);
    double best = 0.0;
    std::size_t next = 0;
    for (std::int64_t round = 0; round < most_rounds && !ledger.exhausted(); ++round) {
        const double least = dual.evaluate();
        best = std::max(best, least);
        while (next < targets.size() && least >= targets[next] * ceiling * (1.0 - 1e-4)) ++next;
        if (next == targets.size()) break;
        dual.shrink(targets[next] * ceiling);
    }
    return lower_bound(block, best);
}

}  // namespace rhochain
