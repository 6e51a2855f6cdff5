#include <rhochain/chains/trajectories/slope_reader.hpp>
#include "kernels/solvers/leaky_update.hpp"
#include "kernels/vectors/extents.hpp"

#include <rhochain/kernels/space/parallel.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/stored_operator.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>

namespace rhochain {
namespace {

// float32 states may err by this much.
constexpr double state_tolerance = 1e-6;

// s_k from the row k of a source and, for slopes of outputs with a leak, the one after it and what it keeps of row k.
// Entry 0 is number `first` of the row.
struct slopes_of_rows {
    const double* row;
    const double* next;
    const double* kept;
    std::span<double> s;
    std::int64_t first;

    void operator()(const given_slopes&) const {}
    void operator()(const rollout_slopes&) const {}
    void operator()(const activation_states& states) const { slopes_of_inputs(states.f, {row, s.size()}, s, first); }
    void operator()(const activation_outputs& outputs) const {
        if (outputs.leak.none() && !outputs.linear)
            return slopes_of_outputs(outputs.f, {row, s.size()}, s, state_tolerance, first);
        leaky_weights weights{outputs.leak.numbers()};
        if (outputs.linear) weights.c = outputs.linear->weight;
        solve_leaky_update(weights, {kept, s.size()}, {next, s.size()}, s);
        if (outputs.leak.uniform())
            return slopes_of_outputs(outputs.f, s, s, state_tolerance / outputs.leak.least(), first);
        const std::span<const double> leaks = outputs.leak.each();
        for (std::size_t i = 0; i < s.size(); ++i)
            slopes_of_outputs(outputs.f, s.subspan(i, 1), s.subspan(i, 1), state_tolerance / leaks[i],
                              first + static_cast<std::int64_t>(i));
    }
};

[[noreturn]] void reject_row(vector_in s, std::int64_t k, const space& S) {
    const entry_defect bad = first_not_finite(s, S).value();
    throw std::invalid_argument("slopes: got " + std::to_string(bad.value) + " at row " + std::to_string(k) +
                                ", column " + std::to_string(bad.position) + ", expected a finite number");
}

}  // namespace

slope_reader::slope_reader(const slope_source& source, const space& S, std::int64_t block_bytes)
    : source_(&source), S_(S) {
    if (const auto* outputs = std::get_if<activation_outputs>(&source.origin())) outputs->leak.require_length(S);
    if (const row_source* rows = source.rows()) {
        rows_.emplace(*rows, source.ahead(), block_bytes, S);
        block_rows_ = rows_within(std::min(block_bytes, rows->block_bytes()), rows->width());
    } else {
        const auto& rolled = std::get<rollout_slopes>(source.origin());
        replay_ = std::make_unique<rollout_replay>(*rolled.trajectory, rolled.bytes, rolled.interrupt);
        block_rows_ = replay_->plan().block;
    }
}

// kept_ becomes O h of so many rows, one after the other, if there is an O.
void slope_reader::apply_linear(row_block rows, std::int64_t count) {
    const auto* outputs = std::get_if<activation_outputs>(&source_->origin());
    if (outputs == nullptr || !outputs->linear) return;
    const auto n = static_cast<std::size_t>(S_.length());
    kept_.resize(static_cast<std::size_t>(count) * n);
    for (std::int64_t r = 0; r < count; ++r) {
        const vector_out of_linear = as_vector(std::span(kept_).subspan(static_cast<std::size_t>(r) * n, n));
        outputs->linear->O.apply(as_vector(array_in(rows.first + r * rows.stride, n)), of_linear);
        if (const int e = outputs->linear->O.exponent(); e != 0) scale_by_power(e, of_linear, S_);
    }
}

// The slopes of steps begin .. end - 1, a block of rows at most.
row_block slope_reader::evaluated(std::int64_t begin, std::int64_t end) {
    const row_block given = rows_->row(begin);
    const std::int64_t n = S_.length();
    slopes_.resize(static_cast<std::size_t>((end - begin) * n));
    apply_linear(given, end - begin);
    // A row that is refused ends the call at the reduction in row().
    S_.attempt([&] {
        parallel_for(S_.threads(), end - begin, [&](std::int64_t r) {
            const double* row = given.first + r * given.stride;
            const std::span<double> s(slopes_.data() + r * n, static_cast<std::size_t>(n));
            try {
                const double* kept = kept_.empty() ? row : kept_.data() + r * n;
                std::visit(slopes_of_rows{row, row + given.stride, kept, s, S_.first()}, source_->origin());
            } catch (const std::invalid_argument& defect) {
                throw std::invalid_argument(std::string(defect.what()) + " (row " + std::to_string(begin + r) + ")");
            }
        });
    });
    return {slopes_.data(), n};
}

const double* slope_reader::entries(std::int64_t k) {
    if (std::holds_alternative<given_slopes>(source_->origin())) return rows_->row(k).first;
    if (!computed_.holds(k)) {
        const std::int64_t begin = k - k % block_rows_;
        const std::int64_t end = std::min(source_->steps(), begin + block_rows_);
        computed_.fill(begin, end, [this](std::int64_t first, std::int64_t last) {
            return replay_ ? replay_->slopes(first, last) : evaluated(first, last);
        });
    }
    return computed_.row(k).first;
}

slope_row slope_reader::row(std::int64_t k) {
    const vector_in s = as_vector(array_in(entries(k), static_cast<std::size_t>(S_.length())));
    const double largest = largest_finite(s, S_);
    if (!std::isfinite(largest)) reject_row(s, k, S_);
    if (normalising_exponent(largest, largest) == 0) return {s, 0, largest};
    const double smallest = smallest_nonzero(s, S_);
    const int exponent = normalising_exponent(largest, smallest);
    const double down = std::ldexp(1.0, -exponent);
    if (scaled_.empty()) scaled_ = vector_block(S_);
    copy_scaled(down, s, scaled_, S_);
    return {scaled_, exponent, largest * down, is_lossless(smallest, exponent)};
}

}  // namespace rhochain
