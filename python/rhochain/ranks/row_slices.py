"""Rows of a trajectory of which each rank reads its columns, in blocks of the same rows at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.inputs.matrix import Matrix
from rhochain.ranks.callers import callers_of

__all__ = ["Rows", "agreed_rows", "column_slices", "slice_width"]

Rows = npt.NDArray[Any] | Callable[[int, int, npt.NDArray[np.float64]], None]
"""An array, or a function that fetches rows: (begin, end, out)."""


def slice_width(A: Matrix) -> str | None:
    """What a row is as long as, for a message of one rank."""
    if not A.on_ranks:
        return None
    first, own = callers_of(A).first, A.own_columns
    return f"the entries {first} to {first + own - 1} of this rank"


def agreed_rows(name: str, rows: Rows, count: int, A: Matrix) -> Rows:
    """The rows of this rank, fetched on all ranks where one of them fetches: then they wait for each other.

    Raises
    ------
    ValueError
        The ranks have different numbers of rows.
    """
    callers = callers_of(A)
    if callers.comm is None:
        return rows
    callers.require_same(**{f"len({name})": count})
    fetched = any(callers.gathered(callable(rows)))
    if callable(rows) or not fetched:
        return rows

    def fetch(begin: int, end: int, out: npt.NDArray[np.float64]) -> None:
        out[...] = rows[begin:end]

    return fetch


def column_slices(rows: Rows, width: int, first: int) -> Rows:
    """The columns from `first` on, as many as are asked for, of whole rows: an array is whole, a function cuts them."""
    if not callable(rows):
        return rows

    def fetch(begin: int, end: int, out: npt.NDArray[np.float64]) -> None:
        whole = np.empty((end - begin, width))
        rows(begin, end, whole)
        out[...] = whole[:, first : first + out.shape[1]]

    return fetch
