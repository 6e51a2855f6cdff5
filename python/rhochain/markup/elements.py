"""Blocks as HTML. All text is escaped; an id comes from the place of its block, so no two on a page are equal."""

from __future__ import annotations

import html
from collections.abc import Sequence

from rhochain.markup.blocks import Answer, Block, Facts, Notes, Picture, Quotation, Section, Table, Tone, printable
from rhochain.markup.symbols import in_html

__all__ = ["elements"]

_ONE_LINE, _SHORT = 28, ' class="rhc-short"'  # letters of a cell that is never broken
_SIGNS = {Tone.VANISHES: "↘", Tone.EXPLODES: "↗", Tone.BOUNDED: "→", Tone.OPEN: "?"}


def elements(blocks: Sequence[Block], level: int, place: str | None, *, folded: bool = False) -> str:
    """The blocks with headings from <h`level`> on.

    Ids begin with `place`, and there are none for None. `folded`: the reader opens every section.
    """
    inside = ((None if place is None else f"{place}-{k}", block) for k, block in enumerate(blocks, 1))
    return "".join(_element(block, min(level, 6), at, folded) for at, block in inside)


def _element(block: Block, level: int, place: str | None, folded: bool) -> str:
    if isinstance(block, Answer):
        return _answer(block, level)
    if isinstance(block, Facts):
        return _facts(block)
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Notes):
        items = "".join(f"<li>{in_html(item)}</li>" for item in block.items)
        return f"<ul>{items}</ul>" if items else ""
    if isinstance(block, Picture):
        return f"<figure>{block.svg}<figcaption>{in_html(block.caption)}</figcaption></figure>"
    if isinstance(block, Quotation):
        return _quotation(block)
    return _section(block, level, place, folded)


def _facts(facts: Facts) -> str:
    """Texts of one label follow it together."""
    pairs, before = "", None
    for label, text in facts.rows:
        pairs += ("" if label == before else f"<dt>{in_html(label)}</dt>") + f"<dd>{in_html(text)}</dd>"
        before = label
    return f'<dl class="rhc-facts">{pairs}</dl>' if pairs else ""


def _answer(answer: Answer, level: int) -> str:
    sign = f'<span aria-hidden="true">{_SIGNS[answer.tone]}</span> '
    return (
        f'<div class="rhc-answer rhc-{answer.tone.value}">'
        f'<h{level} class="rhc-headline">{sign}{in_html(answer.headline)}</h{level}>'
        f"<p>{in_html(answer.reason)}</p>"
        f'<p class="rhc-word">{html.escape(answer.verdict)}</p></div>'
    )


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{in_html(cell)}</th>' for cell in table.head)
    body = "".join(f"<tr>{_row(row, len(table.head))}</tr>" for row in table.rows)
    return (
        f'<div class="rhc-scroll" role="region" aria-label="{html.escape(table.caption)}" tabindex="0"><table>'
        f"<caption>{in_html(table.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], columns: int) -> str:
    name, *rest = cells
    span = f' colspan="{columns - 1}"' if len(rest) == 1 < columns - 1 else ""
    return f'<th scope="row">{in_html(name)}</th>' + "".join(
        f"<td{span}{_SHORT if len(cell) <= _ONE_LINE else ''}>{in_html(cell)}</td>" for cell in rest
    )


def _quotation(quoted: Quotation) -> str:
    if quoted.code:
        return f'<pre tabindex="0">{html.escape(quoted.text)}</pre>'
    return f"<blockquote><p>{html.escape(printable(quoted.text))}</p></blockquote>"


def _section(section: Section, level: int, place: str | None, folded: bool) -> str:
    identity = "" if place is None else f' id="{place}"'
    title = f"<h{level}{identity}>{in_html(section.title)}</h{level}>"
    inside = elements(section.blocks, level + 1, place, folded=folded)
    if section.folded or folded:
        return f"<details><summary>{title}</summary>{inside}</details>"
    return f"<section>{title}{inside}</section>"
