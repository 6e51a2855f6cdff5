"""Tables with named columns, read batch by batch, whatever the kind of their file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Protocol

__all__ = ["Role", "Table"]


class Role(Enum):
    """What a column is read as."""

    ID = "ids"  # a `LabelColumn` of integers or text
    NAME = "names"  # a `LabelColumn` of text, with codes
    NUMBER = "numbers"  # float64
    SHARE = "shares"  # float64, NaN where a row has none


class Table(Protocol):
    """The columns of a file or of arrays. `rows`: how many, None where the file does not state it."""

    @property
    def names(self) -> list[str]: ...

    @property
    def rows(self) -> int | None: ...

    def has_text(self, column: str) -> bool:
        """Whether the column holds text."""

    def batches(self, roles: Mapping[str, Role]) -> Iterator[dict[str, Any]]:
        """The columns in `roles`, some rows at a time; the others are not read."""
