"""The bracket of a quantity of g W from that of W, for a quantity that is proportional to g."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeVar

from rhochain.estimates.brackets import Bound, Bracket
from rhochain.estimates.scaling import ScaledNorm
from rhochain.estimates.worst_case import WorstCaseGrowth

__all__ = ["scaled_bound", "scaled_bracket", "widened_bracket"]

_B = TypeVar("_B", bound=Bracket)


def scaled_bound(bound: Bound, factor: float, *, up: bool) -> Bound:
    """`factor` times a bound that is not negative, rounded up or down; its grade is kept."""
    if factor == 1.0 or bound.value == 0.0:
        return bound
    return replace(bound, value=math.nextafter(bound.value * factor, math.inf if up else 0.0))


def scaled_bracket(bracket: _B, factor: float) -> _B:
    """`factor` times a bracket, its ends rounded outwards, grades and status kept; without `vector` and `history`.

    A `WorstCaseGrowth` keeps its cycle of slopes, a `ScaledNorm` its scaling.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> b = scaled_bracket(rc.spectral_norm(np.diag([3.0, -4.0])), 0.1)
    >>> b.lower.value < 0.4 < b.upper.value
    True
    """
    lower, upper = scaled_bound(bracket.lower, factor, up=False), scaled_bound(bracket.upper, factor, up=True)
    below, above = bracket.graded_lower, bracket.graded_upper
    changed: dict[str, Any] = {
        "value": min(max(bracket.value * factor, lower.value), upper.value),
        "lower": lower,
        "upper": upper,
        "residual": bracket.residual * factor,
        "runner_up": bracket.runner_up * factor,
        "eigenvalue": bracket.eigenvalue * factor,
        "history": (),
        "vector": None,
        "no_vector": "W has been multiplied by a factor",
        "graded_lower": None if below is None else scaled_bound(below, factor, up=False),
        "graded_upper": None if above is None else scaled_bound(above, factor, up=True),
    }
    if isinstance(bracket, ScaledNorm):
        changed["attained"] = scaled_bound(bracket.attained, factor, up=True)
    if isinstance(bracket, WorstCaseGrowth):
        changed |= {"vanishes_below": None, "explodes_above": None}
    return replace(bracket, **changed)


def widened_bracket(bracket: _B, relative: float, absolute: float) -> _B:
    """Of a quantity q that lies within relative (q + absolute) of that of `bracket`, relative < 2^-20."""

    def moved(bound: Bound, sign: float) -> Bound:
        if math.isinf(bound.value):
            return bound
        value = bound.value + sign * 2.0 * relative * (bound.value + absolute)
        return replace(bound, value=max(value, 0.0))

    below, above = bracket.graded_lower, bracket.graded_upper
    return replace(
        bracket,
        lower=moved(bracket.lower, -1.0),
        upper=moved(bracket.upper, 1.0),
        graded_lower=None if below is None else moved(below, -1.0),
        graded_upper=None if above is None else moved(above, 1.0),
    )
