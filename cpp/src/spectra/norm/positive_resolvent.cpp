#include "spectra/norm/positive_resolvent.hpp"

#include <rhochain/kernels/vectors/vector_ops.hpp>
#include "operators/entry_image.hpp"
#include "operators/normal_operator.hpp"

#include <cmath>
#include <cstdint>
#include <optional>

namespace rhochain {
namespace {

constexpr std::int64_t most_steps = 2000;

class conjugate_gradients {
public:
    conjugate_gradients(const linear_map& A, Ledger& ledger)
        : M_(entry_image(A, entry_map::absolute)), S_(A.domain()), ledger_(ledger) {
        for (buffer<double>* v : {&residual_, &direction_, &image_}) v->resize(static_cast<std::size_t>(S_.length()));
    }

    // Solves (square I - M) x = e from x. If that is indefinite: p^T M p / p^T p of a direction p, above `square`.
    std::optional<double> solve(double square, buffer<double>& x) {
        apply(square, x);
        fill(1.0, residual_, S_);
        axpy(-1.0, image_, residual_, S_);
        copy_scaled(1.0, residual_, direction_, S_);
        double squares = dot(residual_, residual_, S_);
        for (std::int64_t step = 0; max_abs(residual_, S_) > close_enough; ++step) {
            if (step == most_steps || ledger_.exhausted()) break;
            apply(square, direction_);
            const double curvature = dot(direction_, image_, S_);
            const double length = dot(direction_, direction_, S_);
            if (!(curvature > 0.0)) return square - curvature / length;
            axpy(squares / curvature, direction_, x, S_);
            axpy(-squares / curvature, image_, residual_, S_);
            const double before = squares;
            squares = dot(residual_, residual_, S_);
            combine(1.0, residual_, squares / before, direction_, S_);
        }
        return std::nullopt;
    }

private:
    static constexpr double close_enough = 0.5;

    // image = (square I - M) v
    void apply(double square, const buffer<double>& v) {
        M_.apply(const_block(v), mutable_block(image_));
        ledger_.count(2);
        combine(square, v, -1.0, image_, S_);
    }

    normal_operator M_;
    space S_;
    Ledger& ledger_;
    buffer<double> residual_;
    buffer<double> direction_;
    buffer<double> image_;
};

}  // namespace

buffer<double> positive_resolvent(const linear_map& A, buffer<double> guess, double value, double rtol,
                                  Ledger& ledger) {
    constexpr int most_raises = 8;
    const space& S = A.domain();
    conjugate_gradients solver(A, ledger);
    double square = value * value;
    buffer<double> x = guess;
    for (int raise = 0; raise <= most_raises && !ledger.exhausted(); ++raise) {
        const double shifted = square * (1.0 + rtol);
        // The part of x along the guess, whose share of M x is about `square` times itself.
        const double along = sum(guess, S) / dot(guess, guess, S) / (shifted - square);
        copy_scaled(along, guess, x, S);
        const auto larger = solver.solve(shifted, x);
        if (!larger) break;
        square = *larger;
    }
    return x;
}

}  // namespace rhochain
