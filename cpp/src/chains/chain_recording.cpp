#include <rhochain/chains/chain_recording.hpp>
#include "chains/resumed_state.hpp"
#include "chains/rows/vector_requirements.hpp"
#include "kernels/vectors/caller_arrays.hpp"

#include <rhochain/chains/rows/row_source.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

void require_state(const chain_state& s, std::int64_t rows, std::int64_t columns, std::int64_t steps,
                   std::int64_t every) {
    if (s.vectors.rows != rows || s.vectors.columns != columns || s.done < 0 || s.done > steps ||
        s.reals.size() != static_cast<std::size_t>((s.done / every + 1) * columns))
        throw std::invalid_argument("resume: got the state of another run, with a block of " +
                                    std::to_string(s.vectors.rows) + " x " + std::to_string(s.vectors.columns) + ", " +
                                    std::to_string(s.done) + " steps and " + std::to_string(s.reals.size()) + " norms");
}

class recorder {
public:
    // From `state`, or from step 0 where it is null.
    recorder(scaled_block X, const ChainRecording& recording, const chain_state* state)
        : X_(std::move(X)), every_(recording.every), saver_(recording, X_.of()) {
        if (state != nullptr) {
            done_ = state->done;
            log_norms_.assign(state->reals.begin(), state->reals.end());
        } else {
            note();
        }
    }

    [[nodiscard]] scaled_block& block() { return X_; }
    [[nodiscard]] std::int64_t done() const { return done_; }

    // Whether to stop.
    bool step_done(std::int64_t done) {
        done_ = done;
        if (done % every_ == 0) note();
        return saver_.due() && save();
    }

    // (*) Whether to stop.
    bool save() { return saver_.save(X_.mantissas(), {done_, {}, X_.exponents(), X_.norms(), log_norms_}); }

    [[nodiscard]] ChainResult finish() {
        ChainResult result;
        result.columns = X_.columns();
        result.done = done_;
        for (std::int64_t k = 0; k <= done_; k += every_) result.recorded.push_back(k);
        if (result.recorded.back() != done_) {
            result.recorded.push_back(done_);
            note();
        }
        result.log_norms = std::move(log_norms_);
        X_.normalise();
        result.exponents = X_.exponents();
        result.mantissas = for_caller(X_.take_mantissas());
        return result;
    }

private:
    void note() {
        for (std::int64_t c = 0; c < X_.columns(); ++c) log_norms_.push_back(X_.norm(c).log_abs());
    }

    scaled_block X_;
    std::int64_t every_;
    state_saver saver_;
    std::int64_t done_ = 0;
    std::vector<double> log_norms_;
};

}  // namespace

ChainResult record_chain(block_in V, const char* what, const space& S, std::int64_t steps,
                         const chain_progress& progress, const ChainRecording& recording, const chain_runner& run) {
    S.begin_call();
    require_length(what, V.rows(), S);
    if (recording.every < 1) throw std::invalid_argument("a recording: expected every >= 1");
    const resumed_state resumed(recording, S, state_vectors::columns, [&](const chain_state& s) {
        require_state(s, S.size(), V.columns(), steps, recording.every);
    });
    const chain_state* from = resumed.get();
    recorder record(
        from ? scaled_block(from_caller(from->vectors), from->integers, from->norms, S) : scaled_block(V, what, S),
        recording, from);
    if (from || !record.save()) {
        try {
            run(record.block(), record.done(), [&](std::int64_t done) {
                const bool stop = record.step_done(done);
                return asks_to_stop(progress, done, steps, S) || stop;
            });
        } catch (const reading_stopped&) {
            // The block is what it was after the last step done.
        }
    }
    record.save();
    return record.finish();
}

}  // namespace rhochain
