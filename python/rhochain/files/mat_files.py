"""MATLAB's `.mat`: version 5 (`save -v7` and older ones) and version 7.3, which is HDF5.

Of version 7.3, a sparse matrix is a group with data, ir and jc and the number of its rows in the attribute
MATLAB_sparse; without entries it has jc alone. Dense matrices are stored column after column, so that HDF5 shows them
transposed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rhochain.files.choices import chosen_name
from rhochain.files.faults import FileFault, in_quotes, require_sane_shape
from rhochain.files.hdf5_files import Hdf5File, opened_hdf5
from rhochain.files.load_options import LoadOptions
from rhochain.files.mat5_variables import read_mat5
from rhochain.files.sparse_parts import compressed_matrix, wide_entries

__all__ = ["read_mat"]

_VERSION = slice(124, 128)
_VERSIONS_5 = (b"\x00\x01IM", b"\x01\x00MI")  # written on machines of both byte orders
_VERSIONS_7 = (b"\x00\x02IM", b"\x02\x00MI")


def read_mat(path: Path, options: LoadOptions) -> Any:
    """The variable called `options.name`, else the only square one; `Problem.A` is a field of a structure."""
    with path.open("rb") as stream:
        header = stream.read(_VERSION.stop)
    version = header[_VERSION]
    if version in _VERSIONS_7:
        with opened_hdf5(path, options.most_bytes, options.allowed_bytes) as file:
            return _of_hdf5(file, options.name)
    if version not in _VERSIONS_5:
        raise FileFault("header", f"the version {in_quotes(version)}", "a .mat of version 5 or 7.3 (save -v7, -v7.3)")
    with path.open("rb") as stream:
        return read_mat5(stream, path.stat().st_size, options.name, options.most_bytes, options.allowed_bytes)


def _of_hdf5(file: Hdf5File, name: str | None) -> Any:
    found: dict[str, Any] = {}
    for group in file.groups():
        for key, child in file.members(group).items():
            rows = file.attribute(child, "MATLAB_sparse")
            variable = f"{group.name}/{key}".strip("/").replace("/", ".")
            if rows is not None and file.is_group(child):
                found[variable] = child, _sparse_shape(file, child, rows)
            elif file.is_dataset(child) and rows is None and _is_matrix(file, child, group):
                found[variable] = child, child.shape[::-1]
    chosen = chosen_name({variable: shape for variable, (_, shape) in found.items()}, name, "matrices")
    given, shape = found[chosen]
    if file.is_group(given):
        return _sparse(file, given, shape)
    return np.ascontiguousarray(file.numbers(given, 2).T)


def _is_matrix(file: Hdf5File, child: Any, group: Any) -> bool:
    """Whether it is a variable with entries: the array of an empty one holds its extents."""
    inside = file.attribute(group, "MATLAB_sparse") is not None
    numeric = len(child.shape or ()) == 2 and child.dtype.kind in "biuf" and 0 not in child.shape
    return numeric and not inside and file.attribute(child, "MATLAB_empty") is None


def _sparse_shape(file: Hdf5File, group: Any, rows: Any) -> tuple[int, int]:
    jc = file.find("jc", group)
    if not file.is_dataset(jc) or not jc.shape or rows.size != 1 or rows.dtype.kind not in "iu":
        raise FileFault(f"group {group.name}", "a sparse matrix without rows or jc", "both")
    return int(rows.item()), jc.shape[0] - 1


def _sparse(file: Hdf5File, group: Any, shape: tuple[int, int]) -> Any:
    place = f"group {group.name}"
    data, ir = (file.find(part, group) for part in ("data", "ir"))
    entries = file.numbers(data, 1) if file.is_dataset(data) else np.zeros(0)
    if file.attribute(group, "MATLAB_class") == "logical":
        entries = entries != 0
    indices = file.numbers(ir, 1, integers=True) if file.is_dataset(ir) else np.zeros(0, dtype=np.int64)
    require_sane_shape(place, *shape, len(entries))
    pointers = file.numbers(file.find("jc", group), 1, integers=True)
    names = ("ir", "jc")
    return compressed_matrix("csc", wide_entries(entries), [indices, pointers], shape, f"dataset {group.name}/", names)
