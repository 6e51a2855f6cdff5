"""A matrix whose rows and columns have labels, as a `Weights`: matched by label, whatever their order."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from rhochain.weights.weights import Counts, Weights

__all__ = ["labelled_matrix"]


def labelled_matrix(matrix: Any, row_labels: Any, column_labels: Any, rows: str | None, *, origin: str = "") -> Weights:
    """W of a matrix with a label for each row and each column; its neurons are in the order of the rows.

    Examples
    --------
    >>> import numpy as np
    >>> W = labelled_matrix(np.array([[0.0, 2.0], [1.0, 0.0]]), ["a", "b"], ["b", "a"], "target")
    >>> W.matrix
    array([[2., 0.],
           [0., 1.]])
    """
    ids, across = np.asarray(row_labels), np.asarray(column_labels)
    if ids.dtype.kind == "O":
        ids, across = ids.astype(np.str_), across.astype(np.str_)
    notes: tuple[str, ...] = ()
    if not np.array_equal(ids, across):
        order = np.argsort(across)
        if len(np.unique(ids)) != len(ids) or not np.array_equal(np.sort(ids), across[order]):
            raise ValueError("labels: other labels of rows than of columns; expected each label once on either side")
        matrix = (sparse.csr_array(matrix) if sparse.issparse(matrix) else matrix)[
            :, order[np.searchsorted(across[order], ids)]
        ]
        notes = ("columns were in another order than rows: matched by label",)
    if rows == "source":
        matrix, notes = matrix.T, (*notes, "rows were sources: W is the transposed matrix")
        matrix = sparse.csr_array(matrix) if sparse.issparse(matrix) else matrix
    size = int(matrix.nnz) if sparse.issparse(matrix) else int(matrix.size)
    return Weights(matrix, ids, None if rows is None else "target", origin, Counts(rows=size), notes)
