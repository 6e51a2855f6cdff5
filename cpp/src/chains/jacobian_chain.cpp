#include <rhochain/chains/jacobian_chain.hpp>
#include <rhochain/kernels/parallel.hpp>
#include <rhochain/spectra/adjoint_check.hpp>

#include <cmath>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

// The steps of a run, one after the other. Where slopes come first, those of the next step are applied to Y with it, and where
// the next step wants nothing else, there being no leak, Y itself is put off.
class step_sequence {
public:
    step_sequence(const jacobian_chain& P, direction d, slope_reader& reader, std::int64_t columns)
        : P_(&P),
          d_(d),
          reader_(&reader),
          t_(static_cast<std::size_t>(slopes_first() ? P.size() * columns : 0)),
          ahead_(t_.size()) {}

    chain_move step(std::int64_t k, const scaled_block& X, bool follows, mutable_block Y, std::span<double> squares) {
        if (!slopes_first()) {
            const slope_row row = reader_->row(k);
            const chain_step step = of(row);
            apply_step(step, row.s, X.mantissas(), {}, Y, squares, P_->threads());
            return {step.exponent};
        }
        if (failure_) std::rethrow_exception(failure_);
        const mutable_block T(t_.data(), X.rows(), X.columns());
        if (!follows) {
            const slope_row row = reader_->row(k);
            step_ = of(row);
            apply_slopes(*step_, row.s, X.mantissas(), T, P_->threads());
        }
        const chain_step step = *step_;
        // A V that has been put off stays so where it is not read; where it is, it is made from the arrays as they are now.
        const const_block V = step.keep == 0.0 ? const_block(nullptr, X.rows(), X.columns()) : X.mantissas();
        const auto next = look_ahead(d_ == direction::forward ? k + 1 : k - 1, {ahead_.data(), X.rows(), X.columns()});
        t_.swap(ahead_);
        if (next && step.keep == 0.0) {
            apply_weights_and_slopes(step, T, Y, *next, squares, P_->threads());
            return {step.exponent, [this, step](mutable_block later) {
                        step.adjoint ? step.A.apply_adjoint(const_block(ahead_.data(), later.rows, later.columns), later)
                                     : step.A.apply(const_block(ahead_.data(), later.rows, later.columns), later);
                    }};
        }
        apply_weights(step, V, T, Y, squares, P_->threads(), next);
        return {step.exponent};
    }

private:
    // What the step in work is to do for step k, if there is one. A row that cannot be read fails at its own step.
    std::optional<slopes_ahead> look_ahead(std::int64_t k, mutable_block T) {
        if (k < 0 || k >= P_->steps()) return std::nullopt;
        try {
            const slope_row row = reader_->row(k);
            step_ = of(row);
            return slopes_ahead{step_->weight, row.s, T};
        } catch (...) {
            failure_ = std::current_exception();
            return std::nullopt;
        }
    }

    [[nodiscard]] bool slopes_first() const { return (P_->rule().form == convention::pre) == (d_ == direction::forward); }
    [[nodiscard]] chain_step of(const slope_row& row) const {
        return make_step(P_->rule(), d_, entry_map::identity, row.exponent);
    }

    const jacobian_chain* P_;
    direction d_;
    slope_reader* reader_;
    buffer<double> t_;      // weight s o V of the step to come
    buffer<double> ahead_;  // and of the one after it
    std::optional<chain_step> step_;
    std::exception_ptr failure_;
};

}  // namespace

jacobian_chain::jacobian_chain(operator_ref W, slope_source slopes, const ChainOptions& options)
    : rule_{W, options.exponent, options.form, options.leak},
      slopes_(std::move(slopes)),
      threads_(resolve_threads(options.threads)) {
    require_square(W, "a chain of Jacobians");
    if (slopes_.width() != W.rows())
        throw std::invalid_argument("slopes: got rows of length " + std::to_string(slopes_.width()) + ", expected " +
                                    std::to_string(W.rows()) + ", the size of W");
    if (!(options.leak > 0.0 && options.leak <= 1.0))
        throw std::invalid_argument("leak: got " + std::to_string(options.leak) + ", expected 0 < leak <= 1");
}

std::int64_t jacobian_chain::run(direction d, scaled_block& X, slope_reader& reader,
                                 const std::function<bool(std::int64_t done)>& after_step, std::int64_t first) const {
    step_sequence sequence(*this, d, reader, X.columns());
    const chain_factor factor = [&](std::int64_t k, const scaled_block& now, bool follows, mutable_block Y,
                                    std::span<double> squares) { return sequence.step(k, now, follows, Y, squares); };
    return run_chain(d, first, steps(), X, factor, threads_, after_step);
}

chain_factor jacobian_chain::factor(direction d, std::int64_t columns) const {
    struct workspace {
        slope_reader reader;
        buffer<double> t;
    };
    auto own = std::make_shared<workspace>(
        workspace{slope_reader(slopes_, threads_), buffer<double>(static_cast<std::size_t>(size() * columns))});
    return [this, d, own](std::int64_t k, const scaled_block& X, bool, mutable_block Y, std::span<double> squares) {
        const const_block V = X.mantissas();
        const slope_row row = own->reader.row(k);
        const chain_step step = make_step(rule_, d, entry_map::identity, row.exponent);
        apply_step(step, row.s, V, {own->t.data(), V.rows, V.columns}, Y, squares, threads_);
        return chain_move{step.exponent};
    };
}

ChainResult jacobian_chain::record(direction d, const_block V, const char* what, const chain_progress& progress,
                                   const ChainRecording& recording) const {
    slope_reader reader(slopes_, threads_);
    const chain_runner runner = [&](scaled_block& X, std::int64_t first, const auto& after_step) {
        run(d, X, reader, after_step, first);
    };
    return record_chain(V, what, size(), steps(), threads_, progress, recording, runner);
}

ChainResult jacobian_chain::jvp(const_block V, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::forward, V, "v", progress, recording);
}

ChainResult jacobian_chain::vjp(const_block G, const chain_progress& progress, const ChainRecording& recording) const {
    require_adjoint(rule_.A, 0, threads_);
    return record(direction::backward, G, "g", progress, recording);
}

std::vector<double> jacobian_chain::largest_slopes(const chain_progress& progress) const {
    slope_reader reader(slopes_, threads_);
    std::vector<double> largest;
    largest.reserve(static_cast<std::size_t>(steps()));
    try {
        for (std::int64_t k = 0; k < steps(); ++k) {
            const slope_row row = reader.row(k);
            largest.push_back(std::ldexp(row.largest, row.exponent));
            if (progress && progress(k + 1, steps())) break;
        }
    } catch (const reading_stopped&) {
        // As if the progress function had stopped it.
    }
    return largest;
}

}  // namespace rhochain
