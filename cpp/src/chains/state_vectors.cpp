#include "chains/state_vectors.hpp"

#include <cstddef>

namespace rhochain {
namespace {

// Entry i of vector c lies at c * of_vector + i * of_entry.
struct strides {
    std::int64_t of_vector, of_entry;

    strides(std::int64_t vectors, std::int64_t length, state_vectors layout)
        : of_vector(layout == state_vectors::rows ? length : 1),
          of_entry(layout == state_vectors::rows ? 1 : vectors) {}
};

void gather_from(const double* x, std::int64_t stride, std::span<double> out) {
    for (double& y : out) y = *x, x += stride;
}

void scatter_to(double* x, std::int64_t stride, std::span<const double> in) {
    for (const double y : in) *x = y, x += stride;
}

}  // namespace

std::int64_t vector_count(const_block X, state_vectors layout) {
    return layout == state_vectors::rows ? X.rows : X.columns;
}

const_block vectors_in(std::span<const double> entries, std::int64_t vectors, std::int64_t length,
                       state_vectors layout) {
    if (layout == state_vectors::rows) return {entries.data(), vectors, length};
    return {entries.data(), length, vectors};
}

std::vector<double> whole_vectors(const_block own, state_vectors layout, const space& S) {
    const std::int64_t vectors = vector_count(own, layout);
    const strides mine(vectors, S.length(), layout), all(vectors, S.size(), layout);
    std::vector<double> slice(static_cast<std::size_t>(S.length()));
    std::vector<double> whole(S.rank() == 0 ? static_cast<std::size_t>(vectors * S.size()) : 0);
    for (std::int64_t c = 0; c < vectors; ++c) {
        gather_from(own.data + c * mine.of_vector, mine.of_entry, slice);
        const std::vector<double> x = S.assembled(slice);
        if (S.rank() == 0) scatter_to(whole.data() + c * all.of_vector, all.of_entry, x);
    }
    return whole;
}

std::vector<double> own_vectors(const_block whole, std::int64_t vectors, state_vectors layout, const space& S) {
    const strides mine(vectors, S.length(), layout), all(vectors, S.size(), layout);
    std::vector<double> own(static_cast<std::size_t>(vectors * S.length()));
    std::vector<double> x(static_cast<std::size_t>(S.size()));
    for (std::int64_t c = 0; c < vectors; ++c) {
        if (S.rank() == 0) gather_from(whole.data + c * all.of_vector, all.of_entry, x);
        S.broadcast(x, 0);
        const std::span<const double> slice(x.data() + S.first(), static_cast<std::size_t>(S.length()));
        scatter_to(own.data() + c * mine.of_vector, mine.of_entry, slice);
    }
    return own;
}

}  // namespace rhochain
