"""Blocks as a fragment that a notebook shows: its own style, no script, no id, no request."""

from __future__ import annotations

from collections.abc import Sequence

from rhochain.markup.blocks import Block
from rhochain.markup.elements import elements
from rhochain.markup.style import STYLE

__all__ = ["notebook"]


def notebook(blocks: Sequence[Block]) -> str:
    """For ``_repr_html_``. A notebook may hold many of them; the reader opens their sections."""
    return f'<div class="rhochain"><style>{STYLE}</style>{elements(blocks, 3, None, folded=True)}</div>'
