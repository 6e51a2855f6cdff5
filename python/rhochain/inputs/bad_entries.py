"""An entry of W that is NaN or Inf, named by its row and column."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["refuse_entries_of_array", "refuse_entries_of_csr"]

_Array = npt.NDArray[Any]


def refuse_entries_of_array(array: _Array) -> None:
    """ValueError where an entry is not finite."""
    places = np.argwhere(~np.isfinite(array))
    if len(places):
        row, col = places[0]
        _refuse(array[row, col], row, col)


def refuse_entries_of_csr(indptr: _Array, indices: _Array, data: _Array) -> None:
    """ValueError where an entry is not finite. The arrays need not be those of a matrix."""
    places = np.flatnonzero(~np.isfinite(data[: len(indices)]))
    if len(places):
        at = places[0]
        _refuse(data[at], np.searchsorted(indptr, at, side="right") - 1, indices[at])


def _refuse(entry: Any, row: Any, col: Any) -> None:
    raise ValueError(f"W must have finite entries; got {entry} in row {row}, column {col}, counted from 0") from None
