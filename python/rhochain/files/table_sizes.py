"""What a table states about its size, beside what its file holds and what the caller allows."""

from __future__ import annotations

from rhochain.files.faults import FileFault

__all__ = ["require_memory_for_rows", "require_unpacked"]

_BYTES_OF_NUMBER = 8
_MOST_UNPACKED = 250  # bytes for each of the file: columns of 64-bit ids come from a tenth of that
_UNPACKED_AT_LEAST = 1 << 26


def require_unpacked(place: str, nbytes: int, file_size: int) -> None:
    """Refuse a small file that unpacks into a huge table."""
    most = max(_UNPACKED_AT_LEAST, _MOST_UNPACKED * file_size)
    if nbytes > most:
        raise FileFault(
            place,
            f"{nbytes:,} bytes unpacked from a file of {file_size:,}",
            f"at most {most:,} ({_MOST_UNPACKED} for each of the file)",
        )


def require_memory_for_rows(rows: int, columns: int, most: int | None) -> None:
    """Refuse a table whose columns do not fit, before they are read."""
    nbytes = rows * columns * _BYTES_OF_NUMBER
    if most is not None and nbytes > most:
        raise FileFault(
            "table",
            f"{rows:,} rows of {columns} columns, {nbytes:,} bytes",
            f"at most {most:,} (memory= allows more; by default the memory of the machine)",
        )
