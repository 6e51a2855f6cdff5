#include <rhochain/chains/jacobian_chain.hpp>
#include "kernels/vectors/caller_arrays.hpp"
#include "spectra/norm/adjoint_check.hpp"

#include <cmath>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

// Steps of a chain in any order, or one after the other. Where they follow each other and slopes come first, the
// slopes of the next step are applied to Y with this one, and where the next step needs nothing else, there being no
// leak, Y itself is deferred.
class step_sequence {
public:
    enum class order { any, consecutive };

    step_sequence(const jacobian_chain& P, direction d, order steps, std::int64_t columns)
        : P_(&P),
          d_(d),
          looks_ahead_(steps == order::consecutive),
          t_(slopes_first() || !P.rule().plain() ? vector_block(P.domain(), columns) : vector_block()),
          of_linear_(P.rule().linear ? vector_block(P.domain(), columns) : vector_block()),
          ahead_(slopes_first() && looks_ahead_ ? vector_block(P.domain(), columns) : vector_block()) {}

    chain_move step(std::int64_t k, const scaled_block& X, bool follows, block_out Y, std::span<double> squares,
                    slope_reader& reader) {
        if (!slopes_first() || !P_->rule().plain()) {
            const slope_row row = reader.row(k);
            const chain_step step = of(row);
            apply_step(step, row.s, X.mantissas(), t_, Y, squares, of_linear_);
            return {step.exponent};
        }
        if (failure_) std::rethrow_exception(failure_);
        const block_out T = t_;
        if (!follows || !looks_ahead_) {
            const slope_row row = reader.row(k);
            step_ = of(row);
            apply_slopes(*step_, row.s, X.mantissas(), T);
        }
        const chain_step step = *step_;
        // A deferred V stays deferred where it is not read; elsewhere it is written now, from the arrays as they are.
        const block_in V = step.keep == 0.0 ? block_in() : X.mantissas();
        if (!looks_ahead_) {
            apply_weights(step, V, T, Y, squares);
            return {step.exponent};
        }
        const std::int64_t after = d_ == direction::forward ? k + 1 : k - 1;
        const auto next = look_ahead(after, ahead_, reader);
        std::swap(t_, ahead_);
        if (next && step.keep == 0.0) {
            apply_weights_and_slopes(step, T, Y, *next, squares);
            return {step.exponent, [this, step](block_out later) {
                        step.adjoint ? step.A->apply_adjoint(ahead_, later) : step.A->apply(ahead_, later);
                    }};
        }
        apply_weights(step, V, T, Y, squares, next);
        return {step.exponent};
    }

private:
    // The slopes of step k, which this step applies ahead, if there is one. A row that cannot be read fails at its
    // own step.
    std::optional<slopes_ahead> look_ahead(std::int64_t k, block_out T, slope_reader& reader) {
        if (k < 0 || k >= P_->steps()) return std::nullopt;
        try {
            const slope_row row = reader.row(k);
            step_ = of(row);
            return slopes_ahead{step_->weight, row.s, T};
        } catch (...) {
            failure_ = std::current_exception();
            return std::nullopt;
        }
    }

    [[nodiscard]] bool slopes_first() const {
        return (P_->rule().form == convention::pre) == (d_ == direction::forward);
    }
    [[nodiscard]] chain_step of(const slope_row& row) const {
        return make_step(P_->rule(), d_, entry_map::identity, row.exponent);
    }

    const jacobian_chain* P_;
    direction d_;
    bool looks_ahead_;
    vector_block t_;          // weight s o V of the step to come
    vector_block of_linear_;  // O V
    vector_block ahead_;      // t_ of the step after it
    std::optional<chain_step> step_;
    std::exception_ptr failure_;
};

}  // namespace

jacobian_chain::jacobian_chain(const linear_map& W, slope_source slopes, const ChainOptions& options)
    : rule_(make_rule(W, options.form, options.leak, options.linear)), slopes_(std::move(slopes)) {
    require_square(W, "a chain of Jacobians");
    if (slopes_.width() != W.rows())
        throw std::invalid_argument("slopes: got rows of length " + std::to_string(slopes_.width()) + ", expected " +
                                    std::to_string(W.rows()) + ", the size of W");
}

std::int64_t jacobian_chain::run(direction d, scaled_block& X, slope_reader& reader,
                                 const std::function<bool(std::int64_t done)>& after_step, std::int64_t first) const {
    step_sequence sequence(*this, d, step_sequence::order::consecutive, X.columns());
    const chain_factor factor = [&](std::int64_t k, const scaled_block& now, bool follows, block_out Y,
                                    std::span<double> squares) {
        return sequence.step(k, now, follows, Y, squares, reader);
    };
    return run_chain(d, first, steps(), X, factor, after_step);
}

chain_factor jacobian_chain::factor(direction d, std::int64_t columns) const {
    struct workspace {
        slope_reader reader;
        step_sequence sequence;
    };
    auto own = std::make_shared<workspace>(
        workspace{slope_reader(slopes_, domain()), step_sequence(*this, d, step_sequence::order::any, columns)});
    return [own](std::int64_t k, const scaled_block& X, bool follows, block_out Y, std::span<double> squares) {
        return own->sequence.step(k, X, follows, Y, squares, own->reader);
    };
}

ChainResult jacobian_chain::record(direction d, block_in V, const char* what, const chain_progress& progress,
                                   const ChainRecording& recording) const {
    slope_reader reader(slopes_, domain());
    const chain_runner runner = [&](scaled_block& X, std::int64_t first, const auto& after_step) {
        run(d, X, reader, after_step, first);
    };
    return record_chain(V, what, domain(), steps(), progress, recording, runner);
}

ChainResult jacobian_chain::jvp(const_block V, const chain_progress& progress, const ChainRecording& recording) const {
    return record(direction::forward, from_caller(V), "v", progress, recording);
}

ChainResult jacobian_chain::vjp(const_block G, const chain_progress& progress, const ChainRecording& recording) const {
    require_adjoint(rule_.A, 0);
    if (rule_.linear) require_adjoint(rule_.linear->O, 0, "linear");
    return record(direction::backward, from_caller(G), "g", progress, recording);
}

std::vector<double> jacobian_chain::largest_slopes(const chain_progress& progress) const {
    domain().begin_call();
    slope_reader reader(slopes_, domain());
    std::vector<double> largest;
    largest.reserve(static_cast<std::size_t>(steps()));
    try {
        for (std::int64_t k = 0; k < steps(); ++k) {
            const slope_row row = reader.row(k);
            largest.push_back(std::ldexp(row.largest, row.exponent));
            if (asks_to_stop(progress, k + 1, steps(), domain())) break;
        }
    } catch (const reading_stopped&) {
        // As if the progress function had stopped it.
    }
    static_cast<void>(domain().any(false));  // an exception of the last `progress` on one rank ends the call on all
    return largest;
}

}  // namespace rhochain
