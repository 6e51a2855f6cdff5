// Some of the states that a run saves, and the last one. A run under test saves after each iteration, thousands of
// states, of which few are gone on from. A stage of three iterations is met as well as one of a thousand: of the states
// with the same number of records, whose last record is that of the stage in work, as many are kept, each as likely as
// any other.
#pragma once

#include <rhochain/spectra/run_log.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using log_state = std::vector<rhochain::RunRecord>;

class state_sample {
public:
    // So many states of each stage.
    explicit state_sample(std::size_t each = 0, unsigned seed = 0) : each_(each), generator_(seed) {}

    void take(const log_state& s) {
        ++taken_;
        last_ = s;
        if (s.size() > stages_.size()) stages_.resize(s.size());
        if (s.empty()) return;
        stage& now = stages_[s.size() - 1];
        ++now.taken;
        if (now.kept.size() < each_)
            now.kept.push_back(s);
        else if (const std::uint64_t at = generator_() % now.taken; at < each_)
            now.kept[at] = s;
    }

    // Those of all stages, from first to last. At most so many, at even distances from the one with index `first` on.
    [[nodiscard]] std::vector<log_state> states(std::size_t most, std::size_t first = 0) const {
        std::vector<log_state> all;
        for (const stage& each : stages_) all.insert(all.end(), each.kept.begin(), each.kept.end());
        if (all.size() <= most) return all;
        std::vector<log_state> some;
        for (std::size_t k = 0; k < most; ++k) some.push_back(all[(first + k * all.size() / most) % all.size()]);
        return some;
    }
    [[nodiscard]] const log_state& last() const { return last_; }
    // How many were saved.
    [[nodiscard]] std::uint64_t taken() const { return taken_; }

private:
    struct stage {
        std::uint64_t taken = 0;
        std::vector<log_state> kept{};
    };

    std::size_t each_;
    std::mt19937_64 generator_;
    std::vector<stage> stages_;
    log_state last_;
    std::uint64_t taken_ = 0;
};
