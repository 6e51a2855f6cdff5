"""AnnData, `.h5ad`: a connectome lies in `obsp`, the square matrices beside the names of cells in `obs`.

Sources: anndata.readthedocs.io, "On-disk format"; files of AnnData before 0.7 say `h5sparse_format`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.files.choices import chosen_name, listed_shapes
from rhochain.files.faults import FileFault
from rhochain.files.hdf5_files import Hdf5File
from rhochain.files.hdf5_sparse import is_sparse_group, matrix_at, shape_at
from rhochain.weights.ids import distinct_labels
from rhochain.weights.weights import Counts, Weights

__all__ = ["is_annotated", "read_annotated"]

_SQUARE = {"obsp": "obs", "varp": "var"}  # groups of square matrices, and whose names their rows have
_INDEX_NAMES = ("_index", "index")


def is_annotated(file: Hdf5File) -> bool:
    """Whether the root says so, or has the parts of AnnData."""
    stated = file.attribute(file.root, "encoding-type") == "anndata"
    return stated or all(part in file.root for part in ("obs", "var", "X"))


def read_annotated(file: Hdf5File, path: Path, name: str | None) -> Weights:
    """The matrix called `name`, else the only one of `obsp`, else a square X."""
    found = {f"obsp/{key}": shape for key, shape in _matrices(file, file.find("obsp")).items()}
    X = file.find("X")
    if X is not None and (name is not None or not found):
        found["X"] = shape_at(file, X)
    if name is not None:
        for group in ("varp", "layers"):
            found |= {f"{group}/{key}": shape for key, shape in _matrices(file, file.find(group)).items()}
    elif list(found) == ["X"] and len(set(found["X"])) != 1:
        raise FileFault("file", f"nothing in obsp, and {listed_shapes(found)}", "a square matrix, as in obsp")
    key = chosen_name(found, name, "matrices")
    matrix = matrix_at(file, file.find(key))
    axis = _SQUARE.get(key.partition("/")[0], "obs")
    ids = _names(file, file.find(axis)) if matrix.shape[0] == matrix.shape[1] else None
    notes = () if ids is not None else (f"{axis} has no names that could be read",)
    if ids is not None and len(ids) != matrix.shape[0]:
        raise FileFault(f"group /{axis}", f"{len(ids)} names", f"{matrix.shape[0]}, a name for each row of {key}")
    origin = f"{path}: {key}"
    return Weights(matrix, ids=ids, origin=origin, counts=Counts(rows=int(matrix.size)), notes=notes)


def _matrices(file: Hdf5File, group: Any) -> dict[str, tuple[int, ...]]:
    if not file.is_group(group):
        return {}
    members = file.members(group)
    return {
        key: shape_at(file, found)
        for key, found in members.items()
        if is_sparse_group(file, found) or (file.is_dataset(found) and len(found.shape or ()) == 2)
    }


def _names(file: Hdf5File, frame: Any) -> npt.NDArray[Any] | None:
    """The index of a data frame: a group of columns, one of which it names."""
    if not file.is_group(frame):
        return None
    stated = file.attribute(frame, "_index")
    for name in ([stated] if isinstance(stated, str) else []) + list(_INDEX_NAMES):
        column = file.find(name, frame)
        if column is not None:
            return distinct_labels(f"dataset {column.name}", _column(file, column))
    return None


def _column(file: Hdf5File, column: Any) -> npt.NDArray[Any]:
    """Text or integers; categories with their codes; values with a mask."""
    if file.is_dataset(column):
        return file.texts(column)
    values, mask = file.find("values", column), file.find("mask", column)
    if file.is_dataset(values):
        if file.is_dataset(mask) and file.numbers(mask, 1).any():
            raise FileFault(f"group {column.name}", "missing names", "a name for each row")
        return file.texts(values)
    codes, categories = file.find("codes", column), file.find("categories", column)
    if not (file.is_dataset(codes) and file.is_dataset(categories)):
        raise FileFault(f"group {column.name}", "an index of an unknown kind", "text, integers or categories")
    known = file.texts(categories)
    places = file.numbers(codes, 1, integers=True)
    if np.any((places < 0) | (places >= len(known))):
        raise FileFault(f"group {column.name}", "missing names, or codes without a category", "a name for each row")
    return known[places.astype(np.int64)]
