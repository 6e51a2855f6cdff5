// The log of an estimate: the state of each of its long loops, called stages here, in the order in which they
// begin. A run that was ended at any moment is repeated with the same arguments. Finished stages are then read from the
// log, the one in work goes on from its last saved state, and as everything between stages is deterministic, the
// bits are those of an unbroken run.
//
// A stage may begin others within one of its iterations; these come after it in the log, and go when it saves a
// state of its own. A stage that the clock, the caller or the budget ends stays unfinished, and nothing after it is
// written. Memory: the states of the finished stages, about twenty vectors, and that of the one in work while it is
// saved: at most the Krylov vectors (SolverOptions::basis_bytes).
//
// On ranks each has a run_log, constructed with an empty RunSaving but in the first one, which has the records. These
// are those of one process, with whole vectors: any number of ranks goes on from them. All ranks save at the same
// place.
#pragma once

#include <rhochain/storage/buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace rhochain {

class state_archive;  // kernels/vectors/state_archive.hpp

struct RunRecord {
    bool finished = false;
    std::int64_t products = 0;  // of the stage
    std::vector<std::int64_t> integers;
    std::shared_ptr<const buffer<double>> reals;  // null for none; a copy of a record shares them

    [[nodiscard]] std::span<const double> real_numbers() const { return reals ? *reals : std::span<const double>{}; }
};

struct RunSaving {
    std::vector<RunRecord> resume{};  // go on from here
    double save_seconds = 300.0;      // at most so often
    // Called with the log between two iterations, and when the run ends early; true stops the run.
    std::function<bool(const std::vector<RunRecord>&)> save{};
};

class run_log {
public:
    // Throws std::invalid_argument unless save_seconds >= 0.
    explicit run_log(RunSaving saving);

    // Saves the log for the last time, unless a stage that was cut has done so.
    void close();

    // How far the log has ended: what the first rank tells the others after stages of its own.
    void exchange_end(state_archive& s);

private:
    friend class run_stage;
    friend class Ledger;

    using clock = std::chrono::steady_clock;

    [[nodiscard]] bool due() const { return !closed_ && clock::now() >= due_; }
    void save();

    RunSaving saving_;
    std::vector<RunRecord> records_;
    std::size_t next_ = 0;  // the stage that begins next
    clock::duration interval_;
    clock::time_point due_;
    bool cut_ = false;      // a ledger of the run has ended it early
    bool stopped_ = false;  // by `save`
    bool closed_ = false;
};

}  // namespace rhochain
