// The log of a computation that makes many passes over a chain: what each pass returned, in their order. A run that
// was killed is repeated with the same arguments: finished passes are replayed from the log and cost nothing, the
// interrupted pass resumes at its last saved step, and as everything between passes is deterministic the bits are
// those of an unbroken run.
//
// A pass returns the block X of one column that it carried, or a few numbers. The log of r finished passes as a
// chain_state (chain_state.hpp):
//     done      products with the weights
//     integers  r, steps and exponent of the interrupted pass, and for each pass: products counted, numbers returned
//               (-1: a block), exponent
//     vectors   a row for each block, that of the interrupted pass last;  norms: of these
//     reals     the numbers, one pass after the other
// Memory: 8 N bytes a block where states are saved, else none.
#pragma once

#include <rhochain/chains/chain_state.hpp>
#include <rhochain/chains/steps/chain_run.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace rhochain {

class pass_log {
public:
    // Thrown out of the pass of a block that the budget, the callback or a state that could not be saved ends.
    struct stopped {};

    // (*) For blocks of one column over S. `saving` and `ledger` are borrowed. Throws std::invalid_argument at a state
    // that is none of a chain on S.
    pass_log(const space& S, const ChainSaving& saving, Ledger& ledger);

    // Carries X (N x 1) through run(X, first, after_step), which calls after_step(done) after each step. spend()
    // counts the step and returns whether to stop.
    using block_pass =
        std::function<void(scaled_block& X, std::int64_t first, const std::function<bool(std::int64_t done)>&)>;
    void carry(scaled_block& X, const block_pass& run, const std::function<bool()>& spend);

    // What `pass` returns. Neither a pass that the budget ended nor one after it is logged.
    std::vector<double> numbers(const std::function<std::vector<double>()>& pass);

    // Saves the state before the first pass. Whether to stop.
    [[nodiscard]] bool open() { return !resumes_ && save(); }

    // At the end of a run, however it ended.
    void close() { save(); }

private:
    struct entry {
        std::int64_t products;
        std::int64_t numbers;  // -1: a block
        std::int64_t exponent;
    };

    // Whether the numbers and whole blocks that the integers of s count are there.
    [[nodiscard]] bool fits(const chain_state& s) const;
    void read(const chain_state& s);
    [[nodiscard]] bool keeps() const { return saver_.saves() && !ended_by_budget_; }
    [[nodiscard]] bool logged() const { return next_ < entries_.size(); }
    [[nodiscard]] scaled_block block(std::size_t at, std::int64_t exponent) const;
    void log_block(const scaled_block& X);
    void log_partial(const scaled_block& X, std::int64_t done);
    void drop_partial();
    // (*) Whether to stop.
    bool save();

    space S_;
    Ledger& ledger_;
    state_saver saver_;
    bool resumes_;
    std::vector<entry> entries_;
    std::vector<double> blocks_, norms_, reals_;
    std::int64_t partial_steps_ = 0;
    std::int64_t partial_exponent_ = 0;
    bool ended_by_budget_ = false;
    std::size_t next_ = 0, next_block_ = 0, next_real_ = 0;  // to be replayed
};

}  // namespace rhochain
