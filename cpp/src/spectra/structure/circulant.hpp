// Whether W is circulant, w_ij = c_(j - i mod n): normal with the eigenvalues sum_k c_k z^k, z^n = 1.
#pragma once

#include <rhochain/operators/stored_entries.hpp>

namespace rhochain {

// O(nnz log n) time. A matrix that is none is given up after two rows, most often.
[[nodiscard]] bool is_circulant(const stored_entries& W);

}  // namespace rhochain
