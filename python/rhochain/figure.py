"""Brackets as bars on a logarithmic axis, for a matplotlib figure and for a page."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Bar", "draw", "svg"]

# Colour by what an end claims; an ESTIMATE is drawn pale.
_COLOURS = {"PROVED": "#1b6ca8", "PROBABLE": "#5fa8d3", "ESTIMATE": "#c9c9c9"}


class Bar(NamedTuple):
    """One quantity: ``lower <= value <= upper`` and the grades of the ends."""

    name: str
    lower: float
    value: float
    upper: float
    lower_grade: str
    upper_grade: str


def draw(bars: Sequence[Bar], mark: float, label: str) -> Figure:
    """A matplotlib figure of the bars, with a vertical line at `mark`."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("plot needs matplotlib: pip install 'rhochain[plot]'") from None
    figure = Figure(figsize=(7.0, 0.9 + 0.5 * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    low, high = _range(bars, mark)
    for row, bar in enumerate(bars):
        for end, grade in ((bar.lower, bar.lower_grade), (bar.upper, bar.upper_grade)):
            ends = sorted((min(max(end, low), high), min(max(bar.value, low), high)))
            axes.plot(ends, (row, row), color=_COLOURS[grade], linewidth=8, solid_capstyle="butt")
        axes.plot(min(max(bar.value, low), high), row, "|", color="black", markersize=14)
    axes.axvline(mark, color="#b03a2e", linestyle="--", linewidth=1)
    axes.set_yticks(range(len(bars)), [bar.name for bar in bars])
    axes.set_ylim(max(len(bars), 1) - 0.5, -0.5)
    axes.set_xlim(low, high)
    axes.set_xlabel(f"{label} (dashed); dark: PROVED, light: PROBABLE, grey: ESTIMATE")
    return figure


def svg(bars: Sequence[Bar], mark: float, label: str) -> str:
    """The same picture as an SVG element, without matplotlib."""
    width, left, step = 640.0, 110.0, 34.0
    low, high = _range(bars, mark)

    def x(value: float) -> float:
        inside = min(max(value, low), high)
        return left + (width - left - 20.0) * math.log(inside / low) / math.log(high / low)

    height = step * (len(bars) + 1)
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
    at = x(mark)
    bottom = step * len(bars)
    parts.append(f'<path d="M{at:.1f} 0V{bottom:.1f}" stroke="#b03a2e" stroke-dasharray="5 4"/>')
    parts.append(f'<text x="{at:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{html.escape(label)}</text></svg>')
    return "".join(parts)


def _range(bars: Sequence[Bar], mark: float) -> tuple[float, float]:
    """The axis: `mark`, and of the other positive numbers what lies within 12 decades of the largest."""
    shown = [x for bar in bars for x in (bar.lower, bar.value, bar.upper) if 0.0 < x < math.inf] + [mark]
    high = 1.3 * max(shown)
    return min(max(min(shown) / 1.3, high * 1e-12), mark / 1.3), high
