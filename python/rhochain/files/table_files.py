"""The table of a file, by the ending of its name."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rhochain.files.arrow_tables import ArrowTable
from rhochain.files.extras import optional_library
from rhochain.files.faults import FileFault
from rhochain.files.parquet_tables import ParquetTable
from rhochain.files.table_sizes import require_memory_for_rows
from rhochain.files.tables import Role, Table
from rhochain.files.text_tables import TextTable

__all__ = ["TABLE_ENDINGS", "is_table", "open_table", "read_columns"]

_KINDS: dict[str, Callable[[Path], Table]] = {
    ".csv": TextTable,
    ".csv.gz": TextTable,
    ".tsv": TextTable,
    ".tsv.gz": TextTable,
    ".feather": ArrowTable,
    ".parquet": ParquetTable,
}
TABLE_ENDINGS = tuple(_KINDS)


def is_table(path: object) -> bool:
    """Whether a name has the ending of a table."""
    return isinstance(path, (str, os.PathLike)) and os.fspath(path).lower().endswith(TABLE_ENDINGS)


def open_table(path: Path) -> Table:
    """The table of a file, with its names; columns are read by `read_columns`."""
    ending = next((ending for ending in TABLE_ENDINGS if path.name.lower().endswith(ending)), None)
    if ending is None:
        raise FileFault("name", f"the ending {path.suffix!r}", ", ".join(TABLE_ENDINGS))
    optional_library("pyarrow", "tables", f"a file {ending}")
    try:
        return _KINDS[ending](path)
    except Exception as error:
        _raise_fault(error)
        raise


def read_columns(table: Table, roles: Mapping[str, Role], most_bytes: int | None) -> Iterator[dict[str, Any]]:
    """The columns in `roles` batch by batch, refused where they need more than `most_bytes`."""
    require_memory_for_rows(table.rows or 0, len(roles), most_bytes)
    again = [name for name in roles if table.names.count(name) != 1]
    if again:
        raise FileFault("columns", f"{table.names.count(again[0])} named {again[0]}", "one")
    rows = 0
    try:
        for batch in table.batches(roles):
            rows += len(next(iter(batch.values())))
            require_memory_for_rows(rows, len(roles), most_bytes)
            yield batch
    except Exception as error:
        _raise_fault(error)
        raise


def _raise_fault(error: Exception) -> None:
    """Raise what Arrow says of a broken file as a fault; other errors are left to the caller."""
    of_arrow = type(error).__module__.split(".")[0] == "pyarrow"
    without_number = isinstance(error, OSError) and error.errno is None  # which Arrow raises for broken files
    if not (of_arrow or without_number or isinstance(error, (EOFError, UnicodeDecodeError, zlib.error))):
        return
    if isinstance(error, MemoryError):
        raise FileFault("table", "columns that do not fit in memory", "less, or nodes= with fewer neurons") from error
    came = f"cut short or corrupt ({' '.join(str(error).split())[:200]})"
    raise FileFault("table", came, "the whole file") from error
