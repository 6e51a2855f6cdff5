// A frame (tangent_frame.hpp) carried along a chain in intervals of m steps, each ended by a factorization. m adapts:
// the cancellation in a factorization is held near e^12, and an interval that took it beyond e^18 is run again, a
// factorization a step.
#pragma once

#include "chains/measures/tangent_frame.hpp"

#include <cstdint>
#include <utility>

namespace rhochain {

// What a measure does on the way.
class frame_walker {
public:
    virtual ~frame_walker() = default;
    // After step `at - 1`; true, on all ranks, stops.
    virtual bool stepped(std::int64_t at) = 0;
    // After a factorization of so many steps, with ln of its cancellation.
    virtual void factorized(std::int64_t steps, double cancellation) = 0;
    // Before a factorization that an unbroken walk does not make, after fewer steps than those of the interval: the
    // frame before it.
    virtual void cut_short(const tangent_frame::view& before) = 0;
};

class frame_walk {
public:
    static constexpr std::int64_t longest_interval = 256;

    // From step 0, no interval longer than `longest`.
    frame_walk(tangent_frame frame, std::int64_t longest) : frame_(std::move(frame)), longest_(longest) {}

    [[nodiscard]] tangent_frame& frame() { return frame_; }
    [[nodiscard]] std::int64_t done() const { return done_; }
    [[nodiscard]] std::int64_t interval() const { return interval_; }
    // That many steps have been made, and the next interval is that long.
    void go_on_from(std::int64_t done, std::int64_t interval) {
        done_ = done;
        interval_ = interval;
    }

    // One interval, to step `end` at the most. False if the walker or a reader of rows stopped it before its end.
    bool advance(std::int64_t end, frame_walker& walker);

private:
    void repeat_one_by_one(std::int64_t end, frame_walker& walker);
    void adapt(std::int64_t steps, double cancellation);

    tangent_frame frame_;
    std::int64_t longest_;
    std::int64_t interval_ = 1;
    std::int64_t done_ = 0;
};

}  // namespace rhochain
