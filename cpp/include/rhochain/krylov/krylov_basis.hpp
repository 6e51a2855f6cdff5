// Orthonormal vectors V = [v_0 ... v_{k-1}] in R^n, V^T V = I as far as whoever adds vectors sees to it: to rounding where each is
// orthogonalised against all. Memory: 8 n bytes a vector and for the next one.
#pragma once

#include <rhochain/kernels/vector_ops.hpp>
#include <rhochain/storage/buffer.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

class krylov_basis {
public:
    krylov_basis(std::int64_t n, int threads) : n_(n), threads_(threads) {}

    [[nodiscard]] std::int64_t length() const { return n_; }
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(vectors_.size()); }
    [[nodiscard]] int threads() const { return threads_; }
    [[nodiscard]] vector_in operator[](std::int64_t k) const {
        return vectors_[static_cast<std::size_t>(k)];
    }

    // Room for the next vector, the same until it is appended.
    [[nodiscard]] vector_out next();
    // Appends a times what stands there, which the caller has made orthonormal.
    void append(double a);

    // V^T w, for the first `count` vectors, and ||w|| of a w whose panels (row_panels.hpp) come one by one, each once, from any
    // thread.
    class projection {
    public:
        projection(const krylov_basis& V, std::int64_t count);
        void add(std::int64_t first, std::int64_t last, const double* panel);

        // V^T w and ||w||^2, once all panels of w are there.
        [[nodiscard]] std::vector<double> finish() const;

    private:
        const krylov_basis* V_;
        std::int64_t count_;
        std::vector<double> partial_;  // for each panel V^T w and w^T w
    };

    // w -= V h with h = V^T w, twice where needed (classical Gram-Schmidt, reorthogonalised): V^T w = 0 to rounding.
    // Adds V^T w to h (size() long) and returns ||w||.
    double orthogonalise(vector_out w, std::span<double> h) const;
    // The same where V^T w is known already.
    double orthogonalise(vector_out w, const projection& onto_V, std::span<double> h) const;

    // max |v_i^T v_j|, i < j < count, measured: V is read once.
    [[nodiscard]] double largest_overlap(std::int64_t count) const;

    // out = [v_0 ... v_{p-1}] c for the p <= size() entries of c
    void combine(std::span<const double> c, vector_out out) const;

    // Replaces the first k vectors V_k by V_k Q for Q (k x kept, row-major) with orthonormal columns, in place.
    void rotate(std::span<const double> Q, std::int64_t k, std::int64_t kept);

private:
    [[nodiscard]] projection project(vector_in w) const;
    // Adds v_i^T v_j of the rows first .. last - 1 to sums, for j < k and i < j.
    void add_overlaps(std::int64_t first, std::int64_t last, std::size_t k, double* sums) const;
    // Returns ||w||.
    double subtract(std::span<const double> h, vector_out w) const;

    std::int64_t n_;
    int threads_;
    std::vector<buffer<double>> vectors_;
    buffer<double> next_;
};

}  // namespace rhochain
