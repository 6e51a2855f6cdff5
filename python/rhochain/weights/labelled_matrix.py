"""A matrix whose rows and columns have labels, as a `Weights`: matched by label, whatever their order."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy import sparse

from rhochain.weights.arrays import Ids
from rhochain.weights.id_positions import IdPositions
from rhochain.weights.ids import distinct_labels
from rhochain.weights.orientation import with_target_rows
from rhochain.weights.refusals import BadArgument, BadData
from rhochain.weights.weights import Counts, Weights

__all__ = ["labelled_matrix", "named_neurons"]


def labelled_matrix(
    matrix: Any, row_labels: Any, column_labels: Any, rows: str | None, *, union: bool = False, origin: str = ""
) -> Weights:
    """W of a matrix with a label for each row and each column.

    Parameters
    ----------
    matrix : ndarray or sparse array of shape (m, k)
    row_labels, column_labels : array_like of shape (m,) and (k,)
        Integers or text, each label once on its side.
    rows : {"target", "source", None}
        What the rows are. "source": W is the transposed matrix. None: W stays as stored.
    union : bool
        Labels of one side alone become neurons with a row or a column of zeros, after those of the rows. By default
        they are refused.
    origin : str
        Where the matrix came from, for reports.

    Returns
    -------
    Weights
        Its neurons are in the order of the rows. A note says where the columns had another order, or other labels.

    Examples
    --------
    >>> import numpy as np
    >>> W = labelled_matrix(np.array([[0.0, 2.0], [1.0, 0.0]]), ["a", "b"], ["b", "a"], "target")
    >>> W.matrix
    array([[2., 0.],
           [0., 1.]])
    >>> W.notes
    ('columns were in another order than rows: matched by label',)
    """
    rows_named, columns_named = (
        distinct_labels("labels of rows", row_labels),
        distinct_labels("labels of columns", column_labels),
    )
    if matrix.shape != (len(rows_named), len(columns_named)):
        given = f"{len(rows_named)} labels of rows and {len(columns_named)} of columns"
        raise BadData("labels", f"{given} for shape {matrix.shape}", "one for each row and each column")
    if rows_named.dtype.kind != columns_named.dtype.kind:
        kinds = f"{rows_named.dtype} of rows and {columns_named.dtype} of columns"
        raise BadData("labels", kinds, "both integers or both text")
    notes: tuple[str, ...] = ()
    ids = rows_named
    if not np.array_equal(rows_named, columns_named):
        matrix, ids, notes = _matched(matrix, rows_named, columns_named, union)
    counts = Counts(rows=int(matrix.size), neurons=len(ids))
    return with_target_rows(Weights(matrix, ids, None, origin, counts, notes), rows)


def _matched(matrix: Any, rows_named: Ids, columns_named: Ids, union: bool) -> tuple[Any, Ids, tuple[str, ...]]:
    """The square matrix of both, its ids, and the note."""
    place = IdPositions(rows_named)(columns_named)
    new = place < 0
    alone = len(rows_named) - np.count_nonzero(~new)
    if not new.any() and not alone:
        order = np.argsort(place)
        moved = sparse.csr_array(matrix)[:, order] if sparse.issparse(matrix) else np.asarray(matrix)[:, order]
        return moved, rows_named, ("columns were in another order than rows: matched by label",)
    only = f"{alone:,} of rows alone and {np.count_nonzero(new):,} of columns alone"
    if not union:
        raise BadData("labels", only, "the same labels of rows and columns, in any order")
    ids = np.concatenate([rows_named, columns_named[new]])
    place[new] = np.arange(len(rows_named), len(ids))
    shape = len(ids), len(ids)
    if sparse.issparse(matrix):
        entries = sparse.coo_array(matrix)
        square: Any = sparse.coo_array((entries.data, (entries.row, place[entries.col])), shape=shape).tocsr()
    else:
        square = np.zeros(shape, matrix.dtype)
        square[: len(rows_named), place] = matrix
    return square, ids, (f"labels: {only}; W has the neurons of both",)


def named_neurons(W: Weights, ids: Ids) -> Weights:
    """W with names in the order of its rows and columns."""
    if W.shape != (len(ids), len(ids)):
        raise BadArgument(f"nodes must name each row and column of W once; got {len(ids)} names for shape {W.shape}")
    return dataclasses.replace(W, ids=ids, counts=dataclasses.replace(W.counts, neurons=len(ids)))
