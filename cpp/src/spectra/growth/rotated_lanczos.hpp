// Lanczos (lanczos_ends.hpp) for the Hermitian maps H(t_j) of several angles (rotated_map.hpp), side by side in one
// block. The vectors are not kept. Memory: four blocks of n x 2 m for m angles.
#pragma once

#include <rhochain/spectra/solver_options.hpp>
#include "spectra/growth/lanczos_ends.hpp"
#include "spectra/growth/rotated_map.hpp"
#include "spectra/structure/irreducible_block.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

class state_archive;

class rotated_lanczos {
public:
    // For B = block.map(). Starts from Gaussian vectors of this stream, 0 outside the block.
    rotated_lanczos(const irreducible_block& block, std::span<const double> angles, std::uint64_t seed,
                    std::uint64_t stream);

    // One step for every angle. A recurrence whose space is invariant stands still.
    void step();

    void exchange(state_archive& s);

    [[nodiscard]] std::int64_t products() const { return H_.products(); }  // of a step
    [[nodiscard]] std::size_t angles() const { return a_.size(); }
    [[nodiscard]] bool invariant(std::size_t j) const { return invariant_[j]; }
    [[nodiscard]] bool invariant() const;

    // Of angle j.
    [[nodiscard]] lanczos_numbers numbers(std::size_t j) const { return {a_[j], b_[j]}; }

    // q_k = scale(j) times the pair j of newest().
    [[nodiscard]] block_in newest() const { return x_; }
    [[nodiscard]] double scale(std::size_t j) const { return inverse_[j]; }

private:
    rotated_map H_;
    vector_block x_;  // b_k q_k
    vector_block y_;  // b_{k-1} q_{k-1}
    std::vector<std::vector<double>> a_;
    std::vector<std::vector<double>> b_;
    std::vector<double> inverse_;  // 1 / b_k
    std::vector<double> inverse_before_;
    std::vector<bool> invariant_;
};

// The Ritz vector of the largest eigenvalue of T for one angle, of no certain norm: a second run over the same steps
// adds it up. Eight products a step.
[[nodiscard]] complex_vector ritz_vector(const irreducible_block& block, double angle, std::int64_t steps,
                                         std::uint64_t seed, Ledger& ledger);

}  // namespace rhochain
