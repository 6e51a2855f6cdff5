"""Archives .npz: sparse matrices as `scipy.sparse.save_npz` writes them or as people do by hand, and dense ones.

By hand: `data, indices, indptr, shape`, or the four with a prefix such as `W_`, and the names of neurons beside them.
"""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.archive_members import ArchiveMembers
from rhochain.files.choices import chosen_name
from rhochain.files.faults import FileFault, require_sane_shape, shown_name
from rhochain.files.load_options import LoadOptions
from rhochain.files.numpy_files import require_matrix, require_numbers
from rhochain.files.sparse_parts import (
    compressed_matrix,
    coordinate_matrix,
    diagonal_matrix,
    require_length,
    wide_entries,
)
from rhochain.files.stored_lines import StoredLines
from rhochain.weights.ids import distinct_labels
from rhochain.weights.refusals import BadData
from rhochain.weights.weights import Counts, Weights

__all__ = ["lines_of_npz", "read_npz"]

_LONGEST_FORMAT = 64  # bytes
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


def read_npz(path: Path, options: LoadOptions) -> Any:
    """The matrix of an archive: a `Weights` where neurons have names."""
    with _opened(path, options) as members:
        kind, key = _selected(members, options.name)
        if kind is not None:
            matrix = _matrix(members, kind, key)
        else:
            require_matrix(f"array {shown_name(key)}", members.header(key))
            matrix = members.array(key)
        return _named(members, matrix, int(matrix.size))


def lines_of_npz(path: Path, options: LoadOptions) -> StoredLines | None:
    """The lines of a CSR or CSC matrix in an archive; None for another matrix."""
    with _opened(path, options) as members:
        kind, prefix = _selected(members, options.name)
        if kind not in ("csr", "csc"):
            return None
        rows, cols, entries = _extents(members, kind, prefix, whole=False)
        for name, length in (("indices", entries), ("indptr", (rows if kind == "csr" else cols) + 1)):
            header = members.integer_header(f"{prefix}{name}", 1, whole=False)
            require_length(f"array {prefix}{name}", header.shape[0], length)
        empty = _named(members, sparse.csr_array((rows, cols)), entries)

    def read(name: str, begin: int, end: int, rest: bool) -> npt.NDArray[Any]:
        with _opened(path, options) as members:
            return members.part(f"{prefix}{name}", begin, end, rest=rest)

    return StoredLines(kind, (rows, cols), entries, empty, read, f"array {prefix}")


@contextmanager
def _opened(path: Path, options: LoadOptions) -> Iterator[ArchiveMembers]:
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            yield ArchiveMembers(archive, path.stat().st_size, options.most_bytes, options.allowed_bytes)
    except (BadData, MemoryError):
        raise
    except Exception as error:  # the module for zip documents no complete list
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a place before the file's begin
            raise
        raise FileFault("archive", f"cut short or corrupt ({error})", "a zip, as numpy.savez writes it") from error


def _selected(members: ArchiveMembers, name: str | None) -> tuple[str | None, str]:
    """The format of a sparse matrix and the prefix of its arrays, or None and the name of a dense one."""
    if "format" in members.names:
        if name is not None:
            chosen_name({"data": _shape(members, "shape")}, name, "matrices")
        return _format(members), ""
    key = _chosen(members, name)
    prefix = _prefixes(members).get(key)
    return (None, key) if prefix is None else ("csr", prefix)


def _prefixes(members: ArchiveMembers) -> dict[str, str]:
    """Prefixes of the arrays of sparse matrices, by the names of these: "W_" by "W", "" by "data"."""
    ends = (name.removesuffix("indptr") for name in members.names if name.endswith("indptr"))
    return {prefix.rstrip("_.") or "data": prefix for prefix in ends if set(members.names) >= _parts(prefix)}


def _parts(prefix: str) -> set[str]:
    return {f"{prefix}{part}" for part in _HAND_MADE}


def _chosen(members: ArchiveMembers, name: str | None) -> str:
    """The name of the matrix: of a sparse one that of its prefix, of a dense one that of its array."""
    inside = {part for prefix in _prefixes(members).values() for part in _parts(prefix)}
    if len(members.names) == 1 and name is None:
        return members.names[0]
    found: dict[str, tuple[int, ...]] = {
        key: _shape(members, f"{prefix}shape") for key, prefix in _prefixes(members).items()
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


def _named(members: ArchiveMembers, matrix: Any, entries: int) -> Any:
    """A `Weights` where the archive names its neurons; `entries` for its counts."""
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
    return Weights(matrix, ids=ids, counts=Counts(rows=entries, neurons=len(ids)), notes=notes)


def _shape(members: ArchiveMembers, name: str) -> tuple[int, int]:
    shape = members.integers(name, 1).tolist()
    if len(shape) != 2:
        raise FileFault(f"array {name}", f"{len(shape)} numbers", "rows and columns")
    return shape[0], shape[1]


def _extents(members: ArchiveMembers, kind: str, prefix: str, *, whole: bool) -> tuple[int, int, int]:
    """Rows, columns and entries of a sparse matrix."""
    rows, cols = _shape(members, f"{prefix}shape")
    place = f"array {prefix}data"
    header = members.header(f"{prefix}data", whole=whole)
    require_numbers(place, header.dtype)
    dimensions = _DIMENSIONS.get(kind, 1)
    if len(header.shape) != dimensions or 0 in header.shape[1:]:
        raise FileFault(place, f"shape {header.shape}", f"{dimensions} dimensions of a {kind} matrix")
    entries = header.nbytes // header.dtype.itemsize
    require_sane_shape(f"array {prefix}shape", rows, cols, entries)
    return rows, cols, entries


def _matrix(members: ArchiveMembers, kind: str, prefix: str) -> Any:
    """The sparse matrix of a kind whose arrays have a prefix."""
    rows, cols, _ = _extents(members, kind, prefix, whole=True)
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


def _format(members: ArchiveMembers) -> str:
    header = members.header("format")
    if header.dtype.kind not in "SU" or header.shape != () or header.nbytes > _LONGEST_FORMAT:
        raise FileFault("array format", f"shape {header.shape} of {header.dtype}", "a text such as csr")
    given = members.array("format").item()
    kind = given.decode("latin1") if isinstance(given, bytes) else str(given)
    if kind not in _POSITIONS:
        raise FileFault("array format", repr(kind), " or ".join(_POSITIONS))
    return kind
