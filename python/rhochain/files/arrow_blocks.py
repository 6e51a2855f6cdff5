"""What the blocks of an Arrow file state: rows, and bytes once unpacked. Nothing is unpacked for it.

The file ends with footer, its length and ARROW1. Footer and messages are flatbuffers: a table begins with the distance
back to its vtable, which holds the place of each field. A compressed buffer begins with its length once unpacked, -1
where it is stored as it is. Source: the Arrow columnar format 1.5, sections on the file format and on compression.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from rhochain.files.faults import FileFault, in_quotes

__all__ = ["ArrowBlocks"]

_MAGIC = b"ARROW1"
_MOST_BLOCKS = 1 << 17
_BLOCK = np.dtype(
    {"names": ["offset", "head", "body"], "formats": ["<i8", "<i4", "<i8"], "offsets": [0, 8, 16], "itemsize": 24}
)
_BUFFER = np.dtype([("offset", "<i8"), ("length", "<i8")])
_DICTIONARIES, _BATCHES = 2, 3  # fields of the footer
_HEADER = 2  # of a message
_DATA = 1  # of a dictionary's message: its batch
_LENGTH, _BUFFERS, _COMPRESSION = 0, 2, 3  # of a batch


class ArrowBlocks:
    """`rows` of all record batches, and the bytes `unpacked` of all blocks, as `source` states them."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._size = int(source.size())
        self.rows = 0
        self.unpacked = 0
        try:
            footer = _Table.root(self._footer())
            for block in self._blocks(footer, _DICTIONARIES):
                self._count(block, dictionary=True)
            for block in self._blocks(footer, _BATCHES):
                self.rows += self._count(block, dictionary=False)
        except (struct.error, IndexError, ValueError, OverflowError) as error:
            if isinstance(error, FileFault):
                raise
            raise FileFault("footer", f"cut short or corrupt ({error})", "blocks within the file") from error

    def _footer(self) -> bytes:
        start = self._read(0, min(8, self._size))
        if start[:4] == b"FEA1":
            raise FileFault("header", "Feather version 1", "version 2, which pyarrow.feather.write_feather writes")
        if start[:6] != _MAGIC:
            raise FileFault(
                "header", f"first bytes {in_quotes(start)}", f"a Feather file, which begins with {_MAGIC!r}"
            )
        end = self._read(max(self._size - 10, 0), 10)
        length = int.from_bytes(end[:4], "little")
        if end[4:] != _MAGIC or length > self._size - 18:
            raise FileFault(
                "footer", f"last bytes {in_quotes(end)}", f"its length and {_MAGIC!r}: the file is cut short"
            )
        return self._read(self._size - 10 - length, length)

    def _blocks(self, footer: _Table, field: int) -> Iterator[Any]:
        blocks = footer.vector(field, _BLOCK)
        if len(blocks) > _MOST_BLOCKS:
            raise FileFault("footer", f"{len(blocks):,} blocks", f"at most {_MOST_BLOCKS:,}")
        yield from blocks.tolist()

    def _count(self, block: Any, *, dictionary: bool) -> int:
        """Add the unpacked bytes of a block; its rows."""
        offset, head, _ = block
        message = self._read(offset, head)
        prefix = 8 if message[:4] == b"\xff\xff\xff\xff" else 4
        batch = _Table.root(message[prefix:]).table(_HEADER)
        batch = batch.table(_DATA) if dictionary else batch
        buffers = batch.vector(_BUFFERS, _BUFFER)
        buffers = buffers[buffers["length"] > 0]
        if batch.has(_COMPRESSION):
            for place in buffers["offset"].tolist():
                self.unpacked += max(*struct.unpack("<q", self._read(offset + head + place, 8)), 0)
        else:
            self.unpacked += int(buffers["length"].astype(np.float64).sum())
        rows = batch.long(_LENGTH)
        if rows < 0:
            raise FileFault("footer", f"a block of {rows} rows", "no negative number")
        return rows

    def _read(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self._size:
            raise FileFault("footer", f"{length} bytes at {offset} of a file of {self._size}", "blocks within the file")
        data: bytes = self._source.read_at(length, offset)
        return data


class _Table:
    """A table of a flatbuffer."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    @classmethod
    def root(cls, data: bytes) -> _Table:
        return cls(data, *struct.unpack_from("<I", data, 0))

    def _field(self, k: int) -> int:
        """The place of field k, 0 where the table has none."""
        vtable = self._at - self._number("<i", self._at)
        if 4 + 2 * k >= self._number("<H", vtable):
            return 0
        offset = self._number("<H", vtable + 4 + 2 * k)
        return self._at + offset if offset else 0

    def _number(self, kind: str, at: int) -> int:
        if at < 0:
            raise IndexError(f"a place {at}")
        return int(struct.unpack_from(kind, self._data, at)[0])

    def has(self, k: int) -> bool:
        return self._field(k) != 0

    def table(self, k: int) -> _Table:
        at = self._field(k)
        if not at:
            raise IndexError(f"no field {k}")
        return _Table(self._data, at + self._number("<I", at))

    def vector(self, k: int, kind: np.dtype[Any]) -> Any:
        at = self._field(k)
        if not at:
            return np.zeros(0, kind)
        start = at + self._number("<I", at)
        return np.frombuffer(self._data, kind, self._number("<I", start), start + 4)

    def long(self, k: int) -> int:
        at = self._field(k)
        return self._number("<q", at) if at else 0
