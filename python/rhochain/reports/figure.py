"""Brackets as bars on a logarithmic axis, for a matplotlib figure and for a page."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Bar", "Mark", "draw", "svg"]

# Colour by what an end claims; an ESTIMATE is drawn pale.
_COLOURS = {"PROVED": "#1b6ca8", "PROBABLE": "#5fa8d3", "ESTIMATE": "#c9c9c9"}
_LINES = {"network": "#222222", "vanishes": "#2a7d3c", "explodes": "#b03a2e"}


class Bar(NamedTuple):
    """One quantity: ``lower <= value <= upper`` and the grades of the ends."""

    name: str
    lower: float
    value: float
    upper: float
    lower_grade: str
    upper_grade: str


class Mark(NamedTuple):
    """A vertical line; `role` is "network", "vanishes" or "explodes"."""

    at: float
    label: str
    role: str


def draw(bars: Sequence[Bar], marks: Sequence[Mark]) -> Figure:
    """A matplotlib figure of the bars with vertical lines at the marks, of which there is at least one."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("plot needs matplotlib: pip install 'rhochain[plot]'") from None
    figure = Figure(figsize=(7.0, 1.2 + 0.5 * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    low, high = _range(bars, marks)
    for row, bar in enumerate(bars):
        for end, grade in ((bar.lower, bar.lower_grade), (bar.upper, bar.upper_grade)):
            ends = sorted((min(max(end, low), high), min(max(bar.value, low), high)))
            axes.plot(ends, (row, row), color=_COLOURS[grade], linewidth=8, solid_capstyle="butt")
        axes.plot(min(max(bar.value, low), high), row, "|", color="black", markersize=14)
    for mark in marks:
        axes.axvline(mark.at, color=_LINES[mark.role], linestyle="--", linewidth=1, label=mark.label)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, 1.0), bbox_transform=figure.transFigure, ncols=3, frameon=False
    )
    axes.set_yticks(range(len(bars)), [bar.name for bar in bars])
    axes.set_ylim(max(len(bars), 1) - 0.5, -0.5)
    axes.set_xlim(low, high)
    axes.set_xlabel(
        "dark: PROVED, light: PROBABLE, grey: ESTIMATE; dashed: 1 / gamma and 1 / (g gamma)", fontsize="small"
    )
    return figure


def svg(bars: Sequence[Bar], marks: Sequence[Mark]) -> str:
    """The same picture as an SVG element, without matplotlib."""
    width, left, step = 640.0, 110.0, 34.0
    low, high = _range(bars, marks)

    def x(value: float) -> float:
        inside = min(max(value, low), high)
        return left + (width - left - 20.0) * math.log(inside / low) / math.log(high / low)

    bottom = step * len(bars)
    height = bottom + 18.0 * len(marks) + 16.0
    parts = [f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="brackets">']
    for row, bar in enumerate(bars):
        y = step * (row + 0.5)
        parts.append(f'<text x="0" y="{y + 5:.1f}">{html.escape(bar.name)}</text>')
        for end, grade in ((bar.lower, bar.lower_grade), (bar.upper, bar.upper_grade)):
            begin, finish = sorted((x(end), x(bar.value)))
            parts.append(
                f'<rect x="{begin:.1f}" y="{y - 5:.1f}" width="{max(finish - begin, 1.0):.1f}" height="10" '
                f'fill="{_COLOURS[grade]}"/>'
            )
        parts.append(f'<rect x="{x(bar.value) - 1:.1f}" y="{y - 9:.1f}" width="2" height="18"/>')
    for row, mark in enumerate(marks):
        at, colour, y = x(mark.at), _LINES[mark.role], bottom + 18.0 * (row + 1)
        anchor = "start" if at < 0.5 * (left + width) else "end"
        parts.append(f'<path d="M{at:.1f} 0V{y:.1f}" stroke="{colour}" stroke-dasharray="5 4"/>')
        parts.append(
            f'<text x="{at + (4 if anchor == "start" else -4):.1f}" y="{y:.1f}" fill="{colour}" '
            f'text-anchor="{anchor}">{html.escape(mark.label)}</text>'
        )
    return "".join(parts) + "</svg>"


def _range(bars: Sequence[Bar], marks: Sequence[Mark]) -> tuple[float, float]:
    """The axis: the marks, and of the other positive numbers what lies within 12 decades of the largest."""
    lines = [mark.at for mark in marks]
    shown = [x for bar in bars for x in (bar.lower, bar.value, bar.upper) if 0.0 < x < math.inf] + lines
    high = 1.3 * max(shown)
    return min(max(min(shown) / 1.3, high * 1e-12), min(lines) / 1.3), high
