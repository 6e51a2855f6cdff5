"""Whether two matrices are the same, as far as products tell."""

from __future__ import annotations

import numpy as np

from rhochain.inputs.matrix import Matrix

__all__ = ["same_matrix"]


def same_matrix(A: Matrix, B: Matrix) -> bool:
    """Whether the products with two random vectors agree, up to the order in which their terms are added."""
    if A.operator is B.operator:
        return True
    x = np.random.default_rng(0).standard_normal((A.shape[1], 2))
    with np.errstate(all="ignore"):
        a, b = A @ x, B @ x
        agree = (a == b) | (np.abs(a - b) <= 1e-9 * np.abs(a))
    # Where the terms of a row cancel in one of the vectors, they do not in the other.
    return bool(agree.any(axis=1).all())
