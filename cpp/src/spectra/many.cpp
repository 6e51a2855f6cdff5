#include <rhochain/spectra/many.hpp>

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/storage/kept_buffers.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>

namespace rhochain {
namespace {

// As many stores as threads have worked at once; each passes from matrix to matrix.
class buffer_stores {
public:
    kept_buffers take() {
        const std::lock_guard lock(guard_);
        if (free_.empty()) return {};
        kept_buffers store = std::move(free_.back());
        free_.pop_back();
        return store;
    }
    void give_back(kept_buffers store) {
        const std::lock_guard lock(guard_);
        free_.push_back(std::move(store));
    }

private:
    std::mutex guard_;
    std::vector<kept_buffers> free_;
};

class many_runs {
public:
    many_runs(const matrix_source& matrix, const map_solver& solve, const SolverOptions& options)
        : matrix_(matrix), solve_(solve), options_(options), interrupt_(options.interrupt) {
        options_.callback = {};
        options_.start = {};
        options_.log = nullptr;
        options_.interrupt = [this] { return is_interrupted(); };
    }

    void run(std::int64_t i, ManyOutcome& outcome) {
        if (is_interrupted()) return;
        kept_buffers store = stores_.take();
        {
            const kept_buffers::scope here(store);
            try {
                outcome.bracket = solve_(matrix_(i).with(1), options_);
                outcome.done = !stopped_;
            } catch (...) {
                outcome.failure = std::current_exception();
                outcome.done = true;
            }
        }
        stores_.give_back(std::move(store));
    }

private:
    using clock = std::chrono::steady_clock;

    // Asks at most 20 times a second, as a run of its own does.
    bool is_interrupted() {
        constexpr std::chrono::milliseconds apart(50);
        if (!interrupt_ || std::this_thread::get_id() != caller_) return stopped_;
        const auto now = clock::now();
        if (now - asked_ < apart) return stopped_;
        asked_ = now;
        if (interrupt_()) stopped_ = true;
        return stopped_;
    }

    const matrix_source& matrix_;
    const map_solver& solve_;
    SolverOptions options_;
    std::function<bool()> interrupt_;
    std::thread::id caller_ = std::this_thread::get_id();
    clock::time_point asked_ = clock::now();
    std::atomic<bool> stopped_ = false;
    buffer_stores stores_;
};

}  // namespace

std::vector<ManyOutcome> solve_many(const space& matrices, const matrix_source& matrix, const map_solver& solve,
                                    const SolverOptions& options) {
    std::vector<ManyOutcome> outcomes(static_cast<std::size_t>(matrices.length()));
    many_runs runs(matrix, solve, options);
    parallel_for(matrices.threads(), matrices.length(),
                 [&](std::int64_t i) { runs.run(i, outcomes[static_cast<std::size_t>(i)]); });
    return outcomes;
}

}  // namespace rhochain
