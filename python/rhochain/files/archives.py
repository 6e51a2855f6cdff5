"""Archives .npz: a sparse matrix as `scipy.sparse.save_npz` writes it, or one array as `numpy.savez` does.

A zip states the size of each member and a member the size of its array: both are compared with what they take up in
the file before anything is unpacked. Deflate shrinks by 1032 at most.
"""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.faults import FileFault, require_sane_shape
from rhochain.files.numpy_files import ArrayHeader, array_header, read_array, require_matrix, require_numbers

__all__ = ["read_npz"]

_T = TypeVar("_T")

_MOST_DEFLATED = 1032
_LONGEST_FORMAT = 64  # bytes
_ENDING = ".npy"
_LISTED, _LONGEST_NAME = 8, 40  # names of arrays in a message, and characters of each
_POSITIONS = {
    "csr": ("indices", "indptr"),
    "csc": ("indices", "indptr"),
    "bsr": ("indices", "indptr"),
    "coo": ("row", "col"),
    "dia": ("offsets",),
}
_DIMENSIONS = {"bsr": 3, "dia": 2}  # of the array data, elsewhere 1


def read_npz(stream: BinaryIO, size: int) -> Any:
    """The matrix of an archive of `size` bytes."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = _Members(archive, size)
            if "format" in members.names:
                return _sparse(members)
            if len(members.names) != 1:
                found = f"{len(members.names)} arrays ({members.listed})" if members.names else "no array"
                raise FileFault("archive", found, "a SciPy sparse matrix or one 2-D array")
            (name,) = members.names
            require_matrix(f"array {_shown(name)}", members.header(name))
            return members.array(name)
    except (FileFault, MemoryError):
        raise
    except Exception as error:  # the module for zip documents no complete list
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a place before the file's begin
            raise
        raise FileFault("archive", f"cut short or corrupt ({error})", "a zip, as numpy.savez writes it") from error


def _shown(name: str) -> str:
    """The name of an array for a message, in quotes where it is unusual."""
    return name if name.isidentifier() and len(name) <= _LONGEST_NAME else repr(name[:_LONGEST_NAME])


class _Members:
    """The arrays of an archive by name, checked before they are unpacked."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._size = size
        self._found = {info.filename.removesuffix(_ENDING): info for info in archive.infolist()}

    @property
    def names(self) -> list[str]:
        return list(self._found)

    @property
    def listed(self) -> str:
        """The names for a message, the first few."""
        return ", ".join(map(_shown, self.names[:_LISTED])) + (", ..." if len(self.names) > _LISTED else "")

    def header(self, name: str) -> ArrayHeader:
        place = f"array {_shown(name)}"
        info = self._found.get(name)
        if info is None:
            raise FileFault(place, f"missing among {self.listed}", "all arrays of a sparse matrix")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise FileFault(place, "packed in another way or encrypted", "stored or deflated, as numpy.savez does")
        most = min(info.compress_size, self._size)
        most *= _MOST_DEFLATED if info.compress_type == zipfile.ZIP_DEFLATED else 1
        if info.file_size > most:
            raise FileFault(
                place, f"{info.file_size} bytes stated, packed into {info.compress_size}", f"at most {most} bytes"
            )
        return self._read(name, lambda member: array_header(member, info.file_size, place))

    def array(self, name: str) -> npt.NDArray[Any]:
        return self._read(name, read_array)

    def _read(self, name: str, read: Callable[[Any], _T]) -> _T:
        try:
            with self._archive.open(self._found[name]) as member:
                return read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise FileFault(
                f"array {_shown(name)}", f"cut short or corrupt ({error})", "the bytes that the archive states"
            ) from error

    def integers(self, name: str, dimensions: int) -> npt.NDArray[Any]:
        header = self.header(name)
        require_numbers(f"array {name}", header.dtype, kinds="iu", expected="integers")
        if len(header.shape) != dimensions:
            raise FileFault(f"array {name}", f"shape {header.shape}", f"{dimensions} dimension")
        return self.array(name)


