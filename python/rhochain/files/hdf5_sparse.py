"""One matrix of an HDF5 file: a group with the arrays of a compressed sparse matrix, or a dataset of two dimensions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.faults import FileFault, require_sane_shape
from rhochain.files.hdf5_files import Hdf5File, opened_hdf5
from rhochain.files.load_options import LoadOptions
from rhochain.files.sparse_parts import compressed_matrix, require_length, wide_entries
from rhochain.files.stored_lines import StoredLines

__all__ = ["is_sparse_group", "lines_at", "matrix_at", "shape_at"]

_PARTS = ("data", "indices", "indptr")
_FORMATS = {"csr": "csr", "csr_matrix": "csr", "csc": "csc", "csc_matrix": "csc"}
_FORMAT_NAMES = ("encoding-type", "h5sparse_format", "format")
_SHAPE_NAMES = ("shape", "h5sparse_shape")


def is_sparse_group(file: Hdf5File, found: Any) -> bool:
    """Whether it holds the three arrays of a compressed sparse matrix."""
    return file.is_group(found) and all(file.is_dataset(file.find(part, found)) for part in _PARTS)


def shape_at(file: Hdf5File, found: Any) -> tuple[int, ...]:
    """The shape of a dataset or a sparse group."""
    if not is_sparse_group(file, found):
        shape: tuple[int, ...] = found.shape or ()
        return shape
    place = f"group {found.name}"
    given = next((value for name in _SHAPE_NAMES if (value := file.attribute(found, name)) is not None), None)
    if given is None:
        stored = file.find("shape", found)
        if not file.is_dataset(stored):
            raise FileFault(place, "no shape", "an attribute or a dataset shape: rows and columns")
        given = file.numbers(stored, 1, integers=True)
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "iu" or given.shape != (2,):
        raise FileFault(place, f"the shape {given}", "two integers: rows and columns")
    return tuple(given.tolist())


def _format(file: Hdf5File, group: Any) -> str:
    for name in _FORMAT_NAMES:
        value = file.attribute(group, name)
        if isinstance(value, str):
            if value not in _FORMATS:
                raise FileFault(f"group {group.name}", f"the {name} {value!r}", " or ".join(_FORMATS))
            return _FORMATS[value]
    return "csr"


def matrix_at(file: Hdf5File, found: Any) -> Any:
    """The matrix that a group or a dataset holds; a group without a stated format is CSR."""
    if is_sparse_group(file, found):
        place = f"group {found.name}"
        kind = _format(file, found)
        rows, cols = shape_at(file, found)
        data = file.numbers(file.find("data", found), 1)
        require_sane_shape(place, rows, cols, len(data))
        positions = [file.numbers(file.find(part, found), 1, integers=True) for part in _PARTS[1:]]
        return compressed_matrix(kind, wide_entries(data), positions, (rows, cols), f"dataset {found.name}/")
    if not file.is_dataset(found):
        raise FileFault(f"group {found.name}", "no dataset and no sparse matrix", f"a group of {', '.join(_PARTS)}")
    array = file.numbers(found, 2)
    if 0 in array.shape:
        raise FileFault(f"dataset {found.name}", f"shape {array.shape}", "at least one row and one column")
    return array


def lines_at(file: Hdf5File, group: Any, path: Path, options: LoadOptions) -> StoredLines:
    """The lines of the matrix that a group of the file `path` holds."""
    name_of_group = group.name
    kind = _format(file, group)
    rows, cols = shape_at(file, group)
    arrays = {part: file.find(part, group) for part in _PARTS}
    for part, dataset in arrays.items():
        file.require_numbers(dataset, 1, integers=part != "data", part=slice(0, 0))
    entries = arrays["data"].shape[0]
    prefix = f"dataset {name_of_group}/"
    require_sane_shape(f"group {name_of_group}", rows, cols, entries)
    require_length(f"{prefix}indices", arrays["indices"].shape[0], entries)
    require_length(f"{prefix}indptr", arrays["indptr"].shape[0], (rows if kind == "csr" else cols) + 1)

    def read(name: str, begin: int, end: int, _rest: bool) -> npt.NDArray[Any]:
        with opened_hdf5(path, options.most_bytes, options.allowed_bytes) as file:
            dataset = file.find(name, file.find(name_of_group))
            return file.numbers(dataset, 1, integers=name != "data", part=slice(begin, end))

    return StoredLines(kind, (rows, cols), entries, sparse.csr_array((rows, cols)), read, prefix)
