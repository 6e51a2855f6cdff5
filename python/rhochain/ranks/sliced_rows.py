"""Rows of a matrix moved to other ranks, and the rows of its transpose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.ranks.agreement import Communicator
from rhochain.ranks.exchange import exchanged
from rhochain.ranks.slices import Lengths, first_rows

__all__ = ["moved", "transposed"]


def moved(comm: Communicator, rows: sparse.csr_array, old: Lengths, new: Lengths) -> sparse.csr_array:
    """The rows that this rank has where rank r has new[r] of them, from those where it has old[r].

    The entries of a row keep their order.
    """
    if np.array_equal(old, new):
        return rows
    begin = int(first_rows(old)[comm.rank])
    starts = first_rows(new)
    cuts = np.clip(np.stack([starts, starts + new]) - begin, 0, rows.shape[0])
    counts = np.diff(rows.indptr)
    places = rows.indptr[cuts]
    lengths = np.concatenate(exchanged(comm, [counts[a:b] for a, b in cuts.T]))
    indices = np.concatenate(exchanged(comm, [rows.indices[a:b] for a, b in places.T]))
    data = np.concatenate(exchanged(comm, [rows.data[a:b] for a, b in places.T]))
    return _csr(lengths, indices, data, rows.shape[1])


def transposed(comm: Communicator, rows: sparse.csr_array, of_rows: Lengths, of_columns: Lengths) -> sparse.csr_array:
    """The rows of W^T that this rank has, each with its entries in the order of the rows of W.

    Memory: the rows of this rank three times for a while.
    """
    columns = rows.tocsc()
    starts = first_rows(of_columns)
    cuts = np.stack([starts, starts + of_columns]).T
    places = columns.indptr[cuts]
    counts = np.diff(columns.indptr)
    sources = columns.indices + columns.indices.dtype.type(first_rows(of_rows)[comm.rank])
    lengths = exchanged(comm, [counts[a:b] for a, b in cuts])
    indices = exchanged(comm, [sources[a:b] for a, b in places])
    data = exchanged(comm, [columns.data[a:b] for a, b in places])
    total: npt.NDArray[np.int64] = np.sum(lengths, axis=0, dtype=np.int64)
    next_place = np.cumsum(total) - total
    merged_indices = np.empty(int(total.sum()), indices[0].dtype)
    merged = np.empty(len(merged_indices), data[0].dtype)
    for of_rank, row, entry in zip(lengths, indices, data, strict=True):
        own = np.cumsum(of_rank, dtype=np.int64) - of_rank
        place = np.repeat(next_place - own, of_rank) + np.arange(len(row))
        merged_indices[place] = row
        merged[place] = entry
        next_place += of_rank
    return _csr(total, merged_indices, merged, int(of_rows.sum()))


def _csr(
    lengths: npt.NDArray[np.integer], indices: npt.NDArray[np.integer], data: npt.NDArray[np.floating], columns: int
) -> sparse.csr_array:
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(indices.dtype)
    return sparse.csr_array((data, indices, indptr), shape=(len(lengths), columns))
