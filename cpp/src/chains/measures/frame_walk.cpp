#include "chains/measures/frame_walk.hpp"

#include <rhochain/chains/rows/row_source.hpp>

#include <algorithm>

namespace rhochain {
namespace {

// Logarithms of the cancellation in a factorization: aimed at, and tolerated.
constexpr double wanted_cancellation = 12.0;
constexpr double most_cancellation = 18.0;

}  // namespace

bool frame_walk::advance(std::int64_t most, frame_walker& walker) {
    const std::int64_t begin = done_;
    const std::int64_t end = std::min(begin + interval_, most);
    if (end - begin > 1) frame_.keep();
    std::int64_t at = begin;
    bool stop = false;
    try {
        while (at < end && !stop) {
            frame_.step(at);
            ++at;
            stop = walker.stepped(at);
        }
    } catch (const reading_stopped&) {
    }
    if (at < end) walker.cut_short(at == begin ? frame_.now() : frame_.kept());
    if (at == begin) return false;
    const double cancellation = frame_.factorize();
    if (at - begin > 1 && cancellation > most_cancellation) {
        repeat_one_by_one(at, walker);
    } else {
        done_ = at;
        walker.factorized(at - begin, cancellation);
    }
    adapt(at - begin, cancellation);
    return at == end;
}

void frame_walk::repeat_one_by_one(std::int64_t end, frame_walker& walker) {
    frame_.return_to_kept();
    while (done_ < end) {
        frame_.step(done_);
        const double cancellation = frame_.factorize();
        ++done_;
        walker.factorized(1, cancellation);
    }
}

// Shrinks at once, grows by a quarter at most: cancellation fluctuates.
void frame_walk::adapt(std::int64_t steps, double cancellation) {
    const double m = static_cast<double>(steps);
    const double limit = cancellation > 0.0 ? m * wanted_cancellation / cancellation : 2.0 * m + 1.0;
    if (cancellation > wanted_cancellation)
        interval_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(limit));
    else if (steps == interval_)
        interval_ = std::min({interval_ + std::max<std::int64_t>(1, interval_ / 4), longest_,
                              std::max<std::int64_t>(interval_, static_cast<std::int64_t>(limit))});
}

}  // namespace rhochain
