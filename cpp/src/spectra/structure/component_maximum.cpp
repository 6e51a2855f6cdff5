#include "spectra/structure/component_maximum.hpp"

#include "kernels/vectors/subvector.hpp"
#include "spectra/structure/eigenvector_extension.hpp"

#include <algorithm>
#include <utility>

namespace rhochain {

void component_maximum::add(const Bracket& b, const component_summary& of) {
    uppers_.push_back({b.upper, of.bound});
    if (first_ || b.value > best_.value || serves_as_well(b, of.component)) {
        const Bracket displaced = std::exchange(best_, b);
        if (!first_) keep_lower_and_runner_up(displaced);
        best_of_ = &of;
    } else {
        keep_lower_and_runner_up(b);
    }
    all_converged_ &= b.status == Status::converged;
    first_ = false;
}

void component_maximum::skip(const component_summary& s) {
    uppers_.push_back({{s.bound, Grade::proved, 0.0, "row or column sums of a component"}, s.bound});
    if (s.trace_bound > graded_lower(best_).value)
        tighten_lower(best_, {s.trace_bound, Grade::proved, 0.0, "traces of W and W^2"});
}

Bracket component_maximum::result(std::int64_t n) {
    best_.upper = best_.upper_behind = upper();
    // A largest bound fails if one of them does; the shares of the components add up to at most delta.
    for (Bound* lower : {&best_.lower, &best_.lower_behind})
        if (lower->grade == Grade::probable) lower->delta = options_.delta;
    best_.status = all_converged_ ? Status::converged : Status::bracketed;
    clamp_value(best_);
    scatter_vector(n);
    return best_;
}

void component_maximum::keep_lower_and_runner_up(const Bracket& other) {
    tighten_lower(best_, graded_lower(other));
    tighten_lower(best_, other.lower);
    if (!(best_.runner_up >= other.value)) best_.runner_up = other.value;
}

// The largest of the components' bounds. Where the proved bound of a component does not exceed it, the component does
// not lower its grade.
Bound component_maximum::upper() const {
    Bound largest = uppers_.front().tight;
    for (const candidate& u : uppers_)
        if (u.tight.value > largest.value) largest = u.tight;
    std::int64_t random = 0;
    for (const candidate& u : uppers_) {
        if (u.proved <= largest.value) continue;
        largest.grade = std::min(largest.grade, u.tight.grade);
        if (u.tight.grade != Grade::probable) continue;
        largest.delta = ++random == 1 ? u.tight.delta : options_.delta;
    }
    if (largest.grade != Grade::probable) largest.delta = 0.0;
    return largest;
}

// Of two components with the same value, the eigenvector of the one that no path leads to from the other is 0 on the
// other, or there is none without it.
bool component_maximum::serves_as_well(const Bracket& b, std::int64_t component) const {
    if (b.value != best_.value || b.vector.empty()) return false;
    return best_.vector.empty() || is_behind(W_, best_of_->component, component);
}

void component_maximum::scatter_vector(std::int64_t n) {
    if (best_.vector.empty() || static_cast<std::int64_t>(best_.vector.size()) == n) return;
    best_.vector = scattered(best_.vector, P_.members(best_of_->component), n);
}

}  // namespace rhochain
