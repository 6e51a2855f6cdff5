#include <rhochain/chains/trajectories/gate_source.hpp>
#include "chains/steps/gru_jacobian.hpp"
#include "chains/steps/lstm_jacobian.hpp"
#include "kernels/vectors/extents.hpp"

#include <rhochain/kernels/vectors/entries.hpp>

#include <rhochain/kernels/space/over_rows.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

const std::array<recorded_gate, 5>& gates_of(gated_cell cell) {
    return cell == gated_cell::gru ? gru_gates : lstm_gates;
}

std::int64_t coefficient_rows(gated_cell cell) {
    return cell == gated_cell::gru ? gru_coefficient_rows : lstm_coefficient_rows;
}

}  // namespace

gate_source::gate_source(gated_cell cell, std::vector<row_source> rows) : cell_(cell), rows_(std::move(rows)) {
    const auto& gates = gates_of(cell);
    for (std::size_t s = 0; s < gates.size(); ++s) {
        const std::int64_t count = steps() + (cell == gated_cell::lstm && s + 1 == gates.size() ? 1 : 0);
        if (rows_[s].count() != count || rows_[s].width() != width())
            throw std::invalid_argument(std::string(gates[s].name) + ": got " + std::to_string(rows_[s].count()) +
                                        " rows of length " + std::to_string(rows_[s].width()) + ", expected " +
                                        std::to_string(count) + " of length " + std::to_string(width()) + ", as " +
                                        gates[0].name + " has " + std::to_string(steps()) + " rows");
    }
}

gate_source gate_source::of_gru(row_source h, row_source r, row_source z, row_source n, row_source q) {
    return {gated_cell::gru, {std::move(h), std::move(r), std::move(z), std::move(n), std::move(q)}};
}

gate_source gate_source::of_lstm(row_source i, row_source f, row_source g, row_source o, row_source c) {
    return {gated_cell::lstm, {std::move(i), std::move(f), std::move(g), std::move(o), std::move(c)}};
}

gate_reader::gate_reader(const gate_source& source, int exponent, const space& S, std::int64_t block_bytes, bool inputs)
    : source_(&source),
      exponent_(exponent),
      S_(S),
      inputs_(inputs),
      coefficients_(static_cast<std::size_t>(coefficient_rows(source.cell()) * S.length())) {
    for (const row_source& rows : source.rows())
        readers_.emplace_back(rows, rows.count() - source.steps(), block_bytes, S);
}

gate_reader::step_rows gate_reader::read(std::int64_t k) {
    step_rows rows{};
    for (std::size_t s = 0; s < readers_.size(); ++s) {
        const row_block block = readers_[s].row(k);
        rows[s] = block.first;
        rows.back() = block.first + block.stride;
    }
    return rows;
}

array_out gate_reader::coefficient(std::int64_t row) {
    const auto n = static_cast<std::size_t>(S_.length());
    return array_out(coefficients_).subspan(static_cast<std::size_t>(row) * n, n);
}

gated_step gate_reader::step(std::int64_t k) {
    const std::int64_t n = S_.length();
    const bool gru = source_->cell() == gated_cell::gru;
    const step_rows rows = read(k);
    // An LSTM computes an exponential and a hyperbolic tangent a unit: half as many are worth a thread.
    constexpr std::int64_t part_rows = 4096;
    const auto write = [&, x = coefficients_.data()](std::int64_t first, std::int64_t last) {
        return gru ? gru_jacobian(rows, first, last, x, n) : lstm_jacobian(rows, first, last, x, n);
    };
    coefficient_extent all;
    for (const auto& part : results_of_parts(S_, part_rows, threads_worth(2 * n, S_.threads()), write))
        all.include(part);
    if (S_.any(!all.valid)) reject(k, rows);
    const double product = inputs_ ? std::max(all.product, all.input) : all.product;
    const std::int64_t exponent = bring_into_range(S_.largest(product), S_.largest(all.carried));
    const auto at = [this](std::int64_t row) -> vector_in { return as_vector(coefficient(row)); };
    if (gru) return {{at(0), at(1), at(2)}, at(3), {}, {}, exponent, at(4)};
    return {{at(0), at(1), at(2)}, at(3), at(4), at(5), exponent, {}};
}

std::int64_t gate_reader::bring_into_range(double largest_product, double largest_carried) {
    constexpr int harmless = 200;
    // Far below every exponent of a double times a weight's.
    constexpr int absent = -8192;
    const int product = largest_product == 0.0 ? absent : binary_exponent(largest_product) + exponent_;
    const int carried = largest_carried == 0.0 ? absent : binary_exponent(largest_carried);
    const int common = std::max(product, carried);
    if (common == absent || (exponent_ == 0 && std::abs(common) <= harmless)) return 0;
    // q multiplies what these have brought into range already.
    for (std::int64_t row = 0; row < std::min<std::int64_t>(5, coefficient_rows(source_->cell())); ++row)
        scale_by_power((row == 3 ? 0 : exponent_) - common, as_vector(coefficient(row)), S_);
    return common;
}

void gate_reader::reject(std::int64_t k, const step_rows& rows) const {
    const auto& gates = gates_of(source_->cell());
    const std::size_t given = source_->cell() == gated_cell::gru ? gates.size() : rows.size();
    for (std::size_t s = 0; s < given; ++s) {
        const recorded_gate& gate = gates[std::min(s, gates.size() - 1)];
        const auto& [lowest, highest, text] = gate.allowed;
        if (const auto bad = first_outside(lowest - gate_range::tolerance, highest + gate_range::tolerance,
                                           as_block(const_block(rows[s], S_.length())), S_))
            throw std::invalid_argument(std::string(gate.name) + ": got " + std::to_string(bad->value) + " at row " +
                                        std::to_string(k + (s == gates.size() ? 1 : 0)) + ", column " +
                                        std::to_string(bad->position) + ", expected " + text);
    }
    throw std::logic_error("a step without a defect was rejected");
}

}  // namespace rhochain
