"""Feather and other files of Arrow's interprocess format, whose blocks are checked before one is unpacked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rhochain.files.arrow_blocks import ArrowBlocks
from rhochain.files.arrow_columns import arrays_of_batches, is_text
from rhochain.files.extras import optional_library
from rhochain.files.table_sizes import require_unpacked
from rhochain.files.tables import Role

__all__ = ["ArrowTable"]


class ArrowTable:
    """A `Table` of a Feather file."""

    def __init__(self, path: Path) -> None:
        self._ipc = optional_library("pyarrow.ipc", "tables", "a Feather file")
        self._source = optional_library("pyarrow", "tables", "a Feather file").memory_map(str(path))
        blocks = ArrowBlocks(self._source)
        require_unpacked("footer", max(blocks.unpacked, 8 * blocks.rows), path.stat().st_size)
        self._schema = self._ipc.open_file(self._source).schema
        self.names: list[str] = list(self._schema.names)
        self.rows: int = blocks.rows

    def has_text(self, column: str) -> bool:
        return is_text(self._schema.field(column).type)

    def batches(self, roles: Mapping[str, Role]) -> Iterator[dict[str, Any]]:
        fields = sorted(self.names.index(name) for name in roles)
        reader = self._ipc.open_file(self._source, options=self._ipc.IpcReadOptions(included_fields=fields))
        return arrays_of_batches(map(reader.get_batch, range(reader.num_record_batches)), roles)
