// A long loop of an estimate, as the log keeps it (run_log.hpp):
//
//     run_stage stage(ledger, [&](state_archive& s) { s(x, S); s(k); });   // reads the state, if there is one
//     while (!stage.finished() && k < most && !stage.exhausted()) {
//         ...
//         stage.mark();       // the state is one to go on from; saves it if it is time
//     }
//     stage.close();
//
// Everything that the loop and the code after it read must be in the state. A loop that ends by itself ends at once
// where it is entered with its last state. Without a log a stage does nothing.
//
// On ranks all functions are called by all of them, at the same place, and vectors are exchanged with their space.
// Stages of a ledger of the first rank alone are in its log too.
#pragma once

#include <rhochain/spectra/run_log.hpp>
#include <rhochain/spectra/solver_options.hpp>
#include "kernels/vectors/state_archive.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace rhochain {

class run_stage {
public:
    using exchange_function = std::function<void(state_archive&)>;

    // `state` exchanges references that outlive the stage.
    run_stage(Ledger& ledger, exchange_function state);

    // Whether the log has the end of this stage.
    [[nodiscard]] bool finished() const { return finished_; }
    // Whether the state was read.
    [[nodiscard]] bool resumed() const { return resumed_; }
    // That of the ledger. Where the run is cut, the present state is kept.
    [[nodiscard]] bool exhausted();

    // The present state is one to go on from. Saves it if it is time.
    void mark();
    // Keeps the present state, for an iteration that begins stages of its own or asks the ledger itself, until
    // release().
    void hold();
    void release();
    // The end: with the present state, or the one that was kept where the run was cut.
    void close();

private:
    // The record of this stage, where the log has one; it is the next one of the log from now on.
    [[nodiscard]] const RunRecord* begin();
    [[nodiscard]] bool has_records() const;
    void write();
    void save_log();
    void close_log();

    Ledger& ledger_;
    exchange_function exchange_;
    std::int64_t products_before_;
    run_log* log_ = nullptr;
    std::size_t index_ = 0;
    bool finished_ = false;
    bool resumed_ = false;
    bool unchanged_ = false;  // since the state was read
    bool held_ = false;
};

// Of what stages read and write.
void exchange(state_archive& s, Bound& b);
void exchange(state_archive& s, Bracket& b);  // without its history and its vector

}  // namespace rhochain
