#include <rhochain/operators/gathered_matrix.hpp>

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/storage/sparse_copy.hpp>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t strip = std::int64_t{1} << 20;  // entries

template <class Kept, storage_scalar Scalar, index_integer Index>
std::optional<linear_map> gather_as(const csr_view<Scalar, Index>& rows, const space& S, std::int64_t nnz,
                                    std::size_t memory) {
    const bool here = S.rank() == 0;
    csr<Scalar, Kept> W{S.size(), rows.cols(), {}, {}, {}};
    std::vector<double> lengths(static_cast<std::size_t>(rows.rows()));
    for (std::int64_t i = 0; i < rows.rows(); ++i)
        lengths[static_cast<std::size_t>(i)] = static_cast<double>(rows.row_end(i) - rows.row_begin(i));
    const std::vector<double> all = S.assembled(lengths);
    if (here) {
        W.indptr.reserve(all.size() + 1);
        W.indptr.push_back(0);
        for (const double length : all) W.indptr.push_back(W.indptr.back() + static_cast<Kept>(length));
        W.indices.reserve(static_cast<std::size_t>(nnz));
        W.values.reserve(static_cast<std::size_t>(nnz));
    }
    std::vector<double> sent;
    for (int r = 0; r < S.ranks(); ++r) {
        const bool mine = S.rank() == r;
        const std::int64_t count = S.count(mine ? rows.nnz() : 0);
        for (std::int64_t begin = 0; begin < count; begin += strip) {
            const std::int64_t end = std::min(count, begin + strip);
            sent.resize(static_cast<std::size_t>(2 * (end - begin)));
            if (mine)
                for (std::int64_t p = begin; p < end; ++p) {
                    sent[static_cast<std::size_t>(2 * (p - begin))] = static_cast<double>(rows.column(p));
                    sent[static_cast<std::size_t>(2 * (p - begin) + 1)] = static_cast<double>(rows.value(p));
                }
            S.broadcast(sent, r);
            if (!here) continue;
            for (std::size_t p = 0; p < sent.size(); p += 2) {
                W.indices.push_back(static_cast<Kept>(sent[p]));
                W.values.push_back(static_cast<Scalar>(sent[p + 1]));
            }
        }
    }
    if (!here) return std::nullopt;
    return sparse_operator(std::move(W), S.threads()).prepared(memory);
}

}  // namespace

std::size_t gathered_bytes(std::int64_t rows, std::int64_t nnz, std::size_t scalar_bytes) {
    const std::size_t index = fits_int32(rows, rows, nnz) ? sizeof(std::int32_t) : sizeof(std::int64_t);
    return static_cast<std::size_t>(nnz) * (index + scalar_bytes) + static_cast<std::size_t>(rows) * index;
}

std::optional<linear_map> gathered_matrix(const stored_entries& rows, const space& S, std::int64_t nnz,
                                          std::size_t memory) {
    return rows.visit([&](const auto& view) -> std::optional<linear_map> {
        if constexpr (requires { view.indptr; })
            return fits_int32(S.size(), view.cols(), nnz) ? gather_as<std::int32_t>(view, S, nnz, memory)
                                                          : gather_as<std::int64_t>(view, S, nnz, memory);
        else
            throw std::logic_error("dense rows of a rank");
    });
}

}  // namespace rhochain
