// What each pass over a chain brought to a computation that makes many of them, in their order. A run that was killed makes the
// computation again with the same arguments: passes that are told in the journal cost nothing, the one that was broken off goes on
// where it was, and as everything in between is deterministic the bits are those of an unbroken run.
//
// A pass brings the block X of one column that it carried, or a few numbers. As a chain_state (chain_state.hpp), r passes told:
//     done      products with the weights
//     integers  r, the steps done of the pass under way, and for each pass: products counted, numbers brought (-1: a block), exponent
//     vectors   a row for each block, that of a pass under way the last;  norms: of these
//     reals     the numbers, one pass after the other
// Memory: 8 N bytes a block where states are saved, else none.
#pragma once

#include <rhochain/chains/chain_run.hpp>
#include <rhochain/chains/chain_state.hpp>
#include <rhochain/spectra/solver_options.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace rhochain {

class pass_journal {
public:
    // Thrown out of a block's pass that the budget, the callback or a state that could not be saved ends.
    struct stopped {};

    // All are borrowed. Throws std::invalid_argument at a state that is none of a chain of size N.
    pass_journal(std::int64_t size, const ChainSaving& saving, Ledger& ledger);

    // Carries X (N x 1) through run(X, first, after_step), which calls after_step(done) after each step; that asks `spend`, which
    // counts the step, whether to stop.
    using block_pass = std::function<void(scaled_block& X, std::int64_t first, const std::function<bool(std::int64_t done)>&)>;
    void carry(scaled_block& X, const block_pass& run, const std::function<bool()>& spend);

    // What `pass` returns. One that the budget broke off is not told, nor what comes after it.
    std::vector<double> numbers(const std::function<std::vector<double>()>& pass);

    // Before the first pass. Whether to stop.
    [[nodiscard]] bool open() { return !saving_.resume && save(); }

    // At the end of a run, whatever ended it.
    void close() { save(); }

private:
    struct entry {
        std::int64_t products;
        std::int64_t numbers;  // -1: a block
        std::int64_t exponent;
    };

    [[nodiscard]] bool keeps() const { return saving_.save && !broken_off_; }
    [[nodiscard]] bool told() const { return next_ < entries_.size(); }
    [[nodiscard]] scaled_block block(std::size_t at, std::int64_t exponent) const;
    void tell_block(const scaled_block& X);
    void forget_partial();
    // Whether to stop.
    bool save();

    std::int64_t size_;
    const ChainSaving& saving_;
    Ledger& ledger_;
    state_saver saver_;
    std::vector<entry> entries_;
    std::vector<double> blocks_, norms_, reals_;
    std::int64_t partial_steps_ = 0;
    std::int64_t partial_exponent_ = 0;
    bool broken_off_ = false;
    std::size_t next_ = 0, next_block_ = 0, next_real_ = 0;  // to be taken up
};

}  // namespace rhochain
