"""The neurons of W in order, from an array or a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from rhochain.files.edge_columns import id_column, listed_names
from rhochain.files.faults import FileFault, require_memory
from rhochain.files.numpy_files import array_header, read_array
from rhochain.files.side_files import side_file
from rhochain.files.table_files import TABLE_ENDINGS, is_table, open_table, read_columns
from rhochain.files.tables import Role
from rhochain.weights.arrays import Ids
from rhochain.weights.ids import distinct_labels
from rhochain.weights.refusals import BadArgument, BadData

__all__ = ["nodes_from"]

_LONGEST_LABEL = 200
_BYTES_OF_CHARACTER = 4  # in an array of NumPy
_EXPECTED = ", ".join((".npy", ".txt", *TABLE_ENDINGS))


def nodes_from(given: Any, most_bytes: int | None) -> Ids:
    """Distinct ids of an array, of a file, or of (file, name of a column)."""
    column = None
    if isinstance(given, tuple) and len(given) == 2 and is_table(given[0]) and isinstance(given[1], str):
        given, column = given
    path = side_file("nodes", given) if isinstance(given, (str, os.PathLike)) else None
    try:
        return distinct_labels("nodes", given if path is None else _of_file(path, column, most_bytes))
    except BadData as fault:
        where = "" if path is None else f" of {path}"
        raise BadArgument(f"nodes{where}: {str(fault).removeprefix('nodes: ')}") from None


def _of_file(path: Path, column: str | None, most_bytes: int | None) -> Any:
    name = path.name.lower()
    if name.endswith(".npy"):
        with path.open("rb") as stream:
            array_header(stream, path.stat().st_size, "header")
            stream.seek(0)
            return read_array(stream)
    if name.endswith(".txt"):
        return _words(path, most_bytes)
    if not is_table(path):
        raise FileFault("name", f"the ending {path.suffix!r}", _EXPECTED)
    table = open_table(path)
    chosen = id_column(table.names) if column is None else column
    if chosen not in table.names:
        raise FileFault("columns", listed_names(table.names), f"one named {chosen}")
    batches = [batch[chosen].labels for batch in read_columns(table, {chosen: Role.ID}, most_bytes)]
    return np.concatenate(batches) if batches else np.zeros(0, np.int64)


def _words(path: Path, most_bytes: int | None) -> Ids:
    """The words of a text, integers where all are of digits."""
    try:
        words = path.read_text(encoding="utf-8").split()
    except UnicodeDecodeError as error:
        raise FileFault("text", str(error), "ids in UTF-8 with blanks or lines between them") from error
    longest = max(map(len, words), default=0)
    if longest > _LONGEST_LABEL:
        raise FileFault("text", f"a word of {longest:,} characters", f"labels of at most {_LONGEST_LABEL}")
    require_memory("text", "labels", len(words) * longest * _BYTES_OF_CHARACTER, most_bytes)
    labels = np.array(words, dtype=np.str_)
    try:
        return labels.astype(np.int64)
    except (ValueError, OverflowError):
        return labels
