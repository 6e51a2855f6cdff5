"""NumPy's .npy files: the header is compared with the bytes that follow before any of them is read."""

from __future__ import annotations

import io
import math
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from rhochain.files.faults import FileFault, in_quotes, require_memory

__all__ = ["ArrayHeader", "array_header", "read_array", "read_npy", "require_matrix", "require_numbers"]

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000  # as NumPy has it


class ArrayHeader(NamedTuple):
    """What a .npy file says about the array that follows."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def array_header(stream: BinaryIO, size: int, place: str, *, whole: bool = True) -> ArrayHeader:
    """The header of a .npy file of `size` bytes, which holds the array that it states and nothing more.

    `whole`: the memory of the machine has to hold the array.
    """
    start = stream.read(10)
    if start[:6] != _MAGIC or len(start) < 10:
        raise FileFault(place, f"first bytes {in_quotes(start[:10])}", f"a .npy file, which begins with {_MAGIC!r}")
    version = start[6], start[7]
    if version not in ((1, 0), (2, 0)):
        raise FileFault(place, f".npy version {version[0]}.{version[1]}", "1.0 or 2.0, which hold arrays of numbers")
    length = start[8:] if version == (1, 0) else start[8:] + stream.read(2)
    count = int.from_bytes(length, "little")
    if count > _LONGEST_HEADER:
        raise FileFault(place, f"a header of {count} bytes", f"at most {_LONGEST_HEADER}")
    text = stream.read(count)
    parse = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, _, dtype = parse(io.BytesIO(length + text))
    except Exception as error:  # whatever Python's parser says about the text of the header
        raise FileFault(place, f"the header {in_quotes(text.strip())}", "type, order and shape of an array") from error
    if any(extent < 0 for extent in shape):
        raise FileFault(place, f"a header with shape {shape}", "no negative extent")
    if dtype.hasobject:
        raise FileFault(place, "an array of objects", "numbers (objects are pickles, which are never loaded)")
    header = ArrayHeader(shape, dtype)
    follow = size - 6 - 2 - len(length) - count
    if header.nbytes != follow:
        raise FileFault(place, f"{follow} bytes of entries", f"{header.nbytes} for shape {shape} of {dtype}")
    if whole:
        require_memory(place, "an array", header.nbytes)
    return header


def require_numbers(place: str, dtype: np.dtype[Any], *, kinds: str = "biuf", expected: str = "real numbers") -> None:
    """Refuse entries of another type."""
    if dtype.kind not in kinds:
        raise FileFault(place, f"entries of type {dtype}", expected)


def read_array(stream: BinaryIO) -> npt.NDArray[Any]:
    """The array of a .npy file whose header was checked, in this machine's byte order."""
    array: npt.NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def require_matrix(place: str, header: ArrayHeader) -> None:
    """Refuse what is no array of real numbers with two dimensions, rows and columns."""
    if len(header.shape) != 2:
        raise FileFault(place, f"an array of shape {header.shape}", "two dimensions")
    if 0 in header.shape:
        raise FileFault(place, f"an array of shape {header.shape}", "at least one row and one column")
    require_numbers(place, header.dtype)


def read_npy(stream: BinaryIO, size: int) -> npt.NDArray[Any]:
    """The matrix of a .npy file of `size` bytes."""
    require_matrix("header", array_header(stream, size, "header"))
    stream.seek(0)
    return read_array(stream)
