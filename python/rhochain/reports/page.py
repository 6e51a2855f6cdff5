"""A report as one HTML page that needs nothing beside it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

__all__ = ["page"]

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "td,th{padding:.25rem .8rem .25rem 0;text-align:left}th{border-bottom:1px solid #999}"
    "svg{width:100%;height:auto;font-size:14px}.verdict{font-size:1.4rem}"
)


def page(
    title: str,
    verdict: str,
    reason: str,
    facts: Iterable[tuple[str, str]],
    picture: str,
    tables: Iterable[Sequence[Sequence[str]]],
    notes: Iterable[str],
) -> str:
    """The page. Everything but `picture`, an SVG element, is plain text; a table's first row is its head."""
    text = html.escape
    body = [f"<h1>{text(title)}</h1>", f'<p class="verdict"><strong>{text(verdict)}</strong></p>']
    body.append(f"<p>{text(reason)}</p>")
    body += [f"<p>{text(label)}: {text(fact)}</p>" for label, fact in facts]
    body.append(picture)
    for head, *rows in tables:
        cells = ["".join(f"<th>{text(cell)}</th>" for cell in head)]
        cells += ["".join(f"<td>{text(cell)}</td>" for cell in row) for row in rows]
        body.append("<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>")
    body.append("<ul>" + "".join(f"<li>{text(note)}</li>" for note in notes) + "</ul>")
    head = f'<meta charset="utf-8"><title>{text(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'
