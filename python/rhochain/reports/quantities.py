"""The quantities of a report: a table with their grades, and bars on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from rhochain.estimates.brackets import Bound, Bracket
from rhochain.estimates.comparisons import outward
from rhochain.markup.blocks import Picture, Table
from rhochain.reports.figure import Bar, Mark, svg
from rhochain.verdicts.critical_gain import CriticalGain

__all__ = ["Quantity", "bar", "bars", "ends", "in_brackets", "marks", "picture", "table"]


class Quantity(NamedTuple):
    """A row of the table; `scale` puts its bar on the axis of W, and None leaves it out there."""

    name: str
    meaning: str
    bracket: Bracket | None
    threshold: float | None = None  # what a value is multiplied by, to be compared with 1
    scale: float | None = None
    bar: str = ""  # the name beside the bar, where it is another
    missing: str = ""  # why there is no bracket; a quantity without one and without a reason is not shown


def table(quantities: Sequence[Quantity]) -> Table:
    """Values between graded bounds."""
    rows: list[tuple[str, ...]] = []
    for q in quantities:
        if q.bracket is not None:
            compared = "" if q.threshold is None else f"{q.threshold * q.bracket.value:.7g}"
            rows.append((q.name, f"{q.bracket.value:.7g}", *ends(q.bracket), compared))
        elif q.missing:
            rows.append((q.name, q.missing))
    shown = [q for q in quantities if q.bracket is not None or q.missing]
    meanings = "; ".join(f"{q.name}: {q.meaning}" for q in shown)
    return Table(meanings, ("quantity", "value", "lower bound", "upper bound", "gamma x value"), rows)


def ends(bracket: Bracket) -> tuple[str, str]:
    """Both bounds, rounded outwards, with their grades."""
    lower, upper = bracket.lower, bracket.upper
    return f"{outward(lower.value, up=False)} {lower.label}", f"{outward(upper.value, up=True)} {upper.label}"


def in_brackets(bracket: Bracket) -> str:
    """As a sentence holds them: ``106.0885 (PROVED) to 106.0984 (PROVED)``."""
    lower, upper = bracket.lower, bracket.upper
    return f"{outward(lower.value, up=False)} ({lower.label}) to {outward(upper.value, up=True)} ({upper.label})"


def bars(quantities: Sequence[Quantity]) -> list[Bar]:
    """Of those on the axis of W."""
    return [bar(q.bar or q.name, q.bracket, q.scale) for q in quantities if q.bracket and q.scale is not None]


def bar(name: str, b: Bracket, s: float = 1.0) -> Bar:
    """`s` times a bracket."""
    return Bar(name, s * b.lower.value, s * b.value, s * b.upper.value, str(b.lower.grade), str(b.upper.grade))


def marks(gain: float, critical: CriticalGain | None) -> list[Mark]:
    """1 / gamma, and where it would lie for W times a critical factor."""
    threshold = 1.0 / gain
    found = [Mark(threshold, f"1/gamma = {threshold:.7g}", "network")]
    ends_of_gain: tuple[tuple[Bound | None, str, str], ...] = (
        (None if critical is None else critical.vanishes_below, "vanishes: g <", "vanishes"),
        (None if critical is None else critical.explodes_above, "can explode: g >", "explodes"),
    )
    for bound, words, role in ends_of_gain:
        if bound is not None and 0.0 < threshold / bound.value < math.inf:
            short = outward(bound.value, up=role == "explodes", digits=4)
            found.append(Mark(threshold / bound.value, f"{words} {short}", role))
    return found


def picture(quantities: Sequence[Quantity], lines: Sequence[Mark]) -> Picture | None:
    """Brackets and thresholds on one axis; None without a bracket."""
    shown = bars(quantities)
    if not shown:
        return None
    critical = "" if len(lines) == 1 else " Dashed: where that line lies for W times a critical gain g."
    return Picture(
        svg(shown, lines),
        "Each quantity between its bounds, on a logarithmic axis. Plain bars are PROVED, striped ones PROBABLE, finely "
        "striped ones ESTIMATEs; a short bar is drawn 8 pixels wide. The line is the threshold 1/gamma: a norm "
        "(sigma_1, rho(|W|), mu_D) whose bar lies left of it proves that gradients vanish." + critical,
    )
