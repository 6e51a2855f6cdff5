"""PETSc's binary format of a sparse matrix: big-endian integers and numbers, without a name.

    1211216, rows, columns, entries; the entries of each row; their columns; their values

Integers have 32 or 64 bits, values are float64 or float32: the file does not say which, its length does. A matrix of
several processes may be followed by other objects, so that only a file that ends with the matrix is read.
Source: PETSc, MatLoad and PetscBinaryRead.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.faults import FileFault, require_memory, require_sane_shape
from rhochain.files.load_options import LoadOptions
from rhochain.files.numpy_files import require_numbers
from rhochain.files.sparse_parts import compressed_matrix
from rhochain.files.stored_lines import Lengths, StoredLines

__all__ = ["PETSC_MATRICES", "lines_of_petsc", "read_petsc"]

_CLASS = 1211216
PETSC_MATRICES = (_CLASS.to_bytes(4, "big"), _CLASS.to_bytes(8, "big"))
"""First bytes of a file with integers of 32 and of 64 bits."""


class _Layout(NamedTuple):
    """Bytes of an integer and of a value, and what the header says."""

    wide: int
    width: int
    rows: int
    cols: int
    entries: int

    def array(self, stream: BinaryIO, name: str, begin: int, end: int) -> npt.NDArray[Any]:
        """The numbers begin to end - 1 of "lengths", "indices" or "data"."""
        integers = {"lengths": 4, "indices": 4 + self.rows, "data": 4 + self.rows + self.entries}[name]
        dtype = np.dtype({4: ">f4", 8: ">f8", 16: ">c16"}[self.width] if name == "data" else f">i{self.wide}")
        require_numbers("array values", dtype)
        stream.seek(self.wide * integers + dtype.itemsize * begin)
        return np.frombuffer(stream.read(dtype.itemsize * (end - begin)), dtype).astype(dtype.newbyteorder("="))


class _PetscLines(StoredLines):
    """Rows, of which the file says the lengths."""

    def lengths(self, begin: int, end: int) -> tuple[Lengths, bool]:
        found = self.read("lengths", begin, end, False).astype(np.int64)
        return found, not _unsound(found, self.entries)

    def require_lengths(self, sound: bool, total: int) -> None:
        _require_sum(sound, total, self.entries)


def read_petsc(stream: BinaryIO, size: int, most_bytes: int | None) -> Any:
    """The matrix of a file of `size` bytes."""
    layout = _layout(stream, size)
    require_memory("header", "entries", 2 * size, most_bytes)
    counts = layout.array(stream, "lengths", 0, layout.rows).astype(np.int64)
    indices = layout.array(stream, "indices", 0, layout.entries).astype(np.int64)
    data = layout.array(stream, "data", 0, layout.entries)
    _require_sum(not _unsound(counts, layout.entries), int(counts.sum()), layout.entries)
    pointers = np.concatenate([[0], np.cumsum(counts)])
    return compressed_matrix("csr", data, [indices, pointers], (layout.rows, layout.cols))


def lines_of_petsc(path: Path, options: LoadOptions) -> StoredLines:
    """The rows of the matrix."""
    with path.open("rb") as stream:
        layout = _layout(stream, path.stat().st_size)

    def read(name: str, begin: int, end: int, _rest: bool) -> npt.NDArray[Any]:
        require_memory("header", "entries", 2 * (end - begin) * max(layout.wide, layout.width), options.most_bytes)
        with path.open("rb") as stream:
            return layout.array(stream, name, begin, end)

    shape = layout.rows, layout.cols
    return _PetscLines("csr", shape, layout.entries, sparse.csr_array(shape), read)


def _layout(stream: BinaryIO, size: int) -> _Layout:
    start = stream.read(32)
    tried = []
    for wide in (4, 8):
        numbers = np.frombuffer(start[: len(start) // wide * wide], f">i{wide}")[:4]
        if len(numbers) < 4 or numbers[0] != _CLASS or (numbers < 0).any():
            continue
        rows, cols, entries = (int(number) for number in numbers[1:])
        for width in (8, 4, 16):
            expected = wide * (4 + rows + entries) + width * entries
            tried.append(expected)
            if expected == size:
                require_sane_shape("header", rows, cols, entries)
                return _Layout(wide, width, rows, cols, entries)
    lengths = " or ".join(map(str, tried)) or "a header of class, rows, columns and entries"
    raise FileFault("header", f"a file of {size} bytes", lengths)


def _unsound(lengths: Lengths, entries: int) -> bool:
    return bool(((lengths < 0) | (lengths > entries)).any())


def _require_sum(sound: bool, total: int, entries: int) -> None:
    if not sound or total != entries:
        raise FileFault("array rows", f"lengths of rows that sum to {total}", str(entries))
