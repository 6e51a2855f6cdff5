#include <rhochain/operators/low_rank_update.hpp>

#include <rhochain/kernels/vectors/vector_block.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>
#include <rhochain/storage/scaled.hpp>
#include "kernels/solvers/low_rank_products.hpp"
#include "kernels/vectors/block_columns.hpp"
#include "kernels/vectors/block_ops.hpp"
#include "kernels/vectors/column_norms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

constexpr double least_magnitude = 0x1p-150;
// A majorant may be larger than it need be. Powers of two below these would lose entries.
constexpr int least_update = -200;
constexpr int least_matrix = -400;
// Beyond it numbers of the update may leave the range.
constexpr int most_exponent = 1000;

void require_shape(block_in F, const space& S, const char* name) {
    if (S.any(F.rows() != S.length()))
        throw std::invalid_argument(std::string(name) + ": got " + std::to_string(F.rows()) + " numbers a column, " +
                                    "expected " + std::to_string(S.length()));
}

// The exponent of || |W| ||_inf; nothing for W = 0.
std::optional<int> magnitude_exponent(const linear_map& W) {
    const linear_map A = W.normalised().for_one_product();
    vector_block ones(A.domain()), sums(A.range());
    fill(1.0, ones, A.domain());
    A.apply(entry_map::absolute, ones, sums);
    const double largest = max_abs(sums, A.range());
    if (largest == 0.0) return std::nullopt;
    return binary_exponent(largest) + A.exponent();
}

// The powers of two for the columns of U and V^T, and the exponent of the largest |U_il V_lj|; nothing for U V = 0.
struct balance {
    std::vector<int> of_U, of_V;
    std::optional<int> exponent;

    balance(block_in U, block_in V_transposed, const space& range, const space& domain) {
        constexpr int to_zero = -4000;
        for (std::int64_t l = 0; l < U.columns(); ++l) {
            const double u = largest_in_column(U, l, range), v = largest_in_column(V_transposed, l, domain);
            of_U.push_back(u == 0.0 || v == 0.0 ? to_zero : -binary_exponent(u));
            if (u == 0.0 || v == 0.0) continue;
            const int both = binary_exponent(u) + binary_exponent(v);
            exponent = exponent ? std::max(*exponent, both) : both;
        }
        for (const int e : of_U) of_V.push_back(e == to_zero ? to_zero : -e - exponent.value_or(0));
    }
};

}  // namespace

struct low_rank_update::factors {
    // U or V^T, its columns times powers of two.
    struct factor {
        vector_block entries;     // n x k
        vector_block magnitudes;  // |F|, raised
        vector_block squares;     // the row sums of |F|^2, raised

        factor(block_in F, std::span<const int> exponents, const space& S)
            : entries(S, F.columns()), magnitudes(S, F.columns()), squares(S) {
            copy_block(F, entries, S);
            rescale_columns(exponents, entries, S);
            raised_columns(F, exponents, least_magnitude, magnitudes, S);
            row_squares(magnitudes, squares, S);
        }
    };

    factor U;
    factor V;
    std::optional<int> of_update;  // 2^of_update U' V' = U V, max_i |U'_il| and max |V'_lj| in [1/2, 1) or 0
    std::optional<int> of_W;       // of || |W| ||_inf
};

low_rank_update::low_rank_update(linear_map W, block_in U, block_in V_transposed) : W_(std::move(W)) {
    require_square(W_, "an update of low rank");
    if (!W_.bounded())
        throw std::invalid_argument(
            "W: got an operator known by its products alone, expected a stored matrix, whose absolute values bound "
            "those of W + U V");
    require_shape(U, W_.range(), "U");
    require_shape(V_transposed, W_.domain(), "V");
    if (U.columns() != V_transposed.columns())
        throw std::invalid_argument("V: got " + std::to_string(V_transposed.columns()) + " rows, expected " +
                                    std::to_string(U.columns()) + ", one for each column of U");
    const balance powers(U, V_transposed, W_.range(), W_.domain());
    if (powers.exponent.value_or(0) > most_exponent)
        throw std::invalid_argument("U, V: got factors whose product may exceed 2^" + std::to_string(most_exponent) +
                                    ", expected an update well within the range of float64");
    factors_ = std::make_shared<const factors>(factors{{U, powers.of_U, W_.range()},
                                                       {V_transposed, powers.of_V, W_.domain()},
                                                       powers.exponent,
                                                       magnitude_exponent(W_)});
    factor_exponent_ = powers.exponent.value_or(0);
}

std::int64_t low_rank_update::rank() const { return factors_->U.entries.columns(); }

std::size_t low_rank_update::factor_bytes() const {
    const auto numbers = static_cast<std::size_t>(range().length() + domain().length());
    return sizeof(double) * numbers * static_cast<std::size_t>(2 * rank() + 1);
}

bool low_rank_update::lossless() const { return W_.lossless() && w_exponent_ >= least_matrix; }

void low_rank_update::apply(entry_map f, block_in X, block_out Y) const {
    W_.apply(f, X, Y);
    add_update(f, false, X, Y);
}

void low_rank_update::apply_adjoint(entry_map f, block_in X, block_out Y) const {
    W_.apply_adjoint(f, X, Y);
    add_update(f, true, X, Y);
}

void low_rank_update::add_update(entry_map f, bool adjoint, block_in X, block_out Y) const {
    const factors::factor& left = adjoint ? factors_->V : factors_->U;
    const factors::factor& right = adjoint ? factors_->U : factors_->V;
    const space from = adjoint ? range() : domain(), to = adjoint ? domain() : range();
    const int update = std::max(factor_exponent_, least_update), matrix = std::max(w_exponent_, least_matrix);
    const auto add = [&](block_in F, block_in G, int of_update, int of_W) {
        std::vector<double> Z = inner_products(G, X, from);
        for (double& z : Z) z = std::ldexp(z, of_update);
        add_combinations(F, Z, std::ldexp(1.0, of_W), Y, to);
    };
    switch (f) {
        case entry_map::identity:
            return add(left.entries, right.entries, factor_exponent_, w_exponent_);
        case entry_map::absolute:
            return add(left.magnitudes, right.magnitudes, update, matrix);
        case entry_map::squared:
            return add(left.squares, right.squares, 2 * update + 1, 2 * matrix + 1);
    }
}

low_rank_update low_rank_update::normalised() const {
    constexpr int harmless = 50;
    constexpr int none = std::numeric_limits<int>::min();
    low_rank_update A = *this;
    const linear_map W = W_.normalised();
    const int largest = std::max(factors_->of_W.value_or(none), factors_->of_update.value_or(none));
    if (largest == none || (W.exponent() == 0 && std::abs(largest) <= harmless)) return A;
    A.W_ = W;
    A.exponent_ = largest;
    if (factors_->of_W) A.w_exponent_ = W.exponent() - largest;
    A.factor_exponent_ = factors_->of_update.value_or(largest) - largest;
    return A;
}

low_rank_update low_rank_update::with_threads(int threads) const {
    low_rank_update A = *this;
    A.W_ = W_.with(threads);
    return A;
}

low_rank_update low_rank_update::for_one_product() const {
    low_rank_update A = *this;
    A.W_ = W_.for_one_product();
    return A;
}

}  // namespace rhochain
