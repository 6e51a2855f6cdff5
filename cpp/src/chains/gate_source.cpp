#include <rhochain/chains/gate_source.hpp>
#include <rhochain/kernels/parallel.hpp>
#include <rhochain/storage/scaled.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace rhochain {
namespace {

constexpr std::size_t recorded = 5;

// What an entry may be: a sigmoid, a hyperbolic tangent, any finite number.
struct range {
    double lowest, highest;
    const char* text;
    // float32 gates may err by this much.
    static constexpr double tolerance = 1e-6;

    [[nodiscard]] bool holds(double x) const { return x >= lowest - tolerance && x <= highest + tolerance; }
    [[nodiscard]] double nearest(double x) const { return std::clamp(x, lowest, highest); }
};
constexpr double most = std::numeric_limits<double>::max();
constexpr range sigmoid{0.0, 1.0, "a sigmoid gate from 0 to 1"};
constexpr range tangent{-1.0, 1.0, "a tanh gate from -1 to 1"};
constexpr range state{-most, most, "a finite number"};

struct column {
    const char* name;
    range allowed;
};
constexpr column gru_columns[recorded] = {
    {"h", state}, {"r", sigmoid}, {"z", sigmoid}, {"n", tangent}, {"q", state}};
constexpr column lstm_columns[recorded] = {
    {"i", sigmoid}, {"f", sigmoid}, {"g", tangent}, {"o", sigmoid}, {"c", state}};

const column* columns_of(gated_cell cell) { return cell == gated_cell::gru ? gru_columns : lstm_columns; }

std::int64_t coefficient_rows(gated_cell cell) { return cell == gated_cell::gru ? 4 : 6; }

// Coefficients of unit i, written to x[row * n + i] in the order m_1, m_2, m_3, k, p, q.
void gru_coefficients(const double* const rows[], std::int64_t i, double* x, std::int64_t n) {
    const double h = rows[0][i];
    const double r = sigmoid.nearest(rows[1][i]);
    const double z = sigmoid.nearest(rows[2][i]);
    const double gate = tangent.nearest(rows[3][i]);
    const double t = (1.0 - z) * ((1.0 - gate) * (1.0 + gate));
    x[i] = t * (rows[4][i] * (r * (1.0 - r)));
    x[n + i] = (h - gate) * (z * (1.0 - z));
    x[2 * n + i] = t * r;
    x[3 * n + i] = z;
}

void lstm_coefficients(const double* const rows[], const double* c_next, std::int64_t j, double* x, std::int64_t n) {
    const double i = sigmoid.nearest(rows[0][j]);
    const double f = sigmoid.nearest(rows[1][j]);
    const double g = tangent.nearest(rows[2][j]);
    const double o = sigmoid.nearest(rows[3][j]);
    // 1 - tanh(c)^2 = 4 e / (1 + e)^2 without cancellation.
    const double e = std::exp(-2.0 * std::abs(c_next[j]));
    x[j] = g * (i * (1.0 - i));
    x[n + j] = rows[4][j] * (f * (1.0 - f));
    x[2 * n + j] = i * ((1.0 - g) * (1.0 + g));
    x[3 * n + j] = f;
    x[4 * n + j] = std::tanh(c_next[j]) * (o * (1.0 - o));
    x[5 * n + j] = o * (4.0 * e / ((1.0 + e) * (1.0 + e)));
}

double larger(double a, double b) { return b > a ? b : a; }

}  // namespace

gate_source::gate_source(gated_cell cell, std::vector<row_source> rows) : cell_(cell), rows_(std::move(rows)) {
    const column* columns = columns_of(cell);
    for (std::size_t s = 0; s < recorded; ++s) {
        const std::int64_t count = steps() + (cell == gated_cell::lstm && s + 1 == recorded ? 1 : 0);
        if (rows_[s].count() != count || rows_[s].width() != width())
            throw std::invalid_argument(std::string(columns[s].name) + ": got " + std::to_string(rows_[s].count()) +
                                        " rows of length " + std::to_string(rows_[s].width()) + ", expected " +
                                        std::to_string(count) + " of length " + std::to_string(width()) + ", as " +
                                        columns[0].name + " has " + std::to_string(steps()) + " rows");
    }
}

gate_source gate_source::of_gru(row_source h, row_source r, row_source z, row_source n, row_source q) {
    return {gated_cell::gru, {std::move(h), std::move(r), std::move(z), std::move(n), std::move(q)}};
}

