#include <rhochain/operators/restricted_operator.hpp>
#include <rhochain/spectra/by_component.hpp>
#include <rhochain/spectra/components.hpp>

#include <rhochain/kernels/vector_ops.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace rhochain {
namespace {

// More than all the entries of a row can lose by underflow when the power of two is taken out.
constexpr double underflow_guard = 0x1p-1000;

// What one pass over the entries tells of a component.
struct component_summary {
    std::int64_t component = 0;
    double bound = 0.0;          // min(largest row sum, largest column sum) of |W|, rounded up
    std::int64_t entries = 0;    // nonzero entries inside
    bool nonnegative = true;
};

template <class Matrix>
std::vector<component_summary> summarise_components(const Matrix& W, double scale, const component_partition& P) {
    const auto count = static_cast<std::size_t>(P.count);
    std::vector<component_summary> all(count);
    std::vector<double> row_bound(count, 0.0);
    std::vector<double> column_sums(P.labels.size(), 0.0);
    std::vector<std::int64_t> column_terms(P.labels.size(), 0);
    const auto rounded_up = [](double sum, std::int64_t terms) { return sum * (1.0 + rounding_gamma(terms + 4)) + underflow_guard; };
    for (std::int64_t i = 0; i < W.rows(); ++i) {
        const auto c = static_cast<std::size_t>(P.labels[static_cast<std::size_t>(i)]);
        double row_sum = 0.0;
        for (std::int64_t p = W.row_begin(i); p < W.row_end(i); ++p) {
            const auto j = static_cast<std::size_t>(W.column(p));
            const double w = W.value(p) * scale;
            if (P.labels[j] != P.labels[static_cast<std::size_t>(i)] || W.value(p) == 0) continue;
            row_sum += std::abs(w);
            column_sums[j] += std::abs(w);
            ++column_terms[j];
            ++all[c].entries;
            all[c].nonnegative &= w >= 0.0;
        }
        row_bound[c] = std::max(row_bound[c], rounded_up(row_sum, W.row_end(i) - W.row_begin(i)));
    }
    for (std::size_t j = 0; j < P.labels.size(); ++j) {
        auto& s = all[static_cast<std::size_t>(P.labels[j])];
        s.bound = std::max(s.bound, rounded_up(column_sums[j], column_terms[j]));
    }
    std::vector<component_summary> cyclic;
    for (const std::int64_t c : P.cyclic) {
        component_summary s = all[static_cast<std::size_t>(c)];
        s.component = c;
        s.bound = std::min(s.bound, row_bound[static_cast<std::size_t>(c)]);
        cyclic.push_back(s);
    }
    std::stable_sort(cyclic.begin(), cyclic.end(), [](const auto& a, const auto& b) { return a.bound > b.bound; });
    return cyclic;
}

// Collects the components' brackets into one for the maximum.
class maximum {
public:
    void add(const Bracket& b, double proved_bound, std::span<const std::int64_t> members) {
        uppers_.push_back({b.upper, proved_bound});
        if (first_ || b.value > best_.value) {
            const double displaced = first_ ? Bracket::unknown : best_.value;
            const Bound lower = best_.lower;
            best_ = b;
            if (!first_) tighten_lower(best_, lower);
            raise_runner_up(displaced);
            members_ = members;
        } else {
            tighten_lower(best_, b.lower);
            raise_runner_up(b.value);
        }
        all_converged_ &= b.status == Status::converged;
        first_ = false;
    }

    void skip(double proved_bound) {
        uppers_.push_back({{proved_bound, Grade::proved, 0.0, "row or column sums of a component"}, proved_bound});
    }

    [[nodiscard]] bool can_skip(double proved_bound) const { return !first_ && proved_bound <= best_.value; }

