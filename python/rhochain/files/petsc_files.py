"""PETSc's binary format of a sparse matrix: big-endian integers and numbers, without a name.

    1211216, rows, columns, entries; the entries of each row; their columns; their values

Integers have 32 or 64 bits, values are float64 or float32: the file does not say which, its length does. A matrix of
several processes may be followed by other objects, so that only a file that ends with the matrix is read.
Source: PETSc, MatLoad and PetscBinaryRead.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from rhochain.files.faults import FileFault, require_memory, require_sane_shape
from rhochain.files.numpy_files import require_numbers
from rhochain.files.sparse_parts import compressed_matrix

__all__ = ["PETSC_MATRICES", "read_petsc"]

_CLASS = 1211216
PETSC_MATRICES = (_CLASS.to_bytes(4, "big"), _CLASS.to_bytes(8, "big"))
"""First bytes of a file with integers of 32 and of 64 bits."""


def read_petsc(stream: BinaryIO, size: int, most_bytes: int | None) -> Any:
    """The matrix of a file of `size` bytes."""
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
                require_memory("header", "entries", 2 * size, most_bytes)
                return _read(stream, wide, width, (rows, cols), entries)
    lengths = " or ".join(map(str, tried)) or "a header of class, rows, columns and entries"
    raise FileFault("header", f"a file of {size} bytes", lengths)


def _read(stream: BinaryIO, wide: int, width: int, shape: tuple[int, int], entries: int) -> Any:
    stream.seek(4 * wide)
    counts = np.frombuffer(stream.read(wide * shape[0]), f">i{wide}").astype(np.int64)
    indices = np.frombuffer(stream.read(wide * entries), f">i{wide}").astype(np.int64)
    dtype = np.dtype({4: ">f4", 8: ">f8", 16: ">c16"}[width])
    require_numbers("array values", dtype)
    data = np.frombuffer(stream.read(width * entries), dtype).astype(dtype.newbyteorder("="))
    if ((counts < 0) | (counts > entries)).any() or counts.sum() != entries:
        raise FileFault("array rows", f"lengths of rows that sum to {counts.sum()}", str(entries))
    pointers = np.concatenate([[0], np.cumsum(counts)])
    return compressed_matrix("csr", data, [indices, pointers], shape)
