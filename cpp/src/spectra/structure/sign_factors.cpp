#include "spectra/structure/sign_factors.hpp"

#include "spectra/structure/potential_forest.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace rhochain {
namespace {

template <class Matrix>
bool signs_agree_in_rows(const Matrix& W) {
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        double least = 0.0, largest = 0.0;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const double value = W.value(p);
            least = std::min(least, value);
            largest = std::max(largest, value);
        }
        if (least < 0.0 && largest > 0.0) return false;
    }
    return true;
}

template <class Matrix>
bool signs_agree_in_columns(const Matrix& W) {
    constexpr unsigned positive = 1, negative = 2, both = 3;
    std::vector<unsigned char> signs(static_cast<std::size_t>(W.cols()), 0);
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        bool mixed = false;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const auto value = W.value(p);
            unsigned char& sign = signs[static_cast<std::size_t>(W.column(p))];
            sign = static_cast<unsigned char>(sign | (value > 0 ? positive : 0U) | (value < 0 ? negative : 0U));
            mixed |= sign == both;
        }
        if (mixed) return false;
    }
    return true;
}

// Far cheaper than a colouring, and the rule in networks of excitatory and inhibitory neurons.
template <class Matrix>
bool some_lines_have_one_sign(const Matrix& W) {
    return signs_agree_in_columns(W) || signs_agree_in_rows(W);
}

// Rows and columns with the colours that the entries so far imply.
template <class Vertex>
class colouring {
public:
    colouring(std::int64_t rows, std::int64_t cols)
        : rows_(static_cast<std::size_t>(rows)), forest_(rows_ + static_cast<std::size_t>(cols)) {}

    // Whether the entry agrees with those before it.
    bool add(std::int64_t i, std::int64_t j, bool negative) {
        const auto sign = static_cast<sign_group::value>(negative);
        return forest_.join(static_cast<std::size_t>(i), rows_ + static_cast<std::size_t>(j), sign) == 0;
    }

private:
    std::size_t rows_;
    potential_forest<sign_group, Vertex> forest_;
};

// Calls body(colouring) with the smaller integers that suffice.
template <class Matrix, class Body>
auto with_colouring(const Matrix& W, const Body& body) {
    if (W.rows() + W.cols() <= std::numeric_limits<std::int32_t>::max())
        return body(colouring<std::int32_t>(W.rows(), W.cols()));
    return body(colouring<std::int64_t>(W.rows(), W.cols()));
}

template <class Matrix>
bool all_agree(const Matrix& W) {
    if (some_lines_have_one_sign(W)) return true;
    return with_colouring(W, [&](auto colours) {
        for (std::int64_t i = 0; i < W.rows(); ++i)
            for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p)
                if (W.value(p) != 0 && !colours.add(i, W.column(p), W.value(p) < 0)) return false;
        return true;
    });
}

// The components share no row and no column, so that one colouring serves all.
template <class Matrix>
std::vector<bool> agreeing_components(const Matrix& W, const component_partition& P) {
    if (some_lines_have_one_sign(W)) return std::vector<bool>(static_cast<std::size_t>(P.count), true);
    return with_colouring(W, [&](auto colours) {
        std::vector<bool> agrees(static_cast<std::size_t>(P.count), true);
        std::size_t open = P.cyclic.size();
        for (std::int64_t i = 0; i < W.rows() && open > 0; ++i) {
            const std::int64_t label = P.labels[static_cast<std::size_t>(i)];
            const auto c = static_cast<std::size_t>(label);
            for (std::int64_t p = W.row_begin(i); p < W.row_end(i) && agrees[c]; ++p) {
                if (W.value(p) == 0 || P.labels[static_cast<std::size_t>(W.column(p))] != label) continue;
                if (colours.add(i, W.column(p), W.value(p) < 0)) continue;
                agrees[c] = false;
                --open;
            }
        }
        return agrees;
    });
}

}  // namespace

bool signs_factorize(const stored_entries& W) {
    return W.visit([](const auto& view) { return all_agree(view); });
}

bool rows_have_one_sign(const stored_entries& W) {
    return W.visit([](const auto& view) { return signs_agree_in_rows(view); });
}

std::vector<bool> signs_factorize(const stored_entries& W, const component_partition& P) {
    return W.visit([&](const auto& view) { return agreeing_components(view, P); });
}

}  // namespace rhochain
