// The slopes s_k in R^n, k = 0 .. K - 1, of the factors of a chain, from one of
//     slopes:   s_k itself;
//     states:   pre-activation states x_k,             s_k = sigma'(x_k);
//     outputs:  post-activation states h_1 .. h_K,     s_k from the output h_{k+1} = sigma(a_k), if it follows from it;
//               with a leak a < 1 states h_0 .. h_K,   sigma(a_k) = (h_{k+1} - (1 - a) h_k) / a,
//               and with a linear part c O h_k in place of (1 - a) h_k.
//     rollout:  s_k of a trajectory that the library computes, and computes again where memory did not hold it.
// A source never holds all slopes that it reads or computes (slope_reader.hpp).
#pragma once

#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/chains/trajectories/activation.hpp>
#include <rhochain/chains/trajectories/rollout.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace rhochain {

struct given_slopes {
    row_source rows;
};
struct activation_states {
    row_source rows;
    activation f;
};
struct activation_outputs {
    row_source rows;
    activation f;
    neuron_leaks leak;
    std::optional<linear_part> linear;  // its O normalised()
};
struct rollout_slopes {
    std::shared_ptr<const rollout> trajectory;
    std::int64_t bytes;  // of slopes and states that a reader holds
    std::function<bool()> interrupt;
};

class slope_source {
public:
    using origin_type = std::variant<given_slopes, activation_states, activation_outputs, rollout_slopes>;

    [[nodiscard]] static slope_source of_slopes(row_source slopes);
    [[nodiscard]] static slope_source of_states(row_source states, const activation& f);
    // Of the rule the source has the leaks and the linear part. Throws std::invalid_argument if the slope does not
    // follow from the output, and without any row where h_0 is needed.
    [[nodiscard]] static slope_source of_outputs(row_source outputs, const activation& f, const chain_rule& rule);
    // Each reader holds up to `bytes` of slopes and states, at least 8 vectors, and throws reading_stopped if
    // `interrupt` says so.
    [[nodiscard]] static slope_source of_rollout(std::shared_ptr<const rollout> trajectory, std::int64_t bytes,
                                                 std::function<bool()> interrupt = {});

    [[nodiscard]] const origin_type& origin() const { return origin_; }
    [[nodiscard]] std::int64_t steps() const;
    [[nodiscard]] std::int64_t width() const;

    // The rows that slopes are read from; null for a rollout. A step needs rows k .. k + ahead().
    [[nodiscard]] const row_source* rows() const;
    [[nodiscard]] std::int64_t ahead() const;

private:
    explicit slope_source(origin_type origin) : origin_(std::move(origin)) {}

    origin_type origin_;
};

}  // namespace rhochain
