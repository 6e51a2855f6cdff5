#include <rhochain/spectra/radius/outer_eigenvalues.hpp>

#include "spectra/radius/dense_eigenpair.hpp"
#include "spectra/radius/outer_of_ranks.hpp"
#include "spectra/radius/outer_search.hpp"
#include "spectra/radius/perron_of_block.hpp"
#include "spectra/radius/verified_discs.hpp"
#include "spectra/structure/component_summary.hpp"
#include "spectra/structure/entry_sums.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

namespace rhochain {
namespace {

constexpr std::int64_t most_for_dense = 150;
constexpr double slightly_more = 1.0 + 0x1p-50;

// v of 2^e A from that of A. A value that overflows is known no longer.
OuterEigenvalue rescaled(OuterEigenvalue v, int e) {
    v.residual = scaled_up(v.value, v.residual, e).error;
    const scaled_eigenvalue scaled = scaled_up(v.value, v.radius, e);
    v.value = scaled.value;
    v.radius = scaled.error;
    if (!std::isfinite(std::abs(v.value))) {
        v.radius = Bracket::unknown;
        v.grade = Grade::estimate;
    }
    return v;
}

// The weight of a loop at vertex i of 2^-exponent W.
double loop_at(const stored_entries& W, std::int64_t i, int exponent) {
    return W.visit([&](const auto& view) {
        double loop = 0.0;
        for (std::int64_t p = view.row_begin(i); p < view.row_end(i); ++p)
            if (view.column(p) == i) loop = static_cast<double>(view.value(p));
        return std::ldexp(loop, -exponent);
    });
}

class collection {
public:
    collection(std::int64_t k, const SolverOptions& options, Ledger& ledger)
        : k_(k), options_(options), ledger_(ledger) {}

    // The eigenvalues of 2^shift B.
    void add(const linear_map& B, int shift) {
        const std::int64_t n = B.rows();
        if (n > most_for_dense) return add_search(B, shift);
        const dense_block dense = balanced_matrix(irreducible_block(B), ledger_);
        const auto discs = enclose_eigenvalues(dense.C, n, dense.error);
        if (discs.empty()) return add_search(B, shift);
        for (const auto& [value, radius, right, left] : discs) {
            const bool proved = B.bounded() && std::isfinite(radius);
            const auto [residual, condition] = quality_of(value, right, left, dense);
            OuterEigenvalue v = rescaled({value, proved ? radius : Bracket::unknown}, dense.exponent);
            v.grade = proved ? Grade::proved : Grade::estimate;
            v.residual = residual;
            v.condition = condition;
            values_.push_back(rescaled(v, shift));
        }
    }

    // The eigenvalues r e^(i (2 j + odd) pi / n), j = 0 .. n - 1, of a cycle: n of them, or k, the first ones first.
    void add_cycle(const Bracket& r, bool odd, std::int64_t n) {
        const double radius = (r.upper.value - r.lower.value) + 0x1p-48 * r.value;
        std::int64_t added = 0;
        for (std::int64_t j = odd ? 1 : 0; added < std::min(k_, n); j += 2) {
            const double angle = std::numbers::pi * (static_cast<double>(j) / static_cast<double>(n));
            const bool real = j == 0 || j == n;
            const double imaginary = real ? 0.0 : r.value * std::sin(angle);
            const double along = j == n ? -r.value : r.value * std::cos(angle);
            for (const double side : {1.0, -1.0}) {
                if (real && side < 0.0) continue;
                values_.push_back({{along, side * imaginary}, radius, Grade::proved, 0.0, Bracket::unknown});
                ++added;
            }
        }
        if (added < n) leave(r.upper);
    }

    // The loop of a vertex; `error`: what its scaling may have lost.
    void add_loop(double value, double error) { values_.push_back({value, error, Grade::proved, 0.0, 1.0}); }
    void add_zeros(std::int64_t count) {
        for (std::int64_t i = 0; i < std::min(count, k_); ++i)
            values_.push_back({0.0, 0.0, Grade::proved, 0.0, Bracket::unknown});
    }

