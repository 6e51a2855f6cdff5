// Operations on k vectors v_0 .. v_{k-1} of one space together. They process parts of the vectors that fit into the
// first cache of a core.
#pragma once

#include <rhochain/kernels/space/panel_sums.hpp>
#include <rhochain/kernels/vectors/vector_ops.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rhochain {

using vector_list = std::span<const vector_in>;

// V^T w and w^T w for a w whose panels come one by one, each once, from any thread.
class basis_projection {
public:
    basis_projection(std::vector<vector_in> V, const space& S)
        : V_(std::move(V)), sums_(S, static_cast<std::int64_t>(V_.size()) + 1) {}

    void add(std::int64_t first, std::int64_t last, panel_in w);

    // (*) After all panels: V^T w, and w^T w last.
    [[nodiscard]] std::vector<double> finish() const { return sums_.totals(); }

private:
    std::vector<vector_in> V_;
    panel_sums sums_;
};

// (*) The same for a complete w.
[[nodiscard]] std::vector<double> project(vector_list V, vector_in w, const space& S);

// (*) w -= V h. Returns ||w||.
double subtract(vector_list V, std::span<const double> h, vector_out w, const space& S);

// V <- V Q in place for the first `kept` vectors; Q is k x kept, row-major.
void rotate(std::span<const vector_out> V, std::span<const double> Q, std::int64_t kept, const space& S);

// (*) max |v_i^T v_j|, i < j. Reads V once.
[[nodiscard]] double largest_overlap(vector_list V, const space& S);

}  // namespace rhochain
