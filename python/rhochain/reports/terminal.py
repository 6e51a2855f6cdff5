"""Blocks on a terminal, by rich."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rhochain.markup.blocks import Answer, Block, Facts, Notes, Picture, Quotation, Section, Table, Tone, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["renderables"]

_COLOURS = {Tone.VANISHES: "green", Tone.EXPLODES: "red", Tone.BOUNDED: "blue", Tone.OPEN: "yellow"}


def renderables(blocks: Sequence[Block]) -> Iterator[RenderableType]:
    """What rich prints, for any width."""
    from rich.text import Text

    for k, block in enumerate(block for block in blocks if _shown(block)):
        if k > 0:
            yield Text()
        yield from _rendered(block)


def _shown(block: Block) -> bool:
    """Whether a terminal has something to show of it."""
    if isinstance(block, Facts):
        return bool(block.rows)
    return bool(block.items) if isinstance(block, Notes) else not isinstance(block, (Picture, Quotation))


def _rendered(block: Block) -> Iterator[Any]:
    from rich.panel import Panel
    from rich.text import Text

    if isinstance(block, Answer):
        colour = _COLOURS[block.tone]
        body = Text(printable(block.reason))
        yield Panel(
            body,
            title=Text(printable(block.headline), style=f"bold {colour}"),
            title_align="left",
            subtitle=Text(block.verdict, style="dim"),
            subtitle_align="right",
            border_style=colour,
        )
    elif isinstance(block, Facts):
        yield _pairs(block.rows)
    elif isinstance(block, Notes):
        for item in block.items:
            yield _pairs([("note", item)])
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Section):
        yield Text(printable(block.title), style="bold")
        yield from renderables(block.blocks)


def _pairs(rows: Sequence[tuple[str, str]]) -> Any:
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True, min_width=8)
    grid.add_column()
    before = ""
    for label, text in rows:
        grid.add_row(Text("" if label == before else label), Text(printable(text)))
        before = label
    return grid


def _table(block: Table) -> Iterator[Any]:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    yield Text(printable(block.caption), style="dim")
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for k, cell in enumerate(block.head):
        grid.add_column(Text(cell), no_wrap=k == 0, style="bold" if k == 0 else None)
    in_words = [row for row in block.rows if len(row) < len(block.head)]
    for row in block.rows:
        if row not in in_words:
            grid.add_row(*(Text(printable(cell)) for cell in row))
    yield grid
    for name, words in in_words:
        yield Text(printable(f"{name}: {words}"))