def _sparse(members: _Members) -> Any:
    kind = _format(members)
    shape = members.integers("shape", 1).tolist()
    if len(shape) != 2:
        raise FileFault("array shape", f"{len(shape)} numbers", "rows and columns")
    rows, cols = shape
    header = members.header("data")
    require_numbers("array data", header.dtype)
    dimensions = _DIMENSIONS.get(kind, 1)
    if len(header.shape) != dimensions or 0 in header.shape[1:]:
        raise FileFault("array data", f"shape {header.shape}", f"{dimensions} dimensions of a {kind} matrix")
    entries = header.nbytes // header.dtype.itemsize
    require_sane_shape("array shape", rows, cols, entries)
    if kind == "coo" and "coords" in members.names:  # as SciPy writes those of more than two dimensions
        positions = list(members.integers("coords", 2))
        if len(positions) != 2:
            raise FileFault("array coords", f"{len(positions)} rows", "two: rows and columns")
    else:
        positions = [members.integers(name, 1) for name in _POSITIONS[kind]]
    data = _wide(members.array("data"))
    if kind == "coo":
        return _coordinates(data, positions, (rows, cols))
    if kind == "dia":
        return _diagonals(data, positions[0], (rows, cols))
    return _compressed(kind, data, positions, (rows, cols))


def _format(members: _Members) -> str:
    header = members.header("format")
    if header.dtype.kind not in "SU" or header.shape != () or header.nbytes > _LONGEST_FORMAT:
        raise FileFault("array format", f"shape {header.shape} of {header.dtype}", "a text such as csr")
    given = members.array("format").item()
    kind = given.decode("latin1") if isinstance(given, bytes) else str(given)
    if kind not in _POSITIONS:
        raise FileFault("array format", repr(kind), " or ".join(_POSITIONS))
    return kind


def _wide(data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Entries in a type in which SciPy adds up positions listed twice without overflow of integers."""
    if data.dtype.kind in "biu":
        return data.astype(np.float64)
    return data.astype(np.float32) if data.dtype.itemsize == 2 else data


def _require_range(name: str, positions: npt.NDArray[Any], most: int) -> None:
    """Positions from 0 to below `most`, compared as they are: no difference, which could overflow."""
    outside = (positions < 0) | (positions >= most)
    if outside.any():
        at = int(np.argmax(outside))
        raise FileFault(f"array {name}, entry {at}", str(positions[at]), f"0 to {most - 1}")


def _require_length(name: str, array: npt.NDArray[Any], length: int) -> None:
    if len(array) != length:
        raise FileFault(f"array {name}", f"{len(array)} numbers", str(length))


def _coordinates(data: npt.NDArray[Any], positions: list[npt.NDArray[Any]], shape: tuple[int, int]) -> Any:
    for name, array, most in zip(("row", "col"), positions, shape, strict=True):
        _require_length(name, array, len(data))
        _require_range(name, array, most)
    return sparse.coo_array((data, tuple(array.astype(_index_type(shape)) for array in positions)), shape=shape)


def _diagonals(data: npt.NDArray[Any], offsets: npt.NDArray[Any], shape: tuple[int, int]) -> Any:
    _require_length("offsets", offsets, len(data))
    rows, cols = shape
    signed = offsets.astype(np.int64)
    inside = (signed > -rows) & (signed < cols) & ((offsets >= 0) == (signed >= 0))  # others hold no entry of W
    data, signed = data[inside], signed[inside]
    if len(np.unique(signed)) != len(signed):
        raise FileFault("array offsets", "a diagonal listed twice", "each once")
    return sparse.dia_array((data, signed.astype(_index_type(shape))), shape=shape)


def _compressed(kind: str, data: npt.NDArray[Any], positions: list[npt.NDArray[Any]], shape: tuple[int, int]) -> Any:
    indices, indptr = positions
    tall, wide = data.shape[1:] if kind == "bsr" else (1, 1)
    if shape[0] % tall or shape[1] % wide:
        raise FileFault("array data", f"blocks of {tall} x {wide}", f"a divisor of the shape {shape}")
    lines, across = shape[0] // tall, shape[1] // wide
    if kind == "csc":
        lines, across = across, lines
    _require_length("indices", indices, len(data))
    _require_length("indptr", indptr, lines + 1)
    if indptr[0] != 0 or (indptr[:-1] > indptr[1:]).any() or indptr[-1] > len(indices):
        raise FileFault("array indptr", "a sequence that is no row pointer", f"0 <= .. <= {len(indices)}, never less")
    indices, data = indices[: int(indptr[-1])], data[: int(indptr[-1])]
    _require_range("indices", indices, across)
    index_type = np.int32 if max(*shape, data.size) < 2**31 else np.int64
    parts = data, indices.astype(index_type, copy=False), indptr.astype(index_type, copy=False)
    return {"csr": sparse.csr_array, "csc": sparse.csc_array, "bsr": sparse.bsr_array}[kind](parts, shape=shape)


def _index_type(shape: tuple[int, int]) -> type[np.signedinteger[Any]]:
    return np.int32 if max(shape) < 2**31 else np.int64
