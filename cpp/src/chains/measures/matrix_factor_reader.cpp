#include "chains/measures/matrix_factor_reader.hpp"
#include "chains/steps/matrix_step.hpp"

#include <algorithm>

namespace rhochain {
namespace {

// The most terms of any factor.
factor_reader::product_traits traits_of(const matrix_chain& P) {
    factor_reader::product_traits all{true, 0, 0};
    for (std::int64_t k = 0; k < P.steps(); ++k) {
        const linear_map& A = P.matrix(k);
        if (!A.bounded()) return {false, 0, 0};
        all.row_terms = std::max(all.row_terms, A.row_terms());
        all.column_terms = std::max(all.column_terms, A.column_terms());
    }
    return all;
}

}  // namespace

matrix_factor_reader::matrix_factor_reader(const matrix_chain& P)
    : factor_reader(traits_of(P), P.domain(), P.steps()), P_(P) {}

void matrix_factor_reader::require_adjoints(std::uint64_t seed) const { P_.require_adjoints(seed); }

void matrix_factor_reader::run(direction d, scaled_block& X, std::int64_t first,
                               const std::function<bool(std::int64_t done)>& after_step) {
    run_chain(d, first, steps(), X, P_.factor(d, X.columns()), after_step);
}

// Powers of two are the only factors beside the entries.
factor_reader::fidelity matrix_factor_reader::select(std::int64_t k) {
    k_ = k;
    const bool lossless = P_.matrix(k).lossless();
    return {lossless, lossless};
}

std::int64_t matrix_factor_reader::apply(direction d, block_in V, block_out Y, std::span<double> squares) {
    apply_matrix(P_.matrix(k_), d, entry_map::identity, V, Y, squares);
    return P_.matrix(k_).exponent();
}

// Entries of a lossless A lie between 2^-1074 and 2^200: no product with V in [2^300, 2^600] leaves the float64 range,
// raised or not.
std::int64_t matrix_factor_reader::apply_magnitudes(direction d, bool, block_in V, block_out Y,
                                                    std::span<double> squares) {
    apply_matrix(P_.matrix(k_), d, entry_map::absolute, V, Y, squares);
    return P_.matrix(k_).exponent();
}

std::int64_t matrix_factor_reader::row_terms() const { return roundings(direction::forward) - step_roundings; }

}  // namespace rhochain
