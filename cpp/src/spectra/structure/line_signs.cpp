#include "spectra/structure/line_signs.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace rhochain {
namespace {

constexpr unsigned char has_positive = 1, has_negative = 2;

std::vector<signed char> signs_from(const std::vector<unsigned char>& seen) {
    std::vector<signed char> signs;
    signs.reserve(seen.size());
    for (const unsigned char s : seen)
        signs.push_back(s == (has_positive | has_negative) ? 0 : s == has_negative ? -1 : 1);
    return signs;
}

}  // namespace

line_signs signs_of_lines(const stored_entries& W) {
    line_signs signs;
    W.visit([&](const auto& view) {
        std::vector<unsigned char> rows(static_cast<std::size_t>(view.rows()), 0);
        std::vector<unsigned char> columns(static_cast<std::size_t>(view.cols()), 0);
        for (std::int64_t i = 0; i < view.rows(); ++i)
            for (std::int64_t p = view.row_begin(i); p < view.row_end(i); ++p) {
                if (view.value(p) == 0) continue;
                const unsigned char sign = view.value(p) > 0 ? has_positive : has_negative;
                rows[static_cast<std::size_t>(i)] |= sign;
                columns[static_cast<std::size_t>(view.column(p))] |= sign;
            }
        signs = {signs_from(columns), signs_from(rows)};
    });
    if (W.transposed) std::swap(signs.rows, signs.columns);
    return signs;
}

}  // namespace rhochain
