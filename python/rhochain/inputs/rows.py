"""Rows of slopes or states, wherever they are kept, as the native core reads them."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BLOCK_BYTES", "row_source"]

_Array = npt.NDArray[Any]
BLOCK_BYTES = 2**25
"""Of rows read at a time where memory allows; more would not make it faster."""

_Fetch = Callable[[int, int, npt.NDArray[np.float64]], None]


def row_source(
    name: str, rows: Any, n: int, width: str | None = None, memory: int | None = None
) -> tuple[_Array | _Fetch, int]:
    """An array whose rows the core can borrow, or a function that fetches blocks of rows; and their number.

    `width` says in a message what n, the length of a row, is. A memory map that spans more than `memory` bytes is
    fetched, and its pages are given back to the system after each piece of at most a quarter of that.

    Raises
    ------
    TypeError, ValueError
        Naming the argument `name`, what came and what was expected.
    """
    if hasattr(rows, "detach") and hasattr(rows, "cpu"):
        rows = rows.detach().cpu().numpy()
    if isinstance(rows, (list, tuple)):
        rows = np.asarray(rows)
    if isinstance(rows, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array; {name}.filled(0) gives its masked entries a value")
    if not (hasattr(rows, "__len__") and hasattr(rows, "__getitem__")) or isinstance(rows, (str, bytes, dict)):
        raise TypeError(
            f"{name} must be an array or an object with len() and slices of rows; got {type(rows).__name__}"
        )
    width = width or f"n = {n} as in W"
    shape = getattr(rows, "shape", None)
    if shape is not None and (len(shape) != 2 or shape[1] != n):
        raise ValueError(f"{name} must have shape (K, {n}), with {width}; got {tuple(shape)}")
    count = len(rows)
    if isinstance(rows, np.ndarray):
        _require_real(name, rows.dtype)
        file = None if memory is None or count == 0 or _span(rows) <= memory else _shared_map(rows)
        if memory is not None and file is not None:
            return _streamed(rows, file, min(BLOCK_BYTES, memory // 4)), count
        if _borrowable(rows):
            return rows, count
    elif count:
        _checked_block(name, rows, 0, 1, n, width)

    def fetch(begin: int, end: int, out: npt.NDArray[np.float64]) -> None:
        out[...] = _checked_block(name, rows, begin, end, n, width)

    return fetch, count


def _span(rows: _Array) -> int:
    """Bytes from the first entry to the last."""
    (count, n), (down, across) = rows.shape, rows.strides
    return int(rows.itemsize + abs(down) * (count - 1) + abs(across) * (n - 1))


def _shared_map(rows: _Array) -> mmap.mmap | None:
    """The mapping of a file behind a view of it, if its pages can be given back without losing what was written."""
    base: Any = rows
    while isinstance(base, np.ndarray):
        if isinstance(base, np.memmap) and base.mode != "c" and hasattr(mmap, "MADV_DONTNEED"):
            file: Any = base._mmap  # type: ignore[attr-defined]
            if isinstance(file, mmap.mmap):
                return file
        base = base.base
    return None


def _streamed(rows: _Array, file: mmap.mmap, piece_bytes: int) -> _Fetch:
    reach = max(abs(rows.strides[0]), _span(rows[:1]))
    piece = max(1, piece_bytes // reach)

    def fetch(begin: int, end: int, out: npt.NDArray[np.float64]) -> None:
        for first in range(begin, end, piece):
            last = min(end, first + piece)
            out[first - begin : last - begin] = rows[first:last]
            file.madvise(mmap.MADV_DONTNEED)

    return fetch


def _borrowable(rows: _Array) -> bool:
    return (
        rows.dtype.isnative
        and rows.dtype in (np.float32, np.float64)
        and rows.flags.aligned
        and (rows.shape[1] <= 1 or rows.strides[1] == rows.itemsize)
        and rows.strides[0] % rows.itemsize == 0
    )


def _checked_block(name: str, rows: Any, begin: int, end: int, n: int, width: str) -> _Array:
    block = np.asarray(rows[begin:end])
    _require_real(name, block.dtype)
    if block.shape != (end - begin, n):
        raise ValueError(f"{name}[{begin}:{end}] must have shape ({end - begin}, {n}), with {width}; got {block.shape}")
    return block


def _require_real(name: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise TypeError(f"{name} must hold real numbers of at most 64 bits; got dtype {dtype}")