gate_source gate_source::of_lstm(row_source i, row_source f, row_source g, row_source o, row_source c) {
    return {gated_cell::lstm, {std::move(i), std::move(f), std::move(g), std::move(o), std::move(c)}};
}

gate_reader::gate_reader(const gate_source& source, int exponent, int threads, std::int64_t block_bytes)
    : source_(&source),
      exponent_(exponent),
      threads_(threads),
      coefficients_(static_cast<std::size_t>(coefficient_rows(source.cell()) * source.width())) {
    for (const row_source& rows : source.rows())
        readers_.emplace_back(rows, rows.count() - source.steps(), block_bytes, threads);
}

gated_step gate_reader::step(std::int64_t k) {
    const std::int64_t n = source_->width();
    const bool gru = source_->cell() == gated_cell::gru;
    const column* columns = columns_of(source_->cell());
    const double* rows[recorded + 1];
    for (std::size_t s = 0; s < recorded; ++s) {
        const row_block block = readers_[s].row(k);
        rows[s] = block.first;
        rows[recorded] = block.first + block.stride;  // c after the step
    }
    constexpr std::int64_t range_units = 4096;
    struct extent {
        double product = 0.0, carried = 0.0;
        bool valid = true;
    };
    std::vector<extent> extents(static_cast<std::size_t>((n + range_units - 1) / range_units));
    double* const x = coefficients_.data();
    parallel_for(n < (1 << 14) ? 1 : threads_, static_cast<std::int64_t>(extents.size()), [&](std::int64_t chunk) {
        extent found;
        for (std::int64_t i = chunk * range_units; i < std::min(n, (chunk + 1) * range_units); ++i) {
            for (std::size_t s = 0; s < recorded; ++s) found.valid &= columns[s].allowed.holds(rows[s][i]);
            if (!gru) found.valid &= state.holds(rows[recorded][i]);
            gru ? gru_coefficients(rows, i, x, n) : lstm_coefficients(rows, rows[recorded], i, x, n);
            for (std::int64_t m = 0; m < 3; ++m) found.product = larger(found.product, std::abs(x[m * n + i]));
            if (!gru) found.product = larger(found.product, std::abs(x[4 * n + i]));
            found.carried = larger(found.carried, x[3 * n + i]);
        }
        extents[static_cast<std::size_t>(chunk)] = found;
    });
    extent all;
    for (const extent& found : extents) {
        all.product = larger(all.product, found.product);
        all.carried = larger(all.carried, found.carried);
        all.valid &= found.valid;
    }
    if (!all.valid) reject(k, rows);
    const std::int64_t shift = bring_into_range(all.product, all.carried);
    return {{x, x + n, x + 2 * n}, x + 3 * n, gru ? nullptr : x + 4 * n, gru ? nullptr : x + 5 * n, shift};
}

std::int64_t gate_reader::bring_into_range(double largest_product, double largest_carried) {
    constexpr int harmless = 200;
    // Far below every exponent of a double times a weight's.
    constexpr int absent = -8192;
    const int product = largest_product == 0.0 ? absent : binary_exponent(largest_product) + exponent_;
    const int carried = largest_carried == 0.0 ? absent : binary_exponent(largest_carried);
    const int common = std::max(product, carried);
    if (common == absent || (exponent_ == 0 && std::abs(common) <= harmless)) return 0;
    const auto n = static_cast<std::size_t>(source_->width());
    // q multiplies what these have brought into range already.
    for (std::size_t row = 0; row < std::min<std::size_t>(5, coefficients_.size() / n); ++row)
        for (std::size_t i = row * n; i < (row + 1) * n; ++i)
            coefficients_[i] = std::ldexp(coefficients_[i], (row == 3 ? 0 : exponent_) - common);
    return common;
}

void gate_reader::reject(std::int64_t k, const double* const rows[]) const {
    const std::int64_t n = source_->width();
    const column* columns = columns_of(source_->cell());
    const std::size_t given = source_->cell() == gated_cell::gru ? recorded : recorded + 1;
    for (std::size_t s = 0; s < given; ++s) {
        const column& what = columns[std::min(s, recorded - 1)];
        for (std::int64_t i = 0; i < n; ++i)
            if (!what.allowed.holds(rows[s][i]))
                throw std::invalid_argument(std::string(what.name) + ": got " + std::to_string(rows[s][i]) +
                                            " at row " + std::to_string(k + (s == recorded ? 1 : 0)) + ", column " +
                                            std::to_string(i) + ", expected " + what.allowed.text);
    }
    throw std::logic_error("a step without a defect was rejected");
}

}  // namespace rhochain
