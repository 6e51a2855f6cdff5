// One strongly connected component for its solvers: a map whose graph on size() vertices is irreducible, and known
// facts about it. The map is the block itself, on a space of its own, or the whole matrix with the vertices outside set
// to zero. Vectors are then as long as the whole matrix and vanish outside; project() and draw() make such vectors.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include "kernels/vectors/gather.hpp"
#include "kernels/vectors/random.hpp"
#include "operators/projected_operator.hpp"
#include "operators/restricted_operator.hpp"
#include "spectra/structure/gram_interval.hpp"
#include "spectra/structure/symmetrizing.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace rhochain {

struct block_facts {
    bool signs_factorize = false;  // A = S1 |A| S2, S1 and S2 diagonal signs (sign_factors.hpp): mu_D(A) = rho(|A|)
    bool modulus_decides = false;  // A = c D |A| D^-1 with |c| = |D_ii| = 1 (signature.hpp): rho(A) = rho(|A|)
    bool single_cycle = false;     // every vertex has one successor
    bool has_negative = false;     // some entry is below 0
    double trace_bound = 0.0;      // PROVED: at most rho(A) (trace_bounds.hpp)
    int exponent = 0;              // A is 2^-exponent times the part of W that it stands for
    // Of a long band (band_tilt.hpp): A_ij = 0 for |i - j| > reach; 0 for any other block.
    std::int64_t reach = 0;
    symmetry kind = symmetry::none;            // of A itself (symmetrizing.hpp)
    std::optional<modulus_interval> moduli{};  // PROVED: holds all eigenvalues and singular values (gram_interval.hpp)
    std::span<const double> scaling{};         // A = D W D^-1, D = diag(exp(scaling)); empty: D = I
};

class irreducible_block {
public:
    using indices = std::span<const std::int64_t>;

    // `members`: the vertices of W that the block has, rising; empty if unknown.
    explicit irreducible_block(linear_map A, const block_facts& facts = {}, indices members = {})
        : A_(std::move(A)), facts_(facts), members_(members), size_(A_.cols()) {}

    // W with the rows and columns `outside` set to zero.
    [[nodiscard]] static irreducible_block in_place(const linear_map& W, std::vector<std::int64_t> outside,
                                                    const block_facts& facts, indices members) {
        auto taken_out = std::make_shared<const std::vector<std::int64_t>>(std::move(outside));
        irreducible_block block(restricted_operator(W, taken_out), facts, members);
        block.outside_ = std::move(taken_out);
        block.size_ -= static_cast<std::int64_t>(block.outside_->size());
        return block;
    }

    // The same vertices and facts with another map on the same space, such as |A| or A^T.
    [[nodiscard]] irreducible_block with_map(linear_map A) const {
        irreducible_block block = *this;
        block.A_ = std::move(A);
        return block;
    }

    [[nodiscard]] const linear_map& map() const { return A_; }
    [[nodiscard]] const space& domain() const { return A_.domain(); }
    [[nodiscard]] const block_facts& facts() const { return facts_; }
    [[nodiscard]] indices members() const { return members_; }
    [[nodiscard]] std::int64_t size() const { return size_; }
    // rho(A) = ||A||_2, and ||A x|| may be computed for any x.
    [[nodiscard]] bool is_normal() const {
        return (implies_normal(facts_.kind) || facts_.moduli.has_value()) && !is_in_place();
    }
    [[nodiscard]] bool has_symmetric_modulus() const { return implies_symmetric_modulus(facts_.kind); }
    [[nodiscard]] bool is_in_place() const { return outside_ != nullptr && !outside_->empty(); }

    // X becomes 0 on the vertices outside.
    void project(block_out X) const {
        if (is_in_place()) zero_rows(*outside_, X, domain());
    }
    // Standard normal entries, 0 outside.
    void draw(block_out X, std::uint64_t seed, std::uint64_t stream) const {
        fill_gaussian(X, seed, stream, domain());
        project(X);
    }

    // A map on the vectors of this block, such as A itself, for vectors that do not vanish outside.
    [[nodiscard]] linear_map for_any_vector(const linear_map& A) const {
        return is_in_place() ? linear_map(projected_operator(A, outside_)) : A;
    }

private:
    linear_map A_;
    block_facts facts_;
    indices members_;
    std::int64_t size_;
    std::shared_ptr<const std::vector<std::int64_t>> outside_;
};

}  // namespace rhochain
