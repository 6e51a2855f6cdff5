"""What a table or an array states about its size, beside what its file holds and what the caller allows."""

from __future__ import annotations

from rhochain.files.faults import FileFault

__all__ = ["MOST_DEFLATED", "require_columns_of_text", "require_memory_for_rows", "require_unpacked"]

MOST_DEFLATED = 1032
"""Bytes that deflate unpacks one byte to, at most."""

_BYTES_OF_NUMBER = 8
_MOST_UNPACKED = 250  # bytes for each of the file: columns of 64-bit ids come from a tenth of that
_MOST_OF_TEXT = 60  # of columns, from packed text
_UNPACKED_AT_LEAST = 1 << 26


def require_unpacked(
    place: str, nbytes: int, file_size: int, factor: int = _MOST_UNPACKED, allowed: int | None = None
) -> None:
    """Refuse a small file that unpacks into a huge table or array. The caller may have `allowed` so many bytes."""
    most = max(_UNPACKED_AT_LEAST, factor * file_size, allowed or 0)
    hint = "" if allowed is None else "; memory= allows more"
    if nbytes > most:
        raise FileFault(
            place,
            f"{nbytes:,} bytes unpacked from a file of {file_size:,}",
            f"at most {most:,} ({factor} for each of the file{hint})",
        )


def require_columns_of_text(rows: int, columns: int, file_size: int) -> None:
    """Refuse the columns of a text that is packed far better than edges are."""
    require_unpacked("table", rows * columns * _BYTES_OF_NUMBER, file_size, _MOST_OF_TEXT)


def require_memory_for_rows(rows: int, columns: int, most: int | None) -> None:
    """Refuse a table whose columns do not fit, before they are read."""
    nbytes = rows * columns * _BYTES_OF_NUMBER
    if most is not None and nbytes > most:
        raise FileFault(
            "table",
            f"{rows:,} rows of {columns} columns, {nbytes:,} bytes",
            f"at most {most:,} (memory= allows more; by default the memory of the machine)",
        )
