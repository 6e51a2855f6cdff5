"""Sparse matrices from the arrays that describe them, checked before SciPy gets them: it reads beyond bad pointers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.faults import FileFault

__all__ = [
    "compressed_matrix",
    "coordinate_matrix",
    "diagonal_matrix",
    "require_length",
    "require_pointers",
    "require_range",
    "wide_entries",
]


def wide_entries(data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Entries in a type in which SciPy adds up positions listed twice without overflow of integers."""
    if data.dtype.kind in "biu":
        return data.astype(np.float64)
    return data.astype(np.float32) if data.dtype.itemsize == 2 else data


def require_range(name: str, positions: npt.NDArray[Any], most: int, begin: int = 0) -> None:
    """Positions from 0 to below `most`, compared as they are: no difference, which could overflow.

    The first is that of entry `begin` of the array.
    """
    outside = (positions < 0) | (positions >= most)
    if outside.any():
        at = int(np.argmax(outside))
        raise FileFault(f"{name}, entry {begin + at}", str(positions[at]), f"0 to {most - 1}")


def require_length(name: str, came: int, expected: int) -> None:
    """Refuse an array of another length."""
    if came != expected:
        raise FileFault(name, f"{came} numbers", str(expected))


def require_pointers(sound: bool, name: str, entries: int) -> None:
    """Refuse pointers that are not sound, of lines with so many entries."""
    if not sound:
        raise FileFault(name, "a sequence that is no row pointer", f"0 <= .. <= {entries}, never less")


def coordinate_matrix(
    data: npt.NDArray[Any], positions: list[npt.NDArray[Any]], shape: tuple[int, int], prefix: str = "array "
) -> Any:
    """The COO matrix of entries and their rows and columns, which faults call `prefix` with "row" and "col"."""
    for name, array, most in zip(("row", "col"), positions, shape, strict=True):
        require_length(prefix + name, len(array), len(data))
        require_range(prefix + name, array, most)
    return sparse.coo_array((data, tuple(array.astype(_index_type(shape)) for array in positions)), shape=shape)


def diagonal_matrix(
    data: npt.NDArray[Any], offsets: npt.NDArray[Any], shape: tuple[int, int], prefix: str = "array "
) -> Any:
    """The DIA matrix of diagonals and their places."""
    require_length(f"{prefix}offsets", len(offsets), len(data))
    rows, cols = shape
    signed = offsets.astype(np.int64)
    inside = (signed > -rows) & (signed < cols) & ((offsets >= 0) == (signed >= 0))  # others hold no entry of W
    data, signed = data[inside], signed[inside]
    if len(np.unique(signed)) != len(signed):
        raise FileFault(f"{prefix}offsets", "a diagonal listed twice", "each once")
    return sparse.dia_array((data, signed.astype(_index_type(shape))), shape=shape)


def compressed_matrix(
    kind: str,
    data: npt.NDArray[Any],
    positions: list[npt.NDArray[Any]],
    shape: tuple[int, int],
    prefix: str = "array ",
    names: tuple[str, str] = ("indices", "indptr"),
) -> Any:
    """The CSR, CSC or BSR matrix of entries, indices and pointers; faults call them `prefix` with one of `names`."""
    indices, indptr = positions
    tall, wide = data.shape[1:] if kind == "bsr" else (1, 1)
    if shape[0] % tall or shape[1] % wide:
        raise FileFault(f"{prefix}data", f"blocks of {tall} x {wide}", f"a divisor of the shape {shape}")
    lines, across = shape[0] // tall, shape[1] // wide
    if kind == "csc":
        lines, across = across, lines
    require_length(prefix + names[0], len(indices), len(data))
    require_length(prefix + names[1], len(indptr), lines + 1)
    sound = indptr[0] == 0 and not (indptr[:-1] > indptr[1:]).any() and indptr[-1] <= len(indices)
    require_pointers(sound, prefix + names[1], len(indices))
    indices, data = indices[: int(indptr[-1])], data[: int(indptr[-1])]
    require_range(prefix + names[0], indices, across)
    index_type = np.int32 if max(*shape, data.size) < 2**31 else np.int64
    parts = data, indices.astype(index_type, copy=False), indptr.astype(index_type, copy=False)
    return {"csr": sparse.csr_array, "csc": sparse.csc_array, "bsr": sparse.bsr_array}[kind](parts, shape=shape)


def _index_type(shape: tuple[int, int]) -> type[np.signedinteger[Any]]:
    return np.int32 if max(shape) < 2**31 else np.int64
