"""What is wrong inside a file: the place, what came there, and what was expected."""

from __future__ import annotations

from rhochain.weights.machine_memory import machine_memory
from rhochain.weights.refusals import BadData

__all__ = ["FileFault", "in_quotes", "require_memory", "require_sane_shape", "shown_name"]

_LONGEST_QUOTE = 60
_LONGEST_NAME = 40
_EMPTY_LINES = 10_000_000  # rows or columns without an entry that a sparse file may state, whatever its size
_LINES_OF_ENTRY = 100


class FileFault(BadData):
    """The content of a file is no usable matrix. `place`: a line, an array, a header."""


def in_quotes(text: bytes) -> str:
    """Bytes of a file for a message: printable, in quotes, the first 60."""
    shown = repr(text[:_LONGEST_QUOTE])[1:]
    return shown if len(text) <= _LONGEST_QUOTE else f"{shown}..."


def shown_name(name: str) -> str:
    """The name of an array, a column or a variable for a message, in quotes where it is empty, long or unusual."""
    return name if name and name.isprintable() and len(name) <= _LONGEST_NAME else repr(name[:_LONGEST_NAME])


def require_memory(place: str, what: str, nbytes: int, most_bytes: int | None = None) -> None:
    """Refuse what is above `most_bytes` or what the machine holds, before the system ends the process that tries."""
    machine = machine_memory()
    for most, whose in ((machine, "the memory of the machine"), (most_bytes, "as memory= says")):
        if most is not None and nbytes > most:
            raise FileFault(place, f"{what} of {nbytes} bytes", f"at most {most}, {whose}")


def require_sane_shape(place: str, rows: int, cols: int, entries: int) -> None:
    """Refuse a sparse matrix without rows, or with so few entries that its row pointers alone could fill the memory."""
    if rows < 1 or cols < 1:
        raise FileFault(place, f"{rows} rows and {cols} columns", "at least one of each")
    most = _EMPTY_LINES + _LINES_OF_ENTRY * entries
    if max(rows, cols) > most:
        raise FileFault(
            place,
            f"{rows} rows and {cols} columns with {entries} entries",
            f"at most {most} of each ({_EMPTY_LINES}, and {_LINES_OF_ENTRY} for each entry)",
        )
