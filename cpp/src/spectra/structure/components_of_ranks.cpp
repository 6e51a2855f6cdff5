#include "spectra/structure/components_of_ranks.hpp"

#include "spectra/radius/eigenvector_behind.hpp"
#include "spectra/run_stage.hpp"
#include "spectra/structure/component_search.hpp"
#include "spectra/structure/eigenvector_extension.hpp"
#include "spectra/structure/entry_sums.hpp"
#include "spectra/structure/first_rank_work.hpp"
#include "spectra/structure/on_first_rank.hpp"

#include <complex>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {
namespace {

enum class turn { over, first_rank, all_ranks };

// What comes next, and what all ranks need to know of a component that they solve together.
struct announcement {
    turn next = turn::over;
    double delta = 0.0;
    block_facts facts{};
    std::vector<std::int64_t> outside{};

    void exchange(state_archive& s) {
        s.within(next, turn::all_ranks);
        s(delta);
        s(facts.signs_factorize);
        s(facts.modulus_decides);
        s(facts.has_negative);
        s(facts.trace_bound);
        s(facts.exponent);
        s.within(facts.kind, symmetry::circulant);
        rhochain::exchange(s, facts.moduli);
        s.list(outside, std::int64_t{0}, 1, [&](std::int64_t& i) { s(i); });
    }
};

// The first rank's part of the search. In the others it is empty.
class first_rank_search {
public:
    first_rank_search(const linear_map& A, const SolverOptions& options, component_quantity quantity, Ledger& ledger)
        : A_(A), S_(A.domain()), ledger_(ledger), own_(options) {
        if (S_.any(!options.start.empty())) start_ = S_.assembled(options.start);
        own_.start = start_;
        whole_ = A.gathered();
        component_partition P;
        on_first_rank(
            S_,
            [&] {
                if (A.exponent() != 0) whole_ = whole_->normalised();
                P = strong_components(*whole_);
                acyclic_ = P.cyclic.empty();
                components_ = P.count;
            },
            [&](state_archive& s) {
                s(acyclic_);
                s(components_);
            });
        const entry_sums sums = sums_of_ranks(A, whole_, P, quantity);
        on_first_rank(S_, [&] { search_.emplace(*whole_, own_, quantity, std::move(P), sums); }, [](state_archive&) {});
    }

    [[nodiscard]] announcement next() {
        announcement said;
        on_first_rank(
            S_,
            [&] {
                current_ = search_->next();
                if (current_ == nullptr) return;
                said.delta = search_->share().delta;
                // One rank has all rows of a matrix that is not larger than an alignment.
                const bool together = S_.size() > S_.alignment() && search_->serves_in_place(*current_);
                said.next = together ? turn::all_ranks : turn::first_rank;
                if (!together) return;
                said.facts = search_->facts_in_place(*current_);
                said.outside = search_->outside(*current_);
            },
            [&](state_archive& s) { said.exchange(s); });
        return said;
    }

    // The vertices of the component, in the first rank.
    [[nodiscard]] std::span<const std::int64_t> members() const {
        if (current_ == nullptr) return {};
        return search_->partition().members(current_->component);
    }

    // (*) Of the component of the announcement, solved by the first rank.
    void solve_alone(const block_solver& solve) {
        Bracket b;
        alone([&](const SolverOptions& options, Ledger& inner) {
            SolverOptions own = options;
            own.delta = search_->share().delta;
            b = search_->solve(*current_, own, solve, inner);
            search_->add(b, *current_);
        });
    }

    // (*) Of the component that all ranks have solved.
    void add(Bracket b) {
        b.vector = in_first_rank(std::move(b.vector), S_);
        on_first_rank(S_, [&] { search_->add(b, *current_); }, [](state_archive&) {});
    }

    [[nodiscard]] Bracket result(const std::optional<entry_map>& f) {
        Bracket b;
        on_first_rank(
            S_, [&] { b = maximum_of_components(*search_, *whole_, f); },
            [&](state_archive& s) {
                exchange(s, b);
                s(b.eigenvalue);
                s(b.no_vector);
            });
        b.vector = from_first_rank(b.vector, S_);
        if (acyclic_) return b;
        // The products are those of all ranks.
        if (f)
            write_extended_eigenvector(
                A_, *f, components_, [&](Bracket& partial) { extend(partial, *f); }, own_, b, ledger_);
        rescale_bracket(b, A_.exponent());
        return b;
    }

private:
    // (*) Runs in the first rank with a ledger of its own.
    void alone(const std::function<void(const SolverOptions&, Ledger&)>& body) {
        work_of_first_rank(ledger_, own_, [&](const SolverOptions& options) {
            Ledger inner(options, whole_->domain());
            body(options, inner);
            return inner.matvecs();
        });
    }

    // (*) Of the vector of a component, by the first rank.
    void extend(Bracket& b, entry_map f) {
        std::vector<std::complex<double>> x = in_first_rank(std::move(b.vector), S_);
        alone([&](const SolverOptions& options, Ledger& inner) {
            // Its few products are not worth layouts of all of W.
            x = extended_eigenvector(whole_->for_one_product(), search_->partition(), f,
                                     {b.eigenvalue, std::move(x), search_->best().component}, options, inner);
        });
        b.vector = from_first_rank(x, S_);
    }

    const linear_map& A_;
    space S_;
    Ledger& ledger_;
    SolverOptions own_;
    std::vector<double> start_;
    std::optional<linear_map> whole_;
    std::optional<component_search> search_;
    const component_summary* current_ = nullptr;
    bool acyclic_ = false;
    std::int64_t components_ = 0;
};

}  // namespace

Bracket solve_components_of_ranks(const linear_map& A, const SolverOptions& options, const block_solver& solve,
                                  component_quantity quantity, std::optional<entry_map> eigenvector_of,
                                  Ledger& ledger) {
    first_rank_search search(A, options, quantity, ledger);
    SolverOptions share = options;
    for (;;) {
        announcement said = search.next();
        if (said.next == turn::over) return search.result(eigenvector_of);
        if (said.next == turn::first_rank) {
            search.solve_alone(solve);
            continue;
        }
        share.delta = said.delta;
        const auto block = irreducible_block::in_place(A, std::move(said.outside), said.facts, search.members());
        search.add(solve(block, share, ledger));
    }
}

}  // namespace rhochain
