#include <rhochain/operators/restricted_operator.hpp>
#include <rhochain/spectra/band_tilt.hpp>
#include <rhochain/spectra/by_component.hpp>
#include <rhochain/spectra/component_summary.hpp>
#include <rhochain/spectra/small_block.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace rhochain {
namespace {

// Collects the components' brackets into one for the maximum.
class maximum {
public:
    explicit maximum(const SolverOptions& options) : options_(options) {}

    void add(const Bracket& b, double proved_bound, std::span<const std::int64_t> members) {
        uppers_.push_back({b.upper, proved_bound});
        if (first_ || b.value > best_.value) {
            const Bracket displaced = std::exchange(best_, b);
            if (!first_) keep_lower_and_runner_up(displaced);
            members_ = members;
        } else {
            keep_lower_and_runner_up(b);
        }
        all_converged_ &= b.status == Status::converged;
        first_ = false;
    }

    // A component left out has a lower bound all the same.
    void skip(const component_summary& s) {
        uppers_.push_back({{s.bound, Grade::proved, 0.0, "row or column sums of a component"}, s.bound});
        if (s.trace_bound > graded_lower(best_).value)
            tighten_lower(best_, {s.trace_bound, Grade::proved, 0.0, "traces of W and W^2"});
    }

    [[nodiscard]] bool can_skip(double proved_bound) const {
        return !first_ && proved_bound <= best_.value * (1.0 + 0.01 * options_.rtol);
    }

    [[nodiscard]] Bracket result(std::int64_t n) {
        best_.upper = best_.upper_behind = upper();
        best_.status = all_converged_ ? Status::converged : Status::bracketed;
        clamp_value(best_);
        scatter_vector(n);
        return best_;
    }

private:
    struct candidate {
        Bound tight;
        double proved;
    };

    void keep_lower_and_runner_up(const Bracket& other) {
        tighten_lower(best_, graded_lower(other));
        tighten_lower(best_, other.lower);
        if (!(best_.runner_up >= other.value)) best_.runner_up = other.value;
    }

    // The largest of the components' bounds. A component's proved bound serves where it does not exceed that.
    [[nodiscard]] Bound upper() const {
        Bound largest = uppers_.front().tight;
        for (const candidate& u : uppers_)
            if (u.tight.value > largest.value) largest = u.tight;
        std::int64_t random = 0;
        for (const candidate& u : uppers_) {
            if (u.proved <= largest.value) continue;
            largest.grade = std::min(largest.grade, u.tight.grade);
            if (u.tight.grade != Grade::probable) continue;
            largest.delta = ++random == 1 ? u.tight.delta : options_.delta;
        }
        if (largest.grade != Grade::probable) largest.delta = 0.0;
        return largest;
    }

    void scatter_vector(std::int64_t n) {
        if (best_.vector.empty() || static_cast<std::int64_t>(best_.vector.size()) == n) return;
        std::vector<std::complex<double>> whole(static_cast<std::size_t>(n));
        for (std::size_t k = 0; k < members_.size(); ++k)
            whole[static_cast<std::size_t>(members_[k])] = best_.vector[k];
        best_.vector = std::move(whole);
    }

    const SolverOptions& options_;
    Bracket best_;
    std::vector<candidate> uppers_;
    std::span<const std::int64_t> members_;
    bool first_ = true;
    bool all_converged_ = true;
};

template <storage_scalar Scalar, index_integer Index>
csr<Scalar, Index> block_of(const sparse_operator<Scalar, Index>& A, const component_partition& P,
                            std::span<const std::int64_t> position, std::int64_t c) {
    return component_block(A.matrix(), P, position, c);
}

template <storage_scalar Scalar>
csr<Scalar, std::int64_t> block_of(const dense_operator<Scalar>& A, const component_partition& P,
                                   std::span<const std::int64_t> position, std::int64_t c) {
    auto block = component_block(A.matrix(), P, position, c);
    return A.stores_transpose() ? transpose(block.view()) : block;
}

// What a matrix has spent on layouts for products, its blocks may.
template <storage_scalar Scalar, index_integer Index>
std::size_t prepared_bytes(const sparse_operator<Scalar, Index>& A) {
    return A.prepared_bytes();
}

template <storage_scalar Scalar>
std::size_t prepared_bytes(const dense_operator<Scalar>&) {
    return 0;
}

struct component_task {
    const component_summary& summary;
    std::span<const std::int64_t> members;
    const SolverOptions& options;
    const block_solver& solve;
    Ledger& ledger;

