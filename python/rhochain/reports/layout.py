"""The blocks of a report in plain text: labelled paragraphs and a table, at most 100 characters wide."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

__all__ = ["labelled", "table"]

_WIDTH = 100
_LEAST_WIDTHS = (11, 13, 13, 13, 18, 18)


def labelled(label: str, text: str) -> list[str]:
    """`text` in lines beside `label`."""
    return textwrap.wrap(
        text, _WIDTH, initial_indent=f"{label:<10}", subsequent_indent=" " * 10, break_on_hyphens=False
    )


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows in lines; one whose third cell is empty says something in words and widens no column."""
    full = [row for row in rows if row[2]]
    widths = [max(least, *(len(row[k]) + 1 for row in full)) for k, least in enumerate(_LEAST_WIDTHS)]
    return ["".join(cell.ljust(w) for cell, w in zip(row, (*widths, 0), strict=True)).rstrip() for row in rows]
