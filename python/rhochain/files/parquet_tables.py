"""Parquet files: the rows and sizes of the footer are checked before a column is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rhochain.files.arrow_columns import arrays_of_batches, is_text
from rhochain.files.extras import optional_library
from rhochain.files.table_sizes import require_unpacked
from rhochain.files.tables import Role

__all__ = ["ParquetTable"]

_BATCH = 1 << 20  # rows


class ParquetTable:
    """A `Table` of a Parquet file."""

    def __init__(self, path: Path) -> None:
        parquet = optional_library("pyarrow.parquet", "tables", "a Parquet file")
        self._file = parquet.ParquetFile(path, memory_map=True)
        self._size = path.stat().st_size
        self._schema = self._file.schema_arrow
        self.names: list[str] = list(self._schema.names)
        self.rows: int = self._file.metadata.num_rows

    def has_text(self, column: str) -> bool:
        return is_text(self._schema.field(column).type)

    def batches(self, roles: Mapping[str, Role]) -> Iterator[dict[str, Any]]:
        self._require_sane_sizes(len(roles))
        return arrays_of_batches(self._file.iter_batches(batch_size=_BATCH, columns=list(roles)), roles)

    def _require_sane_sizes(self, columns: int) -> None:
        footer = self._file.metadata
        groups = [footer.row_group(k) for k in range(footer.num_row_groups)]
        stated = sum(group.total_byte_size for group in groups)
        require_unpacked("footer", max(stated, self.rows * columns * 8), self._size)