    [[nodiscard]] auto size() const { return static_cast<std::int64_t>(members.size()); }
    [[nodiscard]] bool single_cycle() const { return summary.entries == size(); }
};

// What stands for W[C, C]: itself, or 2^-exponent times its image under a tilt.
struct tilting {
    std::int64_t reach = 0;
    double t = 0.0;
    int exponent = 0;
};

// `block` as a matrix of its own; the bracket is that of 2^-exponent W[C, C].
template <storage_scalar Scalar, index_integer Index>
Bracket solve_alone(const csr_view<Scalar, Index>& block, std::size_t copies, int exponent, const component_task& task,
                    const tilting& tilt) {
    const auto normalised =
        sparse_operator(block, task.options.threads).prepared(copies).normalised();
    // A vector that fits the component need not be in range under a tilt.
    std::vector<double> start;
    if (!task.options.start.empty() && tilt.t == 0.0)
        for (const std::int64_t i : task.members) start.push_back(task.options.start[static_cast<std::size_t>(i)]);
    SolverOptions own = task.options;
    own.start = start;
    const int own_exponent = normalised.exponent() + tilt.exponent;
    const int shift = own_exponent - exponent;
    const component_summary& s = task.summary;
    irreducible_block solved{normalised, {}, task.size(), s.modulus_decides, task.single_cycle(), task.members,
                             !s.nonnegative, shifted_down(s.trace_bound, -shift), own_exponent};
    solved.reach = tilt.reach;
    solved.tilt = tilt.t;
    Bracket b = task.solve(solved, own, task.ledger);
    if (tilt.t != 0.0) {
        move_outwards(b, tilt_rounding * static_cast<double>(2 * tilt.reach + 1));
        b.vector = untilted(std::move(b.vector), tilt.t);
        b.residual = Bracket::unknown;
    }
    rescale_bracket(b, shift);
    return b;
}

// A long band is solved tilted where that is of use, other components with more than half of the vertices in place, the
// rest as blocks of their own.
template <class Operator>
Bracket solve_component(const Operator& A, const component_partition& P, std::span<const std::int64_t> position,
                        const component_task& task) {
    const std::int64_t size = task.size();
    const std::int64_t c = task.summary.component;
    const bool large = size > small_block_size && !task.single_cycle();
    const std::int64_t reach = large ? band_reach(A.matrix(), P, position, c) : 0;
    const bool band = is_long_band(reach, size);
    if (2 * size > A.rows() && large && !band) {
        std::vector<std::int64_t> outside;
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (P.labels[static_cast<std::size_t>(i)] != c) outside.push_back(i);
        const restricted_operator restricted(A, outside);
        const component_summary& s = task.summary;
        return task.solve({restricted, outside, size, s.modulus_decides, false, task.members, !s.nonnegative,
                           s.trace_bound, A.exponent()},
                          task.options, task.ledger);
    }
    auto block = block_of(A, P, position, c);
    const double t = band ? least_norm_tilt(block.view(), reach, task.ledger) : 0.0;
    if (t == 0.0)
        return solve_alone(block.view(), prepared_bytes(A), A.exponent(), task, {band ? reach : 0, 0.0, 0});
    const auto image = tilted(block.view(), t, reach);
    block = {};
    return solve_alone(image.matrix.view(), prepared_bytes(A), A.exponent(), task, {reach, t, image.exponent});
}

template <class Operator>
Bracket solve_all(const Operator& W, const SolverOptions& options, const block_solver& solve,
                  component_quantity quantity) {
    require_square(W, "a radius");
    validate(options, W.cols());
    Ledger ledger(options);
    const auto A = W.with_threads(options.threads).normalised();
    const component_partition P = strong_components(A.matrix());
    Bracket result;
    if (P.cyclic.empty()) {
        result = exact_bracket(0.0, "no cycle");
    } else {
        const double scale = std::ldexp(1.0, -A.exponent());
        auto summaries = summarise_components(A.matrix(), scale, P);
        if (quantity == component_quantity::radius) {
            for (component_summary& s : summaries) s.bound = s.radius_bound;
            std::stable_sort(summaries.begin(), summaries.end(),
                             [](const auto& a, const auto& b) { return a.bound > b.bound; });
        }
        const std::vector<std::int64_t> position = positions(P);
        maximum all(options);
        SolverOptions share = options;
        double solved = 0.0;
        for (const component_summary& s : summaries) {
            if (all.can_skip(s.bound)) {
                all.skip(s);
                continue;
            }
            // Shares 6 / (pi i)^2 of delta add up to at most delta; a single component has all of it.
            ++solved;
            if (summaries.size() > 1) share.delta = options.delta * 0.6079 / (solved * solved);
            const auto members = P.members(s.component);
            all.add(solve_component(A, P, position, {s, members, share, solve, ledger}), s.bound, members);
        }
        result = all.result(A.rows());
        rescale_bracket(result, A.exponent());
    }
    ledger.close(result);
    return result;
}

}  // namespace

template <storage_scalar Scalar, index_integer Index>
Bracket solve_by_component(const sparse_operator<Scalar, Index>& W, const SolverOptions& options,
                           const block_solver& solve, component_quantity quantity) {
    return solve_all(W, options, solve, quantity);
}

template <storage_scalar Scalar>
Bracket solve_by_component(const dense_operator<Scalar>& W, const SolverOptions& options, const block_solver& solve,
                           component_quantity quantity) {
    return solve_all(W, options, solve, quantity);
}

template Bracket solve_by_component(const sparse_operator<float, std::int32_t>&, const SolverOptions&,
                                    const block_solver&, component_quantity);
template Bracket solve_by_component(const sparse_operator<float, std::int64_t>&, const SolverOptions&,
                                    const block_solver&, component_quantity);
template Bracket solve_by_component(const sparse_operator<double, std::int32_t>&, const SolverOptions&,
                                    const block_solver&, component_quantity);
template Bracket solve_by_component(const sparse_operator<double, std::int64_t>&, const SolverOptions&,
                                    const block_solver&, component_quantity);
template Bracket solve_by_component(const dense_operator<float>&, const SolverOptions&, const block_solver&,
                                    component_quantity);
template Bracket solve_by_component(const dense_operator<double>&, const SolverOptions&, const block_solver&,
                                    component_quantity);

}  // namespace rhochain
