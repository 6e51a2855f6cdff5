"""The evidence of a network with g W and a leak from that of W without one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeVar

from rhochain.estimates.brackets import Bound, Bracket, Grade
from rhochain.estimates.scaled_brackets import scaled_bound, scaled_bracket
from rhochain.estimates.worst_case import WorstCaseGrowth
from rhochain.verdicts.evidence import Evidence

__all__ = ["evidence_with_leak", "scaled_evidence"]

_B = TypeVar("_B", bound=Bracket)

_UP = 1.0 + 2.0**-50


def scaled_evidence(evidence: Evidence, factor: float) -> Evidence:
    """Of factor W in place of W, for evidence without a leak. All its quantities are proportional to the factor."""

    def bracket(b: _B | None) -> _B | None:
        return None if b is None else scaled_bracket(b, factor)

    def norm(b: Bound | None) -> Bound | None:
        return None if b is None else scaled_bound(b, factor, up=True)

    return replace(
        evidence,
        spectral_radius=bracket(evidence.spectral_radius),
        spectral_norm=bracket(evidence.spectral_norm),
        perron_radius=bracket(evidence.perron_radius),
        scaled_norm=bracket(evidence.scaled_norm),
        worst_case_growth=bracket(evidence.worst_case_growth),
        norm_bounds=tuple(scaled_bound(b, factor, up=True) for b in evidence.norm_bounds),
        one_norm=norm(evidence.one_norm),
        inf_norm=norm(evidence.inf_norm),
    )


def evidence_with_leak(evidence: Evidence, leak: float, jacobian_radius: Bracket) -> Evidence:
    """With a leak a below 1; `jacobian_radius` is rho((1 - a) I + a gamma W).

    That is the growth rate of a linear network. In another one it is a lower bound of R, where the activation has the
    slope gamma, and R is at most (1 - a) + a R_1, with R_1 that without a leak: in a norm in which each W diag(s) has
    at most the norm R_1 + e, each Jacobian has at most (1 - a) + a (R_1 + e).
    """
    if evidence.linear:
        growth = _growth(jacobian_radius, jacobian_radius.lower, jacobian_radius.upper, (1.0, 1.0), leak)
        return replace(evidence, leak=leak, worst_case_growth=growth)
    without = evidence.worst_case_growth
    top = None if without is None else without.graded_upper
    lower = jacobian_radius.graded_lower if evidence.slopes[1] == evidence.gain else None
    if top is None and (lower is None or lower.value == 0.0):
        return replace(evidence, leak=leak, worst_case_growth=None)
    if top is None:
        upper = Bound(math.inf, Grade.PROVED, None, "no bound")
    else:
        upper = replace(top, value=((1.0 - leak) + leak * top.value) * _UP)
    nothing = Bound(0.0, Grade.PROVED, None, "a rate is not negative")
    growth = _growth(jacobian_radius, lower or nothing, upper, evidence.slopes, leak)
    return replace(evidence, leak=leak, worst_case_growth=growth)


def _growth(radius: Bracket, lower: Bound, upper: Bound, slopes: tuple[float, float], leak: float) -> WorstCaseGrowth:
    least = Bound(min(lower.value, upper.value), lower.grade, lower.delta, lower.source)
    return WorstCaseGrowth(
        value=min(max(radius.value, least.value), upper.value),
        lower=least,
        upper=upper,
        status=radius.status,
        matvecs=radius.matvecs,
        graded_lower=radius.graded_lower if not least.graded else None,
        graded_upper=radius.graded_upper if not upper.graded else None,
        slope_range=slopes,
        leak=leak,
    )
