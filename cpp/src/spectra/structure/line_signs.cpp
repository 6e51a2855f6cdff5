#include "spectra/structure/line_signs.hpp"

#include <cstddef>
#include <utility>

namespace rhochain {

line_signs signs_of_lines(const stored_entries& W) {
    line_signs signs;
    W.visit([&](const auto& view) {
        signs.rows.resize(static_cast<std::size_t>(view.rows()));
        signs.columns.resize(static_cast<std::size_t>(view.cols()));
        for (std::int64_t i = 0; i < view.rows(); ++i)
            for (std::int64_t p = view.row_begin(i); p < view.row_end(i); ++p) {
                if (view.value(p) == 0) continue;
                for (sign_counts* line : {&signs.rows[static_cast<std::size_t>(i)],
                                          &signs.columns[static_cast<std::size_t>(view.column(p))]})
                    ++(view.value(p) < 0 ? line->negative : line->positive);
            }
    });
    if (W.transposed) std::swap(signs.rows, signs.columns);
    return signs;
}

}  // namespace rhochain
