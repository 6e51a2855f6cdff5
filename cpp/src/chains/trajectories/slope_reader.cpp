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

// s_k from the row k of a source and the one after it, which slopes of outputs with a leak need. Entry 0 is number
// `first` of the row.
struct slopes_of_rows {
    const double* row;
    const double* next;
    std::span<double> s;
    std::int64_t first;

    void operator()(const given_slopes&) const {}
    void operator()(const rollout_slopes&) const {}
    void operator()(const activation_states& states) const { slopes_of_inputs(states.f, {row, s.size()}, s, first); }
    void operator()(const activation_outputs& outputs) const {
        const array_in given(row, s.size());
        if (outputs.leak == 1.0) return slopes_of_outputs(outputs.f, given, s, state_tolerance, first);
        solve_leaky_update(outputs.leak, given, {next, s.size()}, s);
        slopes_of_outputs(outputs.f, s, s, state_tolerance / outputs.leak, first);
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
    if (const row_source* rows = source.rows()) {
        rows_.emplace(*rows, source.ahead(), block_bytes, S);
        block_rows_ = rows_within(std::min(block_bytes, rows->block_bytes()), rows->width());
    } else {
        const auto& rolled = std::get<rollout_slopes>(source.origin());
        replay_ = std::make_unique<rollout_replay>(*rolled.trajectory, rolled.bytes, rolled.interrupt);
        block_rows_ = replay_->plan().block;
    }
}

// The slopes of steps begin .. end - 1, a block of rows at most.
row_block slope_reader::evaluated(std::int64_t begin, std::int64_t end) {
    const row_block given = rows_->row(begin);
    const std::int64_t n = S_.length();
    slopes_.resize(static_cast<std::size_t>((end - begin) * n));
    // A row that is refused ends the call at the reduction in row().
    S_.attempt([&] {
        parallel_for(S_.threads(), end - begin, [&](std::int64_t r) {
            const double* row = given.first + r * given.stride;
            const std::span<double> s(slopes_.data() + r * n, static_cast<std::size_t>(n));
            try {
                std::visit(slopes_of_rows{row, row + given.stride, s, S_.first()}, source_->origin());
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
