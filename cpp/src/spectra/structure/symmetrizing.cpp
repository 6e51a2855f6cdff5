#include "spectra/structure/symmetrizing.hpp"

#include <rhochain/operators/sparse_operator.hpp>
#include "spectra/structure/circulant.hpp"
#include "spectra/structure/opposite_entries.hpp"
#include "spectra/structure/potential_forest.hpp"
#include "storage/position.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rhochain {
namespace {

// More than the two logarithms, below 745, their difference and that of d round together, and the square roots of S.
constexpr double rounding = 0x1p-41;

double log_modulus(double w) { return std::log(std::abs(w)); }

// The signs and moduli of the pairs of a component so far.
struct pairs_seen {
    bool positive = true;  // w_ij w_ji > 0
    bool negative = true;  // w_ij w_ji < 0
    bool as_stored = true;
    std::int64_t diagonal = 0;  // its entries
    double first = 0.0;
    bool constant = true;

    void add(double w, double opposite) {
        const bool same = (w > 0) == (opposite > 0);
        positive &= same;
        negative &= !same;
        as_stored &= std::abs(w) == std::abs(opposite);
    }
    void add_diagonal(double w) {
        if (++diagonal == 1) first = w;
        constant &= w == first;
    }
    [[nodiscard]] symmetry kind(std::int64_t size) const {
        if (positive) return symmetry::symmetric;
        const bool skew = negative && (diagonal == 0 || (diagonal == size && constant));
        return skew ? symmetry::skew : symmetry::moduli;
    }
};

void centre(const component_partition& P, std::int64_t c, std::vector<double>& d) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const std::int64_t i : P.members(c)) {
        low = std::min(low, d[at(i)]);
        high = std::max(high, d[at(i)]);
    }
    for (const std::int64_t i : P.members(c)) d[at(i)] -= 0.5 * (low + high);
}

// Finds d for the components that are open. Those whose pairs disagree are open no more; `error` of the others.
template <class Matrix>
std::vector<double> potentials(const Matrix& W, const component_partition& P, std::vector<char>& open,
                               std::vector<component_symmetry>& of) {
    potential_forest<real_group, std::int64_t> forest(P.labels.size());
    const auto wanted = [&](std::int64_t p, std::int64_t q) {
        return 0.5 * (log_modulus(W.value(q)) - log_modulus(W.value(p)));
    };
    over_opposite_entries(W, P, open, [&](std::int64_t i, std::int64_t j, std::int64_t p, std::int64_t q) {
        return i == j || std::abs(forest.join(at(i), at(j), wanted(p, q))) <= symmetry_tolerance;
    });
    std::vector<double> d(P.labels.size(), 0.0);
    for (const std::int64_t c : P.cyclic) {
        if (!open[at(c)]) continue;
        for (const std::int64_t i : P.members(c)) d[at(i)] = forest.potential(at(i));
        centre(P, c, d);
        of[at(c)].error = rounding;
    }
    over_opposite_entries(W, P, open, [&](std::int64_t i, std::int64_t j, std::int64_t p, std::int64_t q) {
        double& error = of[at(P.labels[at(i)])].error;
        error = std::max(error, std::abs((d[at(i)] - d[at(j)]) - wanted(p, q)) + rounding);
        return true;
    });
    return d;
}

template <class Matrix>
symmetrizing symmetrize_view(const Matrix& W, const component_partition& P) {
    symmetrizing found{std::vector<component_symmetry>(at(P.count)), {}};
    std::vector<char> open(at(P.count), false);
    for (const std::int64_t c : P.cyclic) open[at(c)] = P.members(c).size() > 1;
    std::vector<pairs_seen> seen(at(P.count));
    over_opposite_entries(W, P, open, [&](std::int64_t i, std::int64_t j, std::int64_t p, std::int64_t q) {
        pairs_seen& pairs = seen[at(P.labels[at(i)])];
        i == j ? pairs.add_diagonal(W.value(p)) : pairs.add(W.value(p), W.value(q));
        return true;
    });
    std::vector<char> scaled = open;
    bool any = false;
    for (std::size_t c = 0; c < open.size(); ++c) {
        if (!open[c]) continue;
        const auto size = static_cast<std::int64_t>(P.members(static_cast<std::int64_t>(c)).size());
        found.of[c] = {seen[c].kind(size), seen[c].as_stored, 0.0};
        scaled[c] = !seen[c].as_stored;
        any |= scaled[c];
    }
    if (!any) return found;
    const std::vector<char> tried = scaled;
    found.d = potentials(W, P, scaled, found.of);
    for (std::size_t c = 0; c < open.size(); ++c)
        if (tried[c] && !scaled[c]) found.of[c] = {};
    return found;
}

// Declarations without definitions.
template <storage_scalar Scalar, index_integer Index>
Index index_of(const csr_view<Scalar, Index>&);
template <storage_scalar Scalar>
std::int64_t index_of(const dense_view<Scalar>&);

template <class Matrix>
auto symmetrized_copy(const Matrix& W) {
    using index = decltype(index_of(W));
    csr<double, index> S{W.rows(), W.cols(), {0}, {}, {}};
    S.indices.reserve(at(W.nnz()));
    S.values.assign(at(W.nnz()), 0.0);
    S.indptr.reserve(at(W.rows()) + 1);
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p)
            S.indices.push_back(static_cast<index>(W.column(p)));
        S.indptr.push_back(static_cast<index>(W.row_end(i)));
    }
    const component_partition whole{1, std::vector<std::int64_t>(at(W.rows()), 0), {}, {}, {}, -1};
    std::vector<char> open{true};
    over_opposite_entries(W, whole, open, [&](std::int64_t i, std::int64_t j, std::int64_t p, std::int64_t q) {
        const double w = static_cast<double>(W.value(p));
        const double opposite = static_cast<double>(W.value(q));
        const double s = i == j ? std::abs(w) : std::sqrt(std::abs(w)) * std::sqrt(std::abs(opposite));
        S.values[at(p)] = std::copysign(s, w);
        S.values[at(q)] = std::copysign(s, opposite);
        return true;
    });
    return S;
}

}  // namespace

symmetrizing symmetrize(const stored_entries& W, const component_partition& P) {
    symmetrizing found = W.visit([&](const auto& view) { return symmetrize_view(view, P); });
    if (W.transposed)
        for (double& x : found.d) x = -x;
    if (P.count == 1 && !implies_normal(found.of.front().kind) && is_circulant(W))
        found.of.front() = {symmetry::circulant, true, 0.0};
    return found;
}

linear_map symmetrized(const linear_map& A, std::size_t memory) {
    return A.entries()->visit([&](const auto& view) -> linear_map {
        return sparse_operator(symmetrized_copy(view), A.threads()).prepared(memory);
    });
}

}  // namespace rhochain
