#include "spectra/structure/circulant.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

// Row i as the pairs (j - i mod n, w_ij) of its nonzero entries, sorted.
template <class Matrix>
void read_row(const Matrix& W, std::int64_t i, std::vector<std::pair<std::int64_t, double>>& row) {
    row.clear();
    for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
        const std::int64_t offset = W.column(p) - i;
        if (W.value(p) != 0) row.emplace_back(offset < 0 ? offset + W.cols() : offset, W.value(p));
    }
    std::sort(row.begin(), row.end());
}

template <class Matrix>
bool rows_agree(const Matrix& W) {
    std::vector<std::pair<std::int64_t, double>> first, row;
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        read_row(W, i, i == 0 ? first : row);
        if (i > 0 && row != first) return false;
    }
    return true;
}

}  // namespace

bool is_circulant(const stored_entries& W) {
    return W.visit([](const auto& view) { return view.rows() == view.cols() && rows_agree(view); });
}

}  // namespace rhochain
