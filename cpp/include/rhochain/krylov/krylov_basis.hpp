// Orthonormal vectors V = [v_0 ... v_{k-1}] in R^n, V^T V = I to rounding. Memory: 8 n bytes a vector, taken when a
// vector is appended.
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

    // Appends a w, which the caller has made orthonormal.
    void append(double a, vector_in w);
    void truncate(std::int64_t k) { vectors_.resize(static_cast<std::size_t>(k)); }

    // V^T w and ||w|| of a vector whose panels (row_panels.hpp) come one by one, each once, from any thread.
    class projection {
    public:
        explicit projection(const krylov_basis& V);
        void add(std::int64_t first, std::int64_t last, const double* panel);

        // Once all panels of w are there.
        void finish(std::span<double> h) const;
        [[nodiscard]] double norm(vector_in w) const;

    private:
        const krylov_basis* V_;
        std::vector<double> partial_;  // for each panel V^T w and w^T w
    };

    // w -= V h with h = V^T w, twice where needed (classical Gram-Schmidt, reorthogonalised): V^T w = 0 to rounding.
    // Adds V^T w to h (size() long) and returns ||w||.
    double orthogonalise(vector_out w, std::span<double> h) const;
    // The same where V^T w is known already. With max |V^T w| <= tolerated ||w|| it leaves w as it is.
    double orthogonalise(vector_out w, const projection& onto_V, std::span<double> h, double tolerated = 0.0) const;

    // out = [v_0 ... v_{p-1}] c for the p <= size() entries of c
    void combine(std::span<const double> c, vector_out out) const;

    // Replaces V by V Q for Q (size() x kept, row-major) with orthonormal columns, in place.
    void rotate(std::span<const double> Q, std::int64_t kept);

private:
    [[nodiscard]] projection project(vector_in w) const;
    // Returns ||w||.
    double subtract(std::span<const double> h, vector_out w) const;

    std::int64_t n_;
    int threads_;
    std::vector<buffer<double>> vectors_;
};

}  // namespace rhochain
