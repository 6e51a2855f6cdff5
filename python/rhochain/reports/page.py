"""Blocks as one HTML page that needs nothing beside it.

A report gives its blocks (`GradientReport.blocks`, `ChainReport.blocks`), and a page of several reports puts those of
each into a `Section`::

    page("a model", [Table(...), *(Section(layer.name, layer.blocks()) for layer in layers)])
"""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path

import rhochain._core as _core
from rhochain.markup.blocks import Block, printable
from rhochain.markup.elements import elements
from rhochain.markup.style import STYLE

__all__ = ["page", "written_page"]


def page(title: str, blocks: Sequence[Block]) -> str:
    """The text of the page. Headings begin at <h2> below its title."""
    text = html.escape(printable(title))
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{text}</title><style>{STYLE}</style>'
    )
    version = html.escape(str(_core.build_info()["version"]))
    body = (
        f"<main><h1>{text}</h1>{elements(blocks, 2, 'part')}</main><footer><p>Made by rhochain {version}.</p></footer>"
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body class="rhochain">{body}</body></html>\n'


def written_page(title: str, blocks: Sequence[Block], path: str | os.PathLike[str] | None) -> str:
    """The same, written to `path` in UTF-8 too, where one is given."""
    text = page(title, blocks)
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text