    [[nodiscard]] Bracket result(std::int64_t n) {
        best_.upper = upper();
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

    void raise_runner_up(double value) {
        if (!(best_.runner_up >= value) && !std::isnan(value)) best_.runner_up = value;
    }

    // The largest of the components' bounds. A component's proved bound serves where it does not exceed that.
    [[nodiscard]] Bound upper() const {
        Bound largest = uppers_.front().tight;
        for (const candidate& u : uppers_)
            if (u.tight.value > largest.value) largest = u.tight;
        double delta = 0.0;
        for (const candidate& u : uppers_) {
            if (u.proved <= largest.value) continue;
            largest.grade = std::min(largest.grade, u.tight.grade);
            delta += u.tight.delta;
        }
        largest.delta = largest.grade == Grade::probable ? delta : 0.0;
        return largest;
    }

    void scatter_vector(std::int64_t n) {
        if (best_.vector.empty() || static_cast<std::int64_t>(best_.vector.size()) == n) return;
        std::vector<std::complex<double>> whole(static_cast<std::size_t>(n));
        for (std::size_t k = 0; k < members_.size(); ++k)
            whole[static_cast<std::size_t>(members_[k])] = best_.vector[k];
        best_.vector = std::move(whole);
    }

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

// A component with more than half of the vertices is solved in place, another one as a block of its own.
template <class Operator>
Bracket solve_component(const Operator& A, const component_partition& P, std::span<const std::int64_t> position,
                        const component_summary& s, const SolverOptions& options, const block_solver& solve,
                        Ledger& ledger) {
    const auto members = P.members(s.component);
    const auto size = static_cast<std::int64_t>(members.size());
    const bool single_cycle = s.entries == size;
    if (2 * size > A.rows() && !single_cycle) {
        std::vector<std::int64_t> outside;
        for (std::int64_t i = 0; i < A.rows(); ++i)
            if (P.labels[static_cast<std::size_t>(i)] != s.component) outside.push_back(i);
        const restricted_operator restricted(A, outside);
        return solve({restricted, outside, size, s.nonnegative, false, members}, options, ledger);
    }
    const auto block = block_of(A, P, position, s.component);
    const auto view = block.view();
    const auto normalised = sparse_operator(view, options.threads).normalised();
    std::vector<double> start;
    if (!options.start.empty())
        for (const std::int64_t i : members) start.push_back(options.start[static_cast<std::size_t>(i)]);
    SolverOptions own = options;
    own.start = start;
    Bracket b = solve({normalised, {}, size, s.nonnegative, single_cycle, members}, own, ledger);
    rescale_bracket(b, normalised.exponent() - A.exponent());
    return b;
}

template <class Operator>
Bracket solve_all(const Operator& W, const SolverOptions& options, const block_solver& solve) {
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
        const auto summaries = summarise_components(A.matrix(), scale, P);
        const std::vector<std::int64_t> position = positions(P);
        maximum all;
        SolverOptions share = options;
        double solved = 0.0;
        for (const component_summary& s : summaries) {
            if (all.can_skip(s.bound)) {
                all.skip(s.bound);
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
                           const block_solver& solve) {
    return solve_all(W, options, solve);
}

template <storage_scalar Scalar>
Bracket solve_by_component(const dense_operator<Scalar>& W, const SolverOptions& options, const block_solver& solve) {
    return solve_all(W, options, solve);
}

template Bracket solve_by_component(const sparse_operator<float, std::int32_t>&, const SolverOptions&,
                                    const block_solver&);
template Bracket solve_by_component(const sparse_operator<float, std::int64_t>&, const SolverOptions&,
                                    const block_solver&);
template Bracket solve_by_component(const sparse_operator<double, std::int32_t>&, const SolverOptions&,
                                    const block_solver&);
template Bracket solve_by_component(const sparse_operator<double, std::int64_t>&, const SolverOptions&,
                                    const block_solver&);
template Bracket solve_by_component(const dense_operator<float>&, const SolverOptions&, const block_solver&);
template Bracket solve_by_component(const dense_operator<double>&, const SolverOptions&, const block_solver&);

}  // namespace rhochain