    // Whether nothing with at most this modulus belongs to the k outermost.
    [[nodiscard]] bool can_skip(double bound) {
        if (static_cast<std::int64_t>(values_.size()) < k_) return false;
        const auto last = values_.begin() + (k_ - 1);
        std::nth_element(values_.begin(), last, values_.end(), further_out);
        return bound <= std::abs(last->value);
    }
    void skip(double bound) { leave({bound, Grade::proved, 0.0, "row or column sums of a component"}); }

    OuterEigenvalues result() {
        std::stable_sort(values_.begin(), values_.end(), further_out);
        OuterEigenvalues found;
        found.rest = rest_;
        const auto kept = static_cast<std::size_t>(std::min(k_, static_cast<std::int64_t>(values_.size())));
        for (std::size_t i = kept; i < values_.size(); ++i) {
            const OuterEigenvalue& v = values_[i];
            const double modulus = std::abs(v.value);
            leave(v.grade == Grade::proved ? Bound{outside(v), Grade::proved, 0.0, "discs of eigenvalues"}
                                           : Bound{modulus, Grade::estimate, 0.0, "the next eigenvalue found"});
        }
        values_.resize(kept);
        // Of small components too: the rounding of a badly scaled one may be large beside its eigenvalues.
        constexpr double rounding = 0x1p-44;
        const double largest = values_.empty() ? 0.0 : std::abs(values_.front().value);
        for (const OuterEigenvalue& v : values_)
            converged_ = converged_ && v.residual <= std::max(options_.rtol * std::abs(v.value), rounding * largest);
        Bracket& b = found.outermost;
        if (!values_.empty()) {
            const OuterEigenvalue& first = values_.front();
            b.value = std::abs(first.value);
            const double radius = first.grade == Grade::proved ? first.radius : first.residual;
            const double low = std::max(0.0, (b.value - radius) * (1.0 - 0x1p-50));
            b.lower = {std::min(low, b.value), first.grade, 0.0, "disc of the outermost eigenvalue"};
            // Another disc may reach farther out than that of the outermost centre.
            b.upper = {std::max(b.value, rest_.value), rest_.grade, 0.0, "discs of all eigenvalues"};
            for (const OuterEigenvalue& v : values_) {
                const double reach = v.grade == Grade::proved ? outside(v) : std::abs(v.value) + v.residual;
                b.upper.value = std::max(b.upper.value, reach);
                b.upper.grade = std::min(b.upper.grade, v.grade);
            }
        }
        b.status = converged_ && static_cast<std::int64_t>(kept) == k_ ? Status::converged : Status::bracketed;
        found.rest = rest_;
        found.values = std::move(values_);
        return found;
    }

private:
    // At least |lambda| for the lambda in the disc of v.
    [[nodiscard]] static double outside(const OuterEigenvalue& v) {
        const bool exact = v.radius == 0.0 && v.value.imag() == 0.0;
        return exact ? std::abs(v.value) : (std::abs(v.value) + v.radius) * slightly_more;
    }

    // Conjugates have equal moduli and real parts, to the last bit.
    [[nodiscard]] static bool further_out(const OuterEigenvalue& a, const OuterEigenvalue& b) {
        const auto key = [](const std::complex<double>& z) {
            return std::tuple(std::abs(z), z.real(), std::abs(z.imag()), z.imag());
        };
        return key(a.value) > key(b.value);
    }

    void add_search(const linear_map& B, int shift) {
        const std::int64_t k = std::min(k_, B.rows());
        const outer_ritz_values found = search_outer(B, k, options_, ledger_);
        converged_ = converged_ && found.converged;
        // Ritz values outside of a proved bound come from rounding, as in a badly scaled matrix.
        const double bound =
            B.bounded() ? perron_upper_bound(irreducible_block(B), options_, ledger_).value : Bracket::infinity;
        for (const ritz_value& v : found.values) {
            converged_ = converged_ && std::abs(v.value) <= bound * (1.0 + options_.rtol);
            values_.push_back(
                rescaled({v.value, Bracket::unknown, Grade::estimate, v.residual, Bracket::unknown}, shift));
        }
        if (static_cast<std::int64_t>(found.values.size()) < B.rows())
            leave({std::ldexp(found.rest, shift), Grade::estimate, 0.0, "the largest Ritz value of the rest"});
    }

