"""Quantities of two matrices, and whether the brackets of each lie apart."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rhochain.estimates.brackets import Bound, Bracket, Grade
from rhochain.estimates.comparisons import outward

__all__ = ["Ends", "Relation", "ends_of_json", "relation"]

_LOGARITHMS = frozenset({"chain_norm"})


@dataclass(frozen=True)
class Ends:
    """A value between two bounds, and the graded bounds behind these where they are others."""

    value: float
    lower: Bound
    upper: Bound
    graded_lower: Bound | None
    graded_upper: Bound | None

    @classmethod
    def of(cls, found: Bracket) -> Ends:
        """Those of a bracket."""
        return cls(found.value, found.lower, found.upper, found.graded_lower, found.graded_upper)

    @property
    def cells(self) -> tuple[str, ...]:
        """Value, bounds and grades for a table."""
        return (
            f"{self.value:.7g}",
            outward(self.lower.value, up=False),
            outward(self.upper.value, up=True),
            self.lower.label,
            self.upper.label,
        )


@dataclass(frozen=True)
class Relation:
    """Which of two is larger: "A", "B", or None where their brackets overlap.

    Attributes
    ----------
    larger : {"A", "B", None}
    grade : str or None
        The weaker grade of the two ends that lie apart.
    factor : float or None
        The larger is at least this times the smaller; None for logarithms.
    """

    larger: str | None
    grade: str | None = None
    factor: float | None = None

    def __str__(self) -> str:
        if self.larger is None:
            return "not separated: the brackets overlap"
        times = "" if self.factor is None else f", by a factor of at least {outward(self.factor, up=False)}"
        return f"{self.larger} is larger, {self.grade}{times}"

    def to_dict(self) -> dict[str, Any]:
        factor = None if self.factor is None or math.isinf(self.factor) else self.factor
        return {"larger": self.larger, "grade": self.grade, "factor": factor}


def relation(quantity: str, a: Ends, b: Ends) -> Relation:
    """Whether the brackets of `a` and `b` lie apart; bounds with a grade come before ESTIMATEs.

    Examples
    --------
    >>> def ends(low, high):
    ...     lower, upper = (Bound(x, Grade.PROVED, None, "") for x in (low, high))
    ...     return Ends(low, lower, upper, lower, upper)
    >>> print(relation("spectral_radius", ends(1.0, 1.5), ends(3.0, 3.5)))
    B is larger, PROVED, by a factor of at least 2
    """
    for low, high in ((a.graded_lower, b.graded_upper), (a.lower, b.upper)):
        if low is not None and high is not None and low.value > high.value:
            return _apart("A", low, high, quantity)
    for low, high in ((b.graded_lower, a.graded_upper), (b.lower, a.upper)):
        if low is not None and high is not None and low.value > high.value:
            return _apart("B", low, high, quantity)
    return Relation(None)


def _apart(larger: str, low: Bound, high: Bound, quantity: str) -> Relation:
    weaker = max((low, high), key=lambda bound: (list(Grade).index(bound.grade), bound.delta or 0.0))
    factor = None if quantity in _LOGARITHMS or high.value <= 0.0 else _ratio_below(low.value, high.value)
    return Relation(larger, weaker.label, factor)


def _ratio_below(high: float, low: float) -> float:
    """high / low for 0 < low < high, rounded down."""
    ratio = high / low
    if math.isinf(high):
        return ratio
    exact = math.isfinite(ratio) and Fraction(ratio) * Fraction(low) <= Fraction(high)
    return ratio if exact else math.nextafter(ratio, 0.0)


def ends_of_json(path: str, quantities: Mapping[str, str]) -> tuple[str, dict[str, Ends]]:
    """What a report or a bracket in JSON is about, and its brackets by quantity."""
    try:
        with open(path, encoding="utf-8") as stream:
            plain = json.load(stream)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: no JSON ({error})") from error
    if not isinstance(plain, dict):
        raise ValueError(f"{path}: a {type(plain).__name__}; expected the JSON of one report or bracket")
    found = {str(plain["quantity"]): plain} if "quantity" in plain else plain
    try:
        ends = {name: _ends(found[name]) for name in quantities if isinstance(found.get(name), dict)}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: a bracket without {error}; expected what --json writes") from error
    if not ends:
        raise ValueError(f"{path}: no bracket; expected what check, radius, norm or scale write with --json")
    return str(plain.get("source") or path), ends


def _ends(plain: Mapping[str, Any]) -> Ends:
    graded = (plain.get("graded_lower"), plain.get("graded_upper"))
    lower, upper = (None if end is None else _bound(end) for end in graded)
    return Ends(float(plain["value"]), _bound(plain["lower"]), _bound(plain["upper"]), lower, upper)


def _bound(plain: Mapping[str, Any]) -> Bound:
    return Bound(float(plain["value"]), Grade(plain["grade"]), plain["delta"], str(plain["source"]))
