#include <rhochain/operators/restricted_operator.hpp>
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

// A component with more than half of the vertices is solved in place, another one as a block of its own.
template <class Operator>
Bracket solve_component(const Operator& A, const component_partition& P, std::span<const std::int64_t> position,
                        const component_summary& s, const SolverOptions& options, const block_solver& solve,
                        Ledger& ledger) {
    const auto members = P.members(s.component);
    const auto size = static_cast<std::int64_t>(members.size());
    const bool single_cycle = s.entries == size;
    if (2 * size > A.rows() && !single_cycle && size > small_block_size) {
        std::vector<std::int64_t> outside;
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (P.labels[static_cast<std::size_t>(i)] != s.component) outside.push_back(i);
        const restricted_operator restricted(A, outside);
        return solve({restricted, outside, size, s.modulus_decides, false, members, !s.nonnegative, s.trace_bound,
                      A.exponent()},
                     options, ledger);
    }
    const auto block = block_of(A, P, position, s.component);
    const auto view = block.view();
    const auto normalised =
        sparse_operator(view, options.threads).prepared(product_side::both, prepared_bytes(A)).normalised();
    std::vector<double> start;
    if (!options.start.empty())
        for (const std::int64_t i : members) start.push_back(options.start[static_cast<std::size_t>(i)]);
    SolverOptions own = options;
    own.start = start;
    const int shift = normalised.exponent() - A.exponent();
    const double trace_bound = shift == 0 ? s.trace_bound : 0.0;
    Bracket b = solve({normalised, {}, size, s.modulus_decides, single_cycle, members, !s.nonnegative, trace_bound,
                      normalised.exponent()},
                     own, ledger);
    rescale_bracket(b, shift);
    return b;
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
            all.add(solve_component(A, P, position, s, share, solve, ledger), s.bound, P.members(s.component));
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
