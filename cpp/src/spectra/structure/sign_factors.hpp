// Whether the entries of W have signs that factorize, W = S1 |W| S2 with diagonal signs S1 and S2: the columns have
// one sign each (Dale's principle), or the rows, or both up to signs. In the bipartite graph of rows and columns with
// an edge for each nonzero entry that is a 2-colouring in which an edge joins equal colours if w_ij > 0, and
// different ones if w_ij < 0; it exists exactly if every cycle has an even number of negative entries. O(nnz) time
// for all entries, and less where the signs do not factorize. Then D W D^-1 = S1 (D |W| D^-1) S2 for every diagonal
// D, with the singular values of D |W| D^-1 (docs/theory/24-dale.md):
//     sigma_1(W) = sigma_1(|W|);     mu_D(W) = rho(|W|), for which the components of W suffice.
#pragma once

#include <rhochain/spectra/structure/components.hpp>

#include <vector>

namespace rhochain {

[[nodiscard]] bool signs_factorize(const stored_entries& W);

// Whether the entries of each row of the view have one sign.
[[nodiscard]] bool rows_have_one_sign(const stored_entries& W);

// For each component by itself.
[[nodiscard]] std::vector<bool> signs_factorize(const stored_entries& W, const component_partition& P);

}  // namespace rhochain
