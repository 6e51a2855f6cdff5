"""Matrices that the kernel benchmarks and the roofline share."""

from __future__ import annotations

import numpy as np
from scipy import sparse

# Rows and mean nonzeros a row of the random matrices.
RANDOM = {
    "100k x 10": (100_000, 10),
    "139k x 108": (139_000, 108),
    "1M x 10": (1_000_000, 10),
    "8M x 10": (8_000_000, 10),
}


def random_matrix(n: int, degree: int, dtype=np.float64):
    """Gaussian entries in random columns, the number in a row Poisson."""
    rng = np.random.default_rng(n + degree)
    indptr = np.concatenate([[0], np.cumsum(rng.poisson(degree, n))]).astype(np.int32)
    nnz = int(indptr[-1])
    W = sparse.csr_array(
        (rng.standard_normal(nnz, dtype=dtype), rng.integers(0, n, nnz, dtype=np.int32), indptr), shape=(n, n)
    )
    W.sum_duplicates()
    return W


def banded_matrix(n: int, diagonals: int):
    rng = np.random.default_rng(n)
    half = diagonals // 2
    return sparse.diags_array(
        [rng.standard_normal(n - abs(k)) for k in range(-half, half + 1)], offsets=range(-half, half + 1), format="csr"
    )


def hub_matrix(n: int, degree: int):
    """A tenth of all nonzeros in one row, the rest as in `random_matrix`."""
    rng = np.random.default_rng(n)
    lengths = rng.poisson(0.9 * degree, n)
    lengths[n // 2] = min(n, n * degree // 10)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    nnz = int(indptr[-1])
    columns = rng.integers(0, n, nnz, dtype=np.int32)
    hub = slice(indptr[n // 2], indptr[n // 2 + 1])
    columns[hub] = rng.permutation(n)[: lengths[n // 2]]
    W = sparse.csr_array((rng.standard_normal(nnz), columns, indptr), shape=(n, n))
    W.sum_duplicates()
    return W
