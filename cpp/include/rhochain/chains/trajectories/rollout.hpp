// The trajectory of a recurrent network, n neurons, K steps, W = 2^e A, leak a, one for all neurons or one for each:
//     pre:   x_{k+1} = (1 - a) x_k + a (W sigma(x_k) + W_in u_k + b) + noise xi_k,    s_k = sigma'(x_k)
//     post:  h_{k+1} = (1 - a) h_k + a sigma(W h_k + W_in u_k + b) + noise xi_k,      s_k = sigma' of that argument
// with c O x_k or c O h_k in place of the first term where the rule has a linear part (chain_step.hpp);
// u_k in R^m is row k of the inputs (without W_in m = n), b a bias, xi_k standard normal: entry i of stream k of a
// counter-based generator, so that any step can be computed again, to the last bit, by any number of threads and
// ranks. The slopes s_k make the factors of a chain (chain_step.hpp).
// Source: Pascanu, Mikolov & Bengio 2013, eq. 2 (pre).
#pragma once

#include <rhochain/chains/rows/row_reader.hpp>
#include <rhochain/chains/rows/row_source.hpp>
#include <rhochain/chains/steps/chain_step.hpp>
#include <rhochain/chains/trajectories/activation.hpp>
#include <rhochain/storage/buffer.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rhochain {

struct RolloutOptions {
    std::optional<row_source> inputs{};         // K rows u_k
    std::optional<linear_map> input_weights{};  // W_in (n x m)
    std::vector<double> bias{};                 // of length n, or none
    double noise = 0.0;
    std::uint64_t seed = 0;
};

class rollout {
public:
    // The memory behind the rows is borrowed. A rank gives its entries of the start and the bias. Threads are those
    // of the rule's map. Throws std::invalid_argument, naming the argument, if sizes do not fit or a number is not
    // finite.
    rollout(chain_rule rule, const activation& sigma, std::vector<double> start, std::int64_t steps,
            RolloutOptions options);

    [[nodiscard]] std::int64_t steps() const { return steps_; }
    [[nodiscard]] std::int64_t size() const { return rule_.A.rows(); }
    [[nodiscard]] const space& domain() const { return rule_.A.domain(); }
    [[nodiscard]] const chain_rule& rule() const { return rule_; }
    [[nodiscard]] const std::vector<double>& start() const { return start_; }

private:
    friend class rollout_stepper;

    chain_rule rule_;
    activation sigma_;
    std::vector<double> start_;
    std::int64_t steps_;
    RolloutOptions options_;  // the weights normalised()
};

// Computes steps one by one. Holds four vectors and a block of inputs. The trajectory must outlive it.
class rollout_stepper {
public:
    explicit rollout_stepper(const rollout& trajectory);

    // (*) x, the state before step k, becomes the one after it; s, unless empty, becomes s_k.
    // Throws std::overflow_error if the state leaves the range of float64.
    void advance(std::int64_t k, std::span<double> x, std::span<double> s);

private:
    void evaluate(array_in argument, std::span<double> slopes);
    void add_drive(std::int64_t k);
    [[nodiscard]] const space& input_space() const;

    const rollout* trajectory_;
    space S_;
    buffer<double> values_;
    buffer<double> slopes_;
    buffer<double> drive_;
    buffer<double> extra_;
    std::optional<row_reader> inputs_;
};

}  // namespace rhochain
