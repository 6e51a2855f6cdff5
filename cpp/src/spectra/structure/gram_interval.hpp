// Multiples of orthogonal matrices, up to rounding: with G = W^T W and e >= ||G - c^2 I||_inf every singular value of
// W, and so every eigenvalue, has a modulus in
//     [sqrt(c^2 - e), sqrt(c^2 + e)].
// PROVED: every entry of G is computed, with an error of at most g(m + 2) times the norms of its two columns. A matrix
// whose rows differ in length, or where one of three rows is not orthogonal to the others, is given up early.
#pragma once

#include <rhochain/operators/linear_map.hpp>
#include <rhochain/spectra/estimate.hpp>

#include <optional>

namespace rhochain {

class state_archive;  // kernels/vectors/state_archive.hpp

struct modulus_interval {
    double lower = 0.0;
    double upper = 0.0;
};

// Of the map itself, without its exponent. Nothing unless W is square, its entries are known, its row norms agree, the
// interval is narrow and G takes at most 2^30 products of entries. Memory: a copy of W, and n numbers a thread.
[[nodiscard]] std::optional<modulus_interval> gram_interval(const linear_map& W);

// Whether all rows have the same norm, as those of a multiple of an orthogonal matrix have; none have it too.
[[nodiscard]] bool rows_agree_in_norm(const stored_entries& rows, int exponent);

void exchange(state_archive& s, std::optional<modulus_interval>& moduli);

// Moves both ends into the interval, PROVED also where a PROBABLE one is narrower.
void tighten_by_interval(Bracket& b, const modulus_interval& moduli);

}  // namespace rhochain
