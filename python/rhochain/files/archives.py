"""Archives .npz: sparse matrices as `scipy.sparse.save_npz` writes them or as people do by hand, and dense ones.

By hand: `data, indices, indptr, shape`, or the four with a prefix such as `W_`, and the names of neurons beside them.

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

from rhochain.files.choices import chosen_name
from rhochain.files.faults import FileFault, require_memory, require_sane_shape
from rhochain.files.numpy_files import ArrayHeader, array_header, read_array, require_matrix, require_numbers
from rhochain.files.sparse_parts import compressed_matrix, coordinate_matrix, diagonal_matrix, wide_entries
from rhochain.files.table_sizes import MOST_DEFLATED, require_unpacked
from rhochain.weights.ids import distinct_labels
from rhochain.weights.refusals import BadData
from rhochain.weights.weights import Counts, Weights

__all__ = ["read_npz"]

_T = TypeVar("_T")

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
_HAND_MADE = ("data", "indices", "indptr", "shape")
_LABELS = ("node_ids", "ids")
_SIGNS = ("pre_signs",)
_BESIDE = {*_LABELS, *_SIGNS}
_DIMENSIONS = {"bsr": 3, "dia": 2}  # of the array data, elsewhere 1


def read_npz(
    stream: BinaryIO, size: int, name: str | None = None, most_bytes: int | None = None, allowed: int = 0
) -> Any:
    """The matrix of an archive of `size` bytes: a `Weights` where neurons have names; `name` chooses among several.

    Arrays of `allowed` bytes are read however far they were packed.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = _Members(archive, size, most_bytes, allowed)
            if "format" in members.names:
                if name is not None:
                    chosen_name({"data": _shape(members, "shape")}, name, "matrices")
                return _named(members, _sparse(members))
            key = _chosen(members, name)
            if key in members.prefixes:
                return _named(members, _matrix(members, "csr", members.prefixes[key]))
            require_matrix(f"array {_shown(key)}", members.header(key))
            return _named(members, members.array(key))
    except (BadData, MemoryError):
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

    def __init__(self, archive: zipfile.ZipFile, size: int, most_bytes: int | None, allowed: int) -> None:
        self._archive = archive
        self._size = size
        self._most_bytes = most_bytes
        self._allowed = allowed
        self._found = {info.filename.removesuffix(_ENDING): info for info in archive.infolist()}

    @property
    def names(self) -> list[str]:
        return list(self._found)

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefixes of the arrays of sparse matrices, by the names of these: "W_" by "W", "" by "data"."""
        ends = (name.removesuffix("indptr") for name in self._found if name.endswith("indptr"))
        return {prefix.rstrip("_.") or "data": prefix for prefix in ends if self._found.keys() >= _parts(prefix)}

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
        most *= MOST_DEFLATED if info.compress_type == zipfile.ZIP_DEFLATED else 1
        if info.file_size > most:
            raise FileFault(
                place, f"{info.file_size} bytes stated, packed into {info.compress_size}", f"at most {most} bytes"
            )
        header = self._read(name, lambda member: array_header(member, info.file_size, place))
        require_memory(place, "an array", header.nbytes, self._most_bytes)
        if info.compress_type == zipfile.ZIP_DEFLATED:
            require_unpacked(place, header.nbytes, self._size, allowed=self._allowed)
        return header

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


def _parts(prefix: str) -> set[str]:
    return {f"{prefix}{part}" for part in _HAND_MADE}


def _chosen(members: _Members, name: str | None) -> str:
    """The name of the matrix: of a sparse one that of its prefix, of a dense one that of its array."""
    inside = {part for prefix in members.prefixes.values() for part in _parts(prefix)}
    if len(members.names) == 1 and name is None:
        return members.names[0]
    found: dict[str, tuple[int, ...]] = {
        key: _shape(members, f"{prefix}shape") for key, prefix in members.prefixes.items()
    }
    for key in members.names:
        if key not in inside and key not in _BESIDE:
            header = members.header(key)
            if len(header.shape) == 2 and 0 not in header.shape and header.dtype.kind in "biuf":
                found[key] = header.shape
    if not found:
        came = f"{len(members.names)} arrays ({members.listed})" if members.names else "no array"
        raise FileFault("archive", came, "a sparse matrix or a 2-D array of real numbers")
    return chosen_name(found, name, "matrices")


def _named(members: _Members, matrix: Any) -> Any:
    """A `Weights` where the archive names its neurons."""
    label = next((name for name in _LABELS if name in members.names), None)
    notes = tuple(f"{name} was not applied: it is for sign=" for name in _SIGNS if name in members.names)
    if label is None or matrix.shape[0] != matrix.shape[1]:
        return Weights(matrix, notes=notes) if notes else matrix
    place = f"array {label}"
    header = members.header(label)
    require_numbers(place, header.dtype, kinds="iufSU", expected="integers or text")
    if header.shape != (matrix.shape[0],):
        raise FileFault(place, f"shape {header.shape}", f"{matrix.shape[0]} names, one for each row")
    given = members.array(label)
    ids = distinct_labels(place, np.char.decode(given, "utf-8") if given.dtype.kind == "S" else given)
    return Weights(matrix, ids=ids, counts=_counts(matrix), notes=notes)


def _counts(matrix: Any) -> Counts:
    return Counts(rows=int(matrix.size), neurons=matrix.shape[0])


def _shape(members: _Members, name: str) -> tuple[int, int]:
    shape = members.integers(name, 1).tolist()
    if len(shape) != 2:
        raise FileFault(f"array {name}", f"{len(shape)} numbers", "rows and columns")
    return shape[0], shape[1]


def _sparse(members: _Members) -> Any:
    return _matrix(members, _format(members), "")


def _matrix(members: _Members, kind: str, prefix: str) -> Any:
    """The sparse matrix of a kind whose arrays have a prefix."""
    rows, cols = _shape(members, f"{prefix}shape")
    place = f"array {prefix}data"
    header = members.header(f"{prefix}data")
    require_numbers(place, header.dtype)
    dimensions = _DIMENSIONS.get(kind, 1)
    if len(header.shape) != dimensions or 0 in header.shape[1:]:
        raise FileFault(place, f"shape {header.shape}", f"{dimensions} dimensions of a {kind} matrix")
    entries = header.nbytes // header.dtype.itemsize
    require_sane_shape(f"array {prefix}shape", rows, cols, entries)
    if kind == "coo" and "coords" in members.names:  # as SciPy writes those of more than two dimensions
        positions = list(members.integers("coords", 2))
        if len(positions) != 2:
            raise FileFault("array coords", f"{len(positions)} rows", "two: rows and columns")
    else:
        positions = [members.integers(f"{prefix}{name}", 1) for name in _POSITIONS[kind]]
    data = wide_entries(members.array(f"{prefix}data"))
    if kind == "coo":
        return coordinate_matrix(data, positions, (rows, cols))
    if kind == "dia":
        return diagonal_matrix(data, positions[0], (rows, cols))
    return compressed_matrix(kind, data, positions, (rows, cols), f"array {prefix}")


def _format(members: _Members) -> str:
    header = members.header("format")
    if header.dtype.kind not in "SU" or header.shape != () or header.nbytes > _LONGEST_FORMAT:
        raise FileFault("array format", f"shape {header.shape} of {header.dtype}", "a text such as csr")
    given = members.array("format").item()
    kind = given.decode("latin1") if isinstance(given, bytes) else str(given)
    if kind not in _POSITIONS:
        raise FileFault("array format", repr(kind), " or ".join(_POSITIONS))
    return kind
