"""The neurons of W in order, from an array or a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from rhochain.files.edge_columns import id_column
from rhochain.files.faults import FileFault
from rhochain.files.numpy_files import array_header, read_array
from rhochain.files.table_files import TABLE_ENDINGS, is_table, open_table, read_columns
from rhochain.files.tables import Role
from rhochain.weights.arrays import Ids
from rhochain.weights.ids import distinct_labels
from rhochain.weights.label_columns import LabelColumn
from rhochain.weights.refusals import BadArgument, BadData

__all__ = ["nodes_from"]

_LONGEST_LABEL = 200
_EXPECTED = ", ".join((".npy", ".txt", *TABLE_ENDINGS))


def nodes_from(given: Any, most_bytes: int | None) -> Ids:
    """Distinct ids of an array, of a file, or of (file, name of a column)."""
    column = None
    if isinstance(given, tuple) and len(given) == 2 and is_table(given[0]) and isinstance(given[1], str):
        given, column = given
    try:
        if isinstance(given, (str, os.PathLike)):
            given = _of_file(Path(given), column, most_bytes)
        return distinct_labels("nodes", given)
    except FileNotFoundError:
        raise BadArgument(f"nodes must be ids or a file of them; got {os.fspath(given)!r}, no such file") from None
    except (BadData, FileFault) as fault:
        where = f" of {os.fspath(given)}" if isinstance(given, (str, os.PathLike)) else ""
        raise BadArgument(f"nodes{where}: {str(fault).removeprefix('nodes: ')}") from None


def _of_file(path: Path, column: str | None, most_bytes: int | None) -> Any:
    name = path.name.lower()
    if name.endswith(".npy"):
        with path.open("rb") as stream:
            array_header(stream, path.stat().st_size, "header")
            stream.seek(0)
            return read_array(stream)
    if name.endswith(".txt"):
        return _words(path)
    if not is_table(path):
        raise FileFault("name", f"the ending {path.suffix!r}", _EXPECTED)
    table = open_table(path)
    chosen = id_column(table.names) if column is None else column
    if chosen not in table.names:
        raise FileFault("columns", ", ".join(table.names[:12]), f"one named {chosen}")
    batches = [batch[chosen] for batch in read_columns(table, {chosen: Role.ID}, most_bytes)]
    return np.concatenate([_plain(batch) for batch in batches]) if batches else np.zeros(0, np.int64)


def _plain(column: LabelColumn) -> Ids:
    return column.values if column.codes is None else column.values[column.codes]


def _words(path: Path) -> Ids:
    """The words of a text, integers where all are of digits."""
    words = path.read_text(encoding="utf-8").split()
    longest = max(map(len, words), default=0)
    if longest > _LONGEST_LABEL:
        raise FileFault("text", f"a word of {longest:,} characters", f"labels of at most {_LONGEST_LABEL}")
    labels = np.array(words, dtype=np.str_)
    try:
        return labels.astype(np.int64)
    except (ValueError, OverflowError):
        return labels
