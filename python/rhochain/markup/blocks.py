"""The parts of a report. One list of blocks serves plain text, a terminal, a page and a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Union

__all__ = [
    "Answer",
    "Block",
    "Facts",
    "Notes",
    "Picture",
    "Quotation",
    "Section",
    "Table",
    "Tone",
    "Verbatim",
    "printable",
]


class Verbatim(str):
    """Text from outside, such as the name of a file or of a neuron: never read as a formula, and `printable`."""

    def __new__(cls, text: str) -> Verbatim:
        return super().__new__(cls, printable(text))


def printable(text: str) -> str:
    """`text` with escapes in place of what a terminal would obey."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class Tone(str, Enum):
    """What an answer is about, for its colour and its sign."""

    VANISHES = "vanishes"
    EXPLODES = "explodes"
    BOUNDED = "bounded"
    OPEN = "open"


@dataclass(frozen=True)
class Answer:
    """The headline, the word that programs read, and the reason."""

    headline: str
    tone: Tone
    verdict: str
    reason: str


@dataclass(frozen=True)
class Facts:
    """Pairs of a label of at most nine letters and a text."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """Cells; the first of a row names it. A row of two cells says something in words in place of numbers."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Notes:
    """Remarks, a sentence or more each."""

    items: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """An SVG element whose text holds its numbers, and what to see in it. Text and terminals leave it out."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Quotation:
    """Text to copy into a paper. `code`: with its lines as they are; plain text and terminals then leave it out."""

    text: str
    code: bool = False


@dataclass(frozen=True)
class Section:
    """Blocks under a title. A folded one is opened by the reader where that is possible."""

    title: str
    blocks: Sequence[Block]
    folded: bool = False


Block = Union[Answer, Facts, Table, Notes, Picture, Quotation, Section]  # noqa: UP007 - Section is not defined yet
