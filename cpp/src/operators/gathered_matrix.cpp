#include <rhochain/operators/gathered_matrix.hpp>

#include <rhochain/operators/sparse_operator.hpp>
#include <rhochain/storage/buffer.hpp>
#include <rhochain/storage/sparse_copy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

constexpr std::int64_t strip_entries = std::int64_t{1} << 18;

// A csr whose long arrays are in huge pages: new small pages cost more than the messages that fill them.
template <class Scalar, class Kept>
struct whole_rows {
    std::vector<Kept> indptr;
    buffer<Kept> indices;
    buffer<Scalar> values;
};

// Consecutive entries as bytes in a message of numbers: their columns, then their values.
template <class Scalar, class Kept>
class strip {
public:
    void resize(std::int64_t count) {
        count_ = static_cast<std::size_t>(count);
        words_.resize((count_ * (sizeof(Kept) + sizeof(Scalar)) + sizeof(double) - 1) / sizeof(double));
    }
    [[nodiscard]] std::span<double> words() { return words_; }

    // From the entry `begin` of the rows on.
    template <class Index>
    void fill(const csr_view<Scalar, Index>& rows, std::int64_t begin) {
        std::byte* to = columns();
        for (std::size_t p = 0; p < count_; ++p, to += sizeof(Kept)) {
            const auto column = static_cast<Kept>(rows.column(begin + static_cast<std::int64_t>(p)));
            std::memcpy(to, &column, sizeof(Kept));
        }
        std::memcpy(to, rows.values.data() + begin, count_ * sizeof(Scalar));
    }
    // Into the entries from `begin` on.
    void copy_to(whole_rows<Scalar, Kept>& W, std::int64_t begin) {
        std::memcpy(W.indices.data() + begin, columns(), count_ * sizeof(Kept));
        std::memcpy(W.values.data() + begin, columns() + count_ * sizeof(Kept), count_ * sizeof(Scalar));
    }

private:
    [[nodiscard]] std::byte* columns() { return reinterpret_cast<std::byte*>(words_.data()); }

    std::size_t count_ = 0;
    std::vector<double> words_;
};

template <class Kept, storage_scalar Scalar, index_integer Index>
std::optional<linear_map> gather_as(const csr_view<Scalar, Index>& rows, const space& S, std::int64_t nnz,
                                    std::size_t memory) {
    const bool here = S.rank() == 0;
    const auto W = std::make_shared<whole_rows<Scalar, Kept>>();
    std::vector<double> lengths(static_cast<std::size_t>(rows.rows()));
    for (std::int64_t i = 0; i < rows.rows(); ++i)
        lengths[static_cast<std::size_t>(i)] = static_cast<double>(rows.row_end(i) - rows.row_begin(i));
    const std::vector<double> all = S.assembled(lengths);
    if (here) {
        W->indptr.reserve(all.size() + 1);
        W->indptr.push_back(0);
        for (const double length : all) W->indptr.push_back(W->indptr.back() + static_cast<Kept>(length));
        W->indices.resize(static_cast<std::size_t>(nnz));
        W->values.resize(static_cast<std::size_t>(nnz));
        std::transform(rows.indices.begin(), rows.indices.end(), W->indices.begin(),
                       [](Index column) { return static_cast<Kept>(column); });
        std::copy(rows.values.begin(), rows.values.end(), W->values.begin());
    }
    std::int64_t filled = rows.nnz();
    strip<Scalar, Kept> sent, came;
    for (int r = 1; r < S.ranks(); ++r) {
        const bool mine = S.rank() == r;
        const std::int64_t count = S.count(mine ? rows.nnz() : 0);
        for (std::int64_t begin = 0; begin < count; begin += strip_entries) {
            const std::int64_t entries = std::min(strip_entries, count - begin);
            came.resize(entries);
            if (mine) {
                sent.resize(entries);
                sent.fill(rows, begin);
            }
            S.broadcast(sent.words(), came.words(), r);
            if (here) came.copy_to(*W, filled);
            filled += entries;
        }
    }
    if (!here) return std::nullopt;
    const csr_view<Scalar, Kept> view{S.size(), rows.cols(), W->indptr, W->indices, W->values};
    return sparse_operator<Scalar, Kept>(view, W, S.threads()).prepared(memory);
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
