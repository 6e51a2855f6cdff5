"""Blocks in plain text, at most 100 characters wide."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rhochain.markup.blocks import Answer, Block, Facts, Notes, Section, Table, printable

__all__ = ["plain_text"]

_WIDTH = 100
_LABEL = 10


def plain_text(blocks: Sequence[Block]) -> str:
    """The blocks, an empty line between two, without what a terminal would obey."""
    return "\n\n".join("\n".join(map(printable, lines)) for block in blocks if (lines := _lines(block)))


def _lines(block: Block) -> list[str]:
    if isinstance(block, Answer):
        reason = _labelled("reason", block.reason)
        return [*_wrapped(block.headline), "", f"{'verdict':<{_LABEL}}{block.verdict}", *reason]
    if isinstance(block, Facts):
        return _labelled_rows(block.rows)
    if isinstance(block, Notes):
        return [line for item in block.items for line in _labelled("note", item)]
    if isinstance(block, Table):
        return [*_wrapped(block.caption), *_rows([block.head, *block.rows])]
    if isinstance(block, Section):
        inside = plain_text(block.blocks)
        return [block.title, *inside.split("\n")] if inside else []
    return []


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_on_hyphens=False)


def _labelled_rows(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Texts in lines beside their labels; a label is not repeated."""
    lines: list[str] = []
    before = ""
    for label, text in rows:
        lines += _labelled("" if label == before else label, text)
        before = label
    return lines


def _labelled(label: str, text: str) -> list[str]:
    """`text` in lines beside `label`."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"{label:<{_LABEL}}",
        subsequent_indent=" " * _LABEL,
        break_on_hyphens=False,
    )


def _rows(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows in lines; one of two cells says something in words and widens no column but the first."""
    columns = len(rows[0])
    widths = [max(len(row[k]) for row in rows if k == 0 or len(row) == columns) + 2 for k in range(columns)]
    return ["  " + "".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False)).rstrip() for row in rows]
