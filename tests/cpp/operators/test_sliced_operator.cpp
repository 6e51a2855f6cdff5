// Products of a matrix whose rows are shared out to ranks pass on the panels of one process, each with its numbers.
#include "matrices.hpp"
#include "part_of_rank.hpp"
#include "thread_ranks.hpp"

#include <rhochain/kernels/products/spmm.hpp>
#include <rhochain/kernels/space/panel_task.hpp>
#include <rhochain/kernels/vectors/entries.hpp>
#include <rhochain/operators/sliced_operator.hpp>
#include <rhochain/storage/csr.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

using namespace rhochain;
using namespace thread_ranks;

namespace {

using matrix = square_matrix;

// W X or W^T X, put together from what the panel task of each rank has been given.
std::vector<double> passed_on(const matrix& W, const matrix& T, const slices& s, const std::vector<double>& x,
                              std::int64_t columns, bool adjoint, std::size_t layouts) {
    const space S = s.of(W.n_rows);
    const matrix rows = rows_of(W, S), of_transpose = rows_of(T, S);
    const sliced_operator<double, std::int32_t> A(rows.view(), of_transpose.view(), S, S, {layouts, 0});
    const std::vector<double> own = slice_of(x, S, columns);
    std::vector<double> y(own.size()), panels(own.size());
    const auto keep = [&](std::int64_t first, std::int64_t last, panel_in given) {
        if (first % S.panel_rows() != 0 || last != std::min(S.length(), first + S.panel_rows()))
            throw std::logic_error("another panel");
        std::copy_n(entries_of(given), (last - first) * columns, panels.begin() + first * columns);
    };
    const const_block X(own.data(), S.length(), columns);
    const mutable_block Y(y.data(), S.length(), columns);
    for (int again = 0; again < 2; ++again)
        adjoint ? A.apply_adjoint(entry_map::absolute, X, Y, keep) : A.apply(entry_map::absolute, X, Y, keep);
    return whole_block({panels.data(), S.length(), columns}, s, S.size());
}

}  // namespace

TEST_CASE("products on ranks pass on the panels of one process, where a part has panels as high and where it has not") {
    constexpr std::size_t no_layouts = 0, layouts = std::size_t{1} << 24;
    constexpr std::int64_t rest = partition::rest;
    const auto compare = [&](const matrix& W, const std::vector<partition>& partitions, std::int64_t columns) {
        const matrix T = transpose(W.view());
        const auto x = matrices::random_vector(W.n_rows * columns, 5);
        const const_block X(x.data(), W.n_rows, columns);
        for (const bool adjoint : {false, true}) {
            std::vector<double> y(x.size());
            spmm((adjoint ? T : W).view(), entry_map::absolute, 1.0, X, {y.data(), W.n_rows, columns}, 1);
            for (const partition& shared_out : partitions)
                for (const std::size_t memory : {no_layouts, layouts})
                    for (const auto& found : results_of_ranks(shared_out, [&](const slices& s) {
                             return passed_on(W, T, s, x, columns, adjoint, memory);
                         }))
                        CHECK(found == y);
        }
    };
    for (const std::int64_t columns : {1, 3}) {
        compare(matrices::iid<double>(300, 6, 2), aligned_partitions(), columns);
        compare(matrices::bands(300, matrices::grcar, true), aligned_partitions(), columns);
        // Panels of 512 rows, and of 256 in the first part alone.
        compare(matrices::iid<double>(20'000, 4, 3), {{{1, rest}, least_piece, least_piece}}, columns);
    }
}
