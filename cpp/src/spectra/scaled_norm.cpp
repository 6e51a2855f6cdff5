#include <rhochain/spectra/adjoint_check.hpp>
#include <rhochain/spectra/by_component.hpp>
#include <rhochain/spectra/scaled_norm.hpp>
#include <rhochain/spectra/scaling_assembly.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace rhochain {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void validate_goal(const scaling_goal& goal) {
    if (!(goal.max_kappa >= 1.0))
        throw std::invalid_argument("max_kappa: got " + std::to_string(goal.max_kappa) + ", expected at least 1");
    if (!(goal.threshold >= 0.0))
        throw std::invalid_argument("threshold: got " + std::to_string(goal.threshold) + ", expected at least 0");
}

ScaledNorm as_one_block(operator_ref A, const ScalingOptions& options, int exponent = 0) {
    require_square(A, "a scaled norm");
    validate_goal(options);
    validate(options, A.cols());
    ScaledNorm result;
    Ledger ledger(options);
    if (A.cols() == 0) {
        result.bracket = exact_bracket(0.0, "empty matrix");
        result.attained = result.bracket.upper;
        return result;
    }
    ledger.count(require_adjoint(A, options.seed, resolve_threads(options.threads)));
    // A bound on kappa of at most the largest float64 leaves W one block, which need not be connected.
    scaling_goal goal = options;
    if (A.entrywise()) goal.max_kappa = std::min(goal.max_kappa, 0x1p1000);
    block_scaling s = scale_block({A, {}, A.cols(), false, false, {}, false, 0.0, exponent}, goal, options, ledger);
    result.bracket = std::move(s.bracket);
    ledger.close(result.bracket);
    result.scaling = std::move(s.d);
    result.attained = result.bracket.upper;
    result.attained.value *= s.excess;
    if (result.scaling.empty()) {
        result.scaling.assign(static_cast<std::size_t>(A.cols()), 0.0);
        result.attained.value = infinity;
    }
    return result;
}

template <storage_scalar Scalar, index_integer Index>
bool stores_transpose(const sparse_operator<Scalar, Index>&) {
    return false;
}

template <storage_scalar Scalar>
bool stores_transpose(const dense_operator<Scalar>& W) {
    return W.stores_transpose();
}

template <class Operator>
ScaledNorm by_components(const Operator& W, const ScalingOptions& options) {
    validate_goal(options);
    const auto A = W.with_threads(options.threads).normalised();
    if (options.max_kappa < infinity) {
        ScaledNorm s = as_one_block(A, options, A.exponent());
        rescale_bracket(s.bracket, A.exponent());
        s.attained.value = shifted_up(s.attained.value, A.exponent());
        return s;
    }
    const component_partition P = strong_components(A.matrix());
    component_scalings found{std::vector<double>(static_cast<std::size_t>(A.rows()), 0.0),
                             std::vector<char>(static_cast<std::size_t>(P.count), 0)};
    double excess = 1.0;
    const double side = stores_transpose(W) ? -1.0 : 1.0;
    const auto solve = [&](const irreducible_block& block, const SolverOptions& own, Ledger& ledger) {
        block_scaling s = scale_block(block, options, own, ledger);
        if (s.d.empty()) return s.bracket;
        // d with the tilt is rounded to a unit of |tilt| size, an entry of B by as much; ||abs(B)|| <= (2 reach + 1) ||B||.
        const double rounded = std::abs(block.tilt) * static_cast<double>(block.size) * 0x1p-51;
        excess = std::max(excess, s.excess * (1.0 + rounded * static_cast<double>(2 * block.reach + 1)));
        const std::int64_t c = P.labels[static_cast<std::size_t>(block.members.front())];
        found.solved[static_cast<std::size_t>(c)] = 1;
        const bool in_place = s.d.size() == found.d.size();
        for (std::size_t k = 0; k < block.members.size(); ++k) {
            const auto i = static_cast<std::size_t>(block.members[k]);
            found.d[i] = side * (s.d[in_place ? i : k] - block.tilt * static_cast<double>(k));
        }
        return s.bracket;
    };
    ScaledNorm result;
    result.bracket = solve_by_component(W, options, solve);
    result.attained = result.bracket.upper;
    if (P.cyclic.empty()) {
        result.attained = {infinity, Grade::proved, 0.0, "no scaling attains 0"};
    } else {
        constexpr double slack = 1e-3;
        constexpr double least = std::numeric_limits<double>::denorm_min();
        const double upper = shifted_up(result.bracket.upper.value, -A.exponent());
        const assembled_norms rest = assemble_scaling(A.matrix(), A.exponent(), P, slack * upper, found);
        const double largest = std::max(upper * excess, rest.left_out);
        // D may magnify without limit what was lost when the power of two was taken out.
        // The least number covers what rounds among subnormal ones.
        const double together = (largest + rest.between) * (1.0 + rest.rounding) * (1.0 + 0x1p-49) + 8.0 * least;
        result.attained.value = A.lossless() ? shifted_up(together, A.exponent()) : infinity;
    }
    for (double& d : found.d) d *= side;
    result.scaling = std::move(found.d);
    return result;
}

}  // namespace

ScaledNorm scaled_norm(operator_ref A, const ScalingOptions& options) { return as_one_block(A, options); }

template <storage_scalar Scalar, index_integer Index>
ScaledNorm scaled_norm(const sparse_operator<Scalar, Index>& W, const ScalingOptions& options) {
    return by_components(W, options);
}

template <storage_scalar Scalar>
ScaledNorm scaled_norm(const dense_operator<Scalar>& W, const ScalingOptions& options) {
    return by_components(W, options);
}

template ScaledNorm scaled_norm(const sparse_operator<float, std::int32_t>&, const ScalingOptions&);
template ScaledNorm scaled_norm(const sparse_operator<float, std::int64_t>&, const ScalingOptions&);
template ScaledNorm scaled_norm(const sparse_operator<double, std::int32_t>&, const ScalingOptions&);
template ScaledNorm scaled_norm(const sparse_operator<double, std::int64_t>&, const ScalingOptions&);
template ScaledNorm scaled_norm(const dense_operator<float>&, const ScalingOptions&);
template ScaledNorm scaled_norm(const dense_operator<double>&, const ScalingOptions&);

}  // namespace rhochain