    void leave(const Bound& bound) {
        const Grade grade = std::min(rest_.grade, bound.grade);
        if (bound.value > rest_.value || rest_.value == 0.0) rest_ = bound;
        rest_.grade = grade;
    }

    std::int64_t k_;
    const SolverOptions& options_;
    Ledger& ledger_;
    std::vector<OuterEigenvalue> values_;
    Bound rest_{0.0, Grade::proved, 0.0, "no other eigenvalue"};
    bool converged_ = true;
};

// Of a component that is one cycle. Whether its radius is known.
bool add_cycle(const stored_entries& W, const linear_map& B, std::span<const std::int64_t> members, int shift,
               const SolverOptions& options, Ledger& ledger, collection& all) {
    block_facts facts;
    facts.single_cycle = true;
    Bracket r = perron_of_block(irreducible_block(B, facts), options, ledger);
    if (r.status != Status::converged) return false;
    rescale_bracket(r, shift);
    bool odd = false;
    W.visit([&](const auto& view) {
        for (const std::int64_t i : members)
            for (std::int64_t p = view.row_begin(i); p < view.row_end(i); ++p)
                if (view.value(p) < 0 && std::binary_search(members.begin(), members.end(), view.column(p))) odd = !odd;
    });
    all.add_cycle(r, odd, static_cast<std::int64_t>(members.size()));
    return true;
}

void add_components(const linear_map& A, const SolverOptions& options, Ledger& ledger, collection& all) {
    const stored_entries& entries = *A.entries();
    const component_partition P = strong_components(entries);
    auto summaries = summarise_components(entries, P, sums_of_entries(A, P, component_quantity::radius));
    for (component_summary& s : summaries) s.bound = s.radius_bound;
    std::stable_sort(summaries.begin(), summaries.end(),
                     [](const auto& a, const auto& b) { return a.bound > b.bound; });
    const std::vector<std::int64_t> position = positions(P);
    bool skipping = false;
    for (const component_summary& s : summaries) {
        const auto members = P.members(s.component);
        // The bounds fall: once one is skipped, all are.
        skipping = skipping || (members.size() > 1 && all.can_skip(s.bound));
        if (skipping) {
            all.skip(s.bound);
            break;
        }
        if (members.size() == 1) {
            all.add_loop(loop_at(entries, members.front(), A.exponent()), A.lossless() ? 0.0 : 0x1p-1074);
            continue;
        }
        const auto size = static_cast<std::int64_t>(members.size());
        std::optional<linear_map> part;
        if (size < A.rows()) part = A.principal(members, position);
        const linear_map B = part ? part->normalised() : A;
        const int shift = B.exponent() - A.exponent();
        if (s.entries == size && add_cycle(entries, B, members, shift, options, ledger, all)) continue;
        all.add(B, shift);
    }
    all.add_zeros(P.count - static_cast<std::int64_t>(P.cyclic.size()));
}

}  // namespace

OuterEigenvalues outer_eigenvalues(const linear_map& W, std::int64_t k, const SolverOptions& options) {
    require_square(W, "eigenvalues");
    validate(options, W.domain());
    if (k < 1 || k > W.rows())
        throw std::invalid_argument("k: got " + std::to_string(k) + ", expected 1 to " + std::to_string(W.rows()) +
                                    ", the order of W");
    if (W.gathers())
        if (std::optional<OuterEigenvalues> found = outer_eigenvalues_of_ranks(W, k, options)) return *std::move(found);
    Ledger ledger(options, W.domain());
    const linear_map A = W.normalised();
    collection all(k, options, ledger);
    if (A.entries() != nullptr)
        add_components(A, options, ledger, all);
    else
        all.add(A, 0);
    OuterEigenvalues found = all.result();
    const int e = A.exponent();
    for (OuterEigenvalue& v : found.values) v = rescaled(v, e);
    found.rest.value = shifted_up(found.rest.value, e);
    ledger.close(found.outermost);
    rescale_bracket(found.outermost, e);
    return found;
}

}  // namespace rhochain
