// Orthonormal vectors V = [v_0 ... v_{k-1}] in R^n: V^T V = I to rounding where each new vector is orthogonalised
// against all others. Memory: 8 n bytes for each vector and for the next one.
#pragma once

#include <rhochain/kernels/vectors/basis_ops.hpp>
#include <rhochain/kernels/vectors/vector_block.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

class state_archive;  // kernels/vectors/state_archive.hpp

class krylov_basis {
public:
    explicit krylov_basis(const space& S) : S_(S) {}

    [[nodiscard]] const space& of() const { return S_; }
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(vectors_.size()); }
    [[nodiscard]] vector_in operator[](std::int64_t k) const { return vectors_[static_cast<std::size_t>(k)]; }

    // The memory for the next vector, the same one until append().
    [[nodiscard]] vector_out next();
    // Appends next() / norm, which the caller has made orthonormal to V.
    void append(double norm);
    // (*) Appends start / ||start||. Throws std::invalid_argument at the zero vector.
    void append_normalised(vector_in start);

    // V^T w and w^T w of the first `count` vectors and a w whose panels come one by one.
    [[nodiscard]] basis_projection projection(std::int64_t count) const { return {first(count), S_}; }

    // (*) w -= V h with h = V^T w, twice where needed (classical Gram-Schmidt, reorthogonalised): V^T w = 0 to
    // rounding. Adds V^T w to h (size() long) and returns ||w||.
    double orthogonalise(vector_out w, std::span<double> h) const;
    // (*) The same where onto_V has received all panels of w.
    double orthogonalise(vector_out w, const basis_projection& onto_V, std::span<double> h) const;

    // (*) max |v_i^T v_j|, i < j < count. Reads V once.
    [[nodiscard]] double largest_overlap(std::int64_t count) const {
        return rhochain::largest_overlap(first(count), S_);
    }

    // (*) out = [v_0 ... v_{p-1}] c for the p <= size() entries of c.
    void combine(std::span<const double> c, vector_out out) const;

    // Replaces the first k vectors V_k by V_k Q for Q (k x kept, row-major) with orthonormal columns, in place.
    void rotate(std::span<const double> Q, std::int64_t k, std::int64_t kept);

    // (*) Vectors and next(). Whether there is a next().
    bool exchange(state_archive& s);

private:
    [[nodiscard]] std::vector<vector_in> first(std::int64_t count) const {
        return {vectors_.begin(), vectors_.begin() + count};
    }
    double orthogonalise_once_known(vector_out w, std::vector<double> correction, std::span<double> h) const;

    space S_;
    std::vector<vector_block> vectors_;
    vector_block next_;
};

}  // namespace rhochain
