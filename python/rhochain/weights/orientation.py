"""Which side of a pair the rows of a matrix are: after this module, that which receives."""

from __future__ import annotations

import dataclasses

from scipy import sparse

from rhochain.weights.weights import Weights

__all__ = ["with_target_rows"]


def with_target_rows(W: Weights, rows: str | None) -> Weights:
    """W with W[i, j] acting from j on i, where `rows` ("target" or "source") says what its rows are now.

    Examples
    --------
    >>> import numpy as np
    >>> with_target_rows(Weights(np.array([[0.0, 2.0], [0.0, 0.0]])), "source").matrix
    array([[0., 0.],
           [2., 0.]])
    """
    if rows is None:
        return W
    if rows == "target":
        return dataclasses.replace(W, rows="target")
    stored = W.matrix
    turned = sparse.csr_array(stored.T) if sparse.issparse(stored) else stored.T
    note = "rows were sources: W is the transposed matrix"
    return dataclasses.replace(W, matrix=turned, rows="target", notes=(*W.notes, note))
