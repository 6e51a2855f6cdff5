"""Labelled tables as W: square frames of pandas and polars, pyarrow tables, arrays of xarray with two dimensions.

The entries of a frame do not say which side receives. Where its axes are named as a source and a target, such as by
`df.rename_axis(index="pre", columns="post")` or the dimensions of an xarray, these names say it.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.files.array_tables import ArrayTable
from rhochain.files.edge_columns import edge_columns, weight_column
from rhochain.files.edge_tables import edges_of_table
from rhochain.files.load_options import LoadOptions
from rhochain.weights.labelled_matrix import labelled_matrix
from rhochain.weights.weights import Counts, Weights

__all__ = ["edges_of_frame", "pandas_weights", "polars_weights", "pyarrow_weights", "xarray_weights"]

_EDGES = ": rc.weights_of_pairs(source, target, weight) makes W of columns of edges"
_SOURCES = {"pre", "source", "src", "from", "sender", "presynaptic"}
_TARGETS = {"post", "target", "dst", "to", "receiver", "postsynaptic"}


def edges_of_frame(given: Any, options: LoadOptions) -> Weights | Counts | None:
    """W of an edge table of pandas, polars or pyarrow, as `load` reads one of a file; None for other objects."""
    library = type(given).__module__.partition(".")[0]
    if library not in ("pandas", "polars", "pyarrow"):
        return None
    names = getattr(given, "column_names", getattr(given, "columns", None))
    if names is None:
        return None
    columns = [name for name in names if isinstance(name, str)]
    try:
        edge_columns(columns, options.source, options.target)
    except ValueError:
        if options.source is None and options.target is None:
            return None
        raise
    for argument in ("rows", "name"):
        if argument in options.given:
            raise ValueError(f"{argument} is for matrices; got {argument} for a table of edges")
    options_of_arrow = {"zero_copy_only": False} if library == "pyarrow" else {}
    arrays = {name: given[name].to_numpy(**options_of_arrow) for name in columns}
    return edges_of_table(ArrayTable(arrays), options, f"{library} {type(given).__name__}")


def pandas_weights(given: Any) -> Any:
    """W of a square DataFrame, its rows and columns matched by their labels; other objects of pandas unchanged."""
    if not (hasattr(given, "columns") and hasattr(given, "index")):
        return given
    columns = list(given.columns)
    _refuse_edges("pandas", columns)
    _refuse_other_types("pandas", given.dtypes)
    if len(columns) != len(given):
        raise ValueError(f"W must be square; got a pandas DataFrame of shape {given.shape}{_EDGES}")
    matrix = _entries_of_pandas(given)
    unnamed = _counts_up(given.index) and _counts_up(given.columns)
    rows = _orientation(given.index.name, given.columns.name)
    return _labelled(matrix, None if unnamed else (given.index, given.columns), rows, "pandas DataFrame")


def polars_weights(given: Any) -> Any:
    """W of a square polars DataFrame, whose first column may hold the names of rows; its other objects unchanged."""
    if not (hasattr(given, "columns") and hasattr(given, "to_numpy")):
        return given
    return _of_columns("polars", list(given.columns), given.height, lambda name: given[name].to_numpy())


def pyarrow_weights(given: Any) -> Any:
    """W of a square pyarrow Table, read as one of polars; its other objects unchanged."""
    if not (hasattr(given, "column_names") and hasattr(given, "num_rows")):
        return given
    return _of_columns(
        "pyarrow", given.column_names, given.num_rows, lambda name: given[name].to_numpy(zero_copy_only=False)
    )


def xarray_weights(given: Any) -> Any:
    """W of a DataArray of two dimensions; coordinates along them are the labels. Its other objects unchanged."""
    if not (hasattr(given, "dims") and hasattr(given, "coords") and hasattr(given, "values")):
        return given
    if not hasattr(given, "ndim"):
        raise TypeError(f"W must be one array; got a Dataset of {', '.join(map(str, given.data_vars))}: choose by name")
    if given.ndim != 2:
        raise ValueError(f"W must have two dimensions; got a DataArray of {', '.join(map(str, given.dims))}")
    down, across = given.dims
    labels = [given.coords[name].values for name in (down, across) if name in given.coords]
    rows = _orientation(down, across)
    return _labelled(given.values, (labels[0], labels[1]) if len(labels) == 2 else None, rows, "xarray DataArray")


def _of_columns(library: str, names: list[str], height: int, column: Any) -> Weights:
    """W of a table that has names of columns alone."""
    _refuse_edges(library, names)
    ids = None
    if len(names) == height + 1 and set(map(str, column(names[0]).tolist())) == set(names[1:]):
        first, names = names[0], names[1:]
        ids = np.array(list(map(str, column(first).tolist())))
    if len(names) != height:
        raise ValueError(
            f"W must be square; got a {library} table of {height:,} rows and {len(names):,} columns{_EDGES}"
        )
    columns = [column(name) for name in names]
    _refuse_other_types(library, [part.dtype for part in columns])
    matrix = np.column_stack(columns)
    by_default = ids is None and all(name in (f"column_{k}", str(k)) for k, name in enumerate(names))
    labels = None if by_default else (np.array(names) if ids is None else ids, np.array(names))
    return _labelled(matrix, labels, None, f"{library} table")


def _labelled(matrix: Any, labels: tuple[Any, Any] | None, rows: str | None, origin: str) -> Weights:
    down, across = map(np.arange, matrix.shape) if labels is None else map(np.asarray, labels)
    W = labelled_matrix(matrix, down, across, rows, origin=origin)
    return dataclasses.replace(W, ids=None) if labels is None else W


def _orientation(down: Any, across: Any) -> str | None:
    """What the names of the axes say: rows are "target", "source", or nothing."""
    names = str(down).lower(), str(across).lower()
    if names[0] in _TARGETS and names[1] in _SOURCES:
        return "target"
    return "source" if names[0] in _SOURCES and names[1] in _TARGETS else None


def _refuse_edges(library: str, columns: list[Any]) -> None:
    """An edge table is no matrix, though one of as many rows as columns is square."""
    names = [name for name in columns if isinstance(name, str)]
    try:
        found: list[Any] = list(edge_columns(names, None, None))
    except ValueError:  # no pair of columns that the field knows
        return
    with contextlib.suppress(ValueError):
        found.append(weight_column(names, None))
    arguments = ", ".join(f"df[{name!r}]" for name in found)
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12:,} more" if len(names) > 12 else "")
    raise TypeError(
        f"W must be a matrix; got a {library} table of edges with the columns {shown}: "
        f"rc.load of it, or rc.weights_of_pairs({arguments}), is W"
    )


def _refuse_other_types(library: str, dtypes: Any) -> None:
    wrong = sorted({str(dtype) for dtype in dtypes if str(dtype).lower() in ("object", "str", "string", "category")})
    if wrong:
        raise TypeError(f"W must hold numbers; got a {library} table with columns of the type {', '.join(wrong)}")


def _counts_up(labels: Any) -> bool:
    """Whether labels are those that pandas gives by itself: 0, 1, 2, .."""
    return type(labels).__name__ == "RangeIndex" and labels.start == 0 and labels.step == 1


def _entries_of_pandas(frame: Any) -> npt.NDArray[Any] | sparse.csr_array:
    if all(str(dtype).startswith("Sparse") for dtype in frame.dtypes):
        return sparse.csr_array(frame.sparse.to_coo())
    return np.asarray(frame.to_numpy())
