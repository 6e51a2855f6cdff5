"""The symbols of formulas in HTML: sigma_1(W) <= 1 as a reader would write it."""

from __future__ import annotations

import html
import re

from rhochain.markup.blocks import Verbatim, printable

__all__ = ["in_html", "in_svg"]

_SYMBOLS = {
    r"\bsigma_1\b": "σ{1}",
    r"\bmu_D\b": "μ{D}",
    r"\bgamma\b": "γ",
    r"\brho\b": "ρ",
    r"\bsigma\b": "σ",
    r"\|\|_2\b": "‖{2}",
    r"\|\|_1\b": "‖{1}",
    r"\|\|_inf\b": "‖{∞}",
    r"\|\|": "‖",
    r"\^T\b": "[T]",
    r"\^-1\b": "[−1]",
    r"\^K\b": "[K]",
    r"&lt;=": "≤",
    r"&gt;=": "≥",
    r"(?<= )\*(?= )": "·",
    r"(?<=\d )x(?= \d)|(?<= )x(?= value\b)": "×",
}
_ANY = re.compile("|".join(f"(?P<s{k}>{pattern})" for k, pattern in enumerate(_SYMBOLS)))
_WRITTEN = list(_SYMBOLS.values())


def in_html(text: str) -> str:
    """`text`, escaped, with symbols and with indices by <sub> and <sup>; a `Verbatim` is escaped alone."""
    return _written(text, {"{": "<sub>", "}": "</sub>", "[": "<sup>", "]": "</sup>"})


def in_svg(text: str) -> str:
    """The same inside an SVG text element."""
    small = '<tspan font-size="75%" dy="{}">'
    after = '</tspan><tspan dy="{}">\u200b</tspan>'
    return _written(text, {"{": small.format(3), "}": after.format(-3), "[": small.format(-5), "]": after.format(5)})


def _written(text: str, marks: dict[str, str]) -> str:
    escaped = html.escape(printable(text))
    if isinstance(text, Verbatim):
        return escaped

    def symbol(match: re.Match[str]) -> str:
        written = _WRITTEN[int((match.lastgroup or "s0")[1:])]
        return "".join(marks.get(letter, letter) for letter in written)

    return _ANY.sub(symbol, escaped)
