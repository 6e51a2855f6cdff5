"""Brackets as bars on one axis, for a matplotlib figure and for a page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rhochain.estimates.comparisons import outward
from rhochain.markup.symbols import in_svg
from rhochain.reports.axis import Axis, linear_axis, logarithmic_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Bar", "Mark", "draw", "svg"]

# By what an end claims: colour and hatch.
_GRADES = {"PROVED": ("#12588f", ""), "PROBABLE": ("#79b4dc", "////"), "ESTIMATE": ("#e3e6e9", "....")}
_LINES = {"network": ("#1d2329", "-"), "vanishes": ("#1d6b35", "--"), "explodes": ("#a62b1f", "--")}

# Of the picture in a page, in pixels; places along the axis are percentages, so that text keeps its size at any width.
_LABEL, _ROW, _AXIS = 20, 42, 26
_LEFT = 22.0  # percent, for the names
_SHORT = 2.0  # percent: a bar shorter than this is drawn with _STUB pixels, so that it can be seen
_STUB = 8


class Bar(NamedTuple):
    """One quantity: ``lower <= value <= upper`` and the grades of the ends."""

    name: str
    lower: float
    value: float
    upper: float
    lower_grade: str
    upper_grade: str

    @property
    def numbers(self) -> str:
        """Both ends, rounded outwards."""
        low, high = outward(self.lower, up=False), outward(self.upper, up=True)
        return low if low == high else f"{low} … {high}"


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
    figure = Figure(figsize=(7.0, 1.4 + 0.55 * len(bars)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    scale = _scale(bars, marks, logarithmic=True)
    low, high = scale.low, scale.high
    for row, bar in enumerate(bars):
        for end, grade in ((bar.lower, bar.lower_grade), (bar.upper, bar.upper_grade)):
            left, right = sorted(min(max(x, low), high) for x in (end, bar.value))
            colour, hatch = _GRADES[grade]
            axes.barh(row, right - left, 0.3, left, color=colour, hatch=hatch, edgecolor="#12588f", linewidth=0.5)
        axes.plot(min(max(bar.value, low), high), row, "|", color="black", markersize=14)
        axes.text(0.99, row - 0.3, bar.numbers, transform=axes.get_yaxis_transform(), ha="right", fontsize="small")
    for mark in marks:
        colour, style = _LINES[mark.role]
        axes.axvline(mark.at, color=colour, linestyle=style, linewidth=1, label=mark.label)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, 1.0), bbox_transform=figure.transFigure, ncols=3, frameon=False
    )
    axes.set_yticks(range(len(bars)), [bar.name for bar in bars])
    axes.set_ylim(max(len(bars), 1) - 0.5, -0.7)
    axes.set_xlim(low, high)
    axes.set_xlabel("plain: PROVED, hatched: PROBABLE, dotted: ESTIMATE", fontsize="small")
    return figure


def svg(bars: Sequence[Bar], marks: Sequence[Mark], *, logarithmic: bool = True) -> str:
    """The same picture as an SVG element, as wide as its place, without matplotlib."""
    scale = _scale(bars, marks, logarithmic)
    top = _LABEL * len(marks) + 4
    bottom = top + _ROW * len(bars) + 4
    parts = [f'<svg role="img" aria-label="{_in_words(bars, marks, scale)}" height="{bottom + _AXIS}">']
    for tick in scale.ticks():
        at = _percent(scale, tick)
        parts.append(f'<line class="rhc-axis" x1="{at}" x2="{at}" y1="{bottom}" y2="{bottom + 5}"/>')
        parts.append(_text(scale, tick, bottom + 18, f"{tick:g}", "rhc-tick", centred=True))
    parts.append(f'<line class="rhc-axis" x1="{_LEFT}%" x2="100%" y1="{bottom}" y2="{bottom}"/>')
    for row, mark in enumerate(marks):
        at, y = _percent(scale, mark.at), _LABEL * row + 14
        dashed = "" if mark.role == "network" else " rhc-dashed"
        parts.append(
            f'<line class="rhc-mark rhc-{mark.role}{dashed}" x1="{at}" x2="{at}" y1="{y - 11}" y2="{bottom}"/>'
        )
    for row, bar in enumerate(bars):
        y = top + _ROW * row
        parts.append(f'<text class="rhc-name" x="0" y="{y + 31}">{in_svg(bar.name)}</text>')
        parts.append(_over_lines(f'x="100%" y="{y + 14}" text-anchor="end"', in_svg(bar.numbers)))
        parts.append(_half(scale, bar.value, bar.lower, bar.lower_grade, y + 27, side=-1))
        parts.append(_half(scale, bar.value, bar.upper, bar.upper_grade, y + 27, side=1))
        at = _percent(scale, bar.value)
        parts.append(f'<line class="rhc-value" x1="{at}" x2="{at}" y1="{y + 19}" y2="{y + 35}"/>')
    for row, mark in enumerate(marks):
        parts.append(_text(scale, mark.at, _LABEL * row + 14, mark.label, f"rhc-label rhc-{mark.role}"))
    return "".join(parts) + "</svg>"


def _half(scale: Axis, value: float, end: float, grade: str, y: int, *, side: int) -> str:
    """The bar from `value` to an end of its bracket, on the left (-1) or on the right (1)."""
    kind = f"rhc-bar rhc-{grade.lower()}"
    if end == value:
        return ""
    if abs(scale.place(end) - scale.place(value)) * 100.0 < _SHORT:
        return (
            f'<svg class="rhc-stub" x="{_percent(scale, value)}" overflow="visible">'
            f'<line class="{kind}" x1="0" x2="{side * _STUB}" y1="{y}" y2="{y}"/></svg>'
        )
    return f'<line class="{kind}" x1="{_percent(scale, value)}" x2="{_percent(scale, end)}" y1="{y}" y2="{y}"/>'


def _text(scale: Axis, value: float, y: int, text: str, kind: str, *, centred: bool = False) -> str:
    """Text at a place of the axis, on the side of it where there is more space."""
    place = scale.place(value)
    anchor = "start" if place < 0.4 else "end"
    shift = 0 if centred else 5 if place < 0.4 else -5
    if centred and place < 0.95:
        anchor = "middle"
    return _over_lines(f'x="{_percent(scale, value)}" dx="{shift}" y="{y}" text-anchor="{anchor}"', in_svg(text), kind)


def _over_lines(place: str, text: str, kind: str = "") -> str:
    """The text, and below it a halo that keeps it legible where it crosses a line."""
    return f'<text class="rhc-halo {kind}" {place}>{text}</text><text class="{kind}" {place}>{text}</text>'


def _percent(scale: Axis, value: float) -> str:
    return f"{_LEFT + (100.0 - _LEFT) * scale.place(value):.2f}%"


def _in_words(bars: Sequence[Bar], marks: Sequence[Mark], scale: Axis) -> str:
    """The picture for who does not see it."""
    said = [
        f"{bar.name} from {outward(bar.lower, up=False)} ({bar.lower_grade}) to {outward(bar.upper, up=True)} "
        f"({bar.upper_grade})"
        for bar in bars
    ]
    kind = "logarithmic" if scale.logarithmic else "linear"
    lines = "; ".join(mark.label for mark in marks)
    return html.escape(f"Brackets on a {kind} axis: {'; '.join(said)}. Lines: {lines}.")


def _scale(bars: Sequence[Bar], marks: Sequence[Mark], logarithmic: bool) -> Axis:
    make = logarithmic_axis if logarithmic else linear_axis
    return make([mark.at for mark in marks], (x for bar in bars for x in (bar.lower, bar.value, bar.upper)))
