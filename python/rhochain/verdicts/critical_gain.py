"""The critical gain: below which factor on W every gradient vanishes, and above which some explode."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from rhochain.estimates.brackets import Bound, Bracket, Grade, json_number
from rhochain.estimates.comparisons import outward
from rhochain.verdicts.certificates import certificates
from rhochain.verdicts.evidence import Evidence

__all__ = ["CriticalGain", "critical_gain"]

# 1 / (gain * c) has three roundings, where gain * c keeps all its digits.
_ROUNDING = 2.0**-50
_LEAST = 2.0**-1000


@dataclass(frozen=True)
class CriticalGain:
    """Factors g on W at its present activation; g = 1 is the network as it is.

    Attributes
    ----------
    vanishes_below : Bound or None
        With g W in place of W every gradient vanishes for g below this; inf where it does at any gain. None where no
        graded bound is known.
    explodes_above : Bound or None
        For g above this some slopes that the activation allows make gradients explode; in a linear network all
        gradients but those without a part along the leading direction. None where no graded bound is known.
    estimate : float or None
        The best estimate of the g between them where it changes; no grade.
    gain : float
        gamma of the present activation: g gamma is the critical gain of the activation for W as it is.
    per_unit_weight : bool
        All entries of W are whole numbers, such as counts of synapses: g is then the weight of one.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> g = rc.check(np.array([[0.0, 10.0], [-0.012, 1.1]]), activation="tanh").critical_gain
    >>> round(g.vanishes_below.value, 2), round(g.explodes_above.value, 4)
    (0.91, 0.9091)
    """

    vanishes_below: Bound | None
    explodes_above: Bound | None
    estimate: float | None
    gain: float
    per_unit_weight: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The factors in plain JSON types; under "as_gain" the same times gamma."""

        def plain(bound: Bound | None) -> dict[str, Any] | None:
            return None if bound is None else bound.to_dict()

        def times_gain(x: float | None, up: bool) -> float | str | None:
            return None if x is None else json_number(_scaled(x, self.gain, up=up))

        below, above = self.vanishes_below, self.explodes_above
        return {
            "vanishes_below": plain(below),
            "explodes_above": plain(above),
            "estimate": None if self.estimate is None else json_number(self.estimate),
            "as_gain": {
                "vanishes_below": times_gain(None if below is None else below.value, False),
                "explodes_above": times_gain(None if above is None else above.value, True),
                "estimate": times_gain(self.estimate, True),
            },
            "per_unit_weight": self.per_unit_weight,
        }

    def __str__(self) -> str:
        """One sentence for a reader who knows neither the classes nor the symbols."""
        below, above = self.vanishes_below, self.explodes_above
        if below is not None and below.value == math.inf:
            return f"W times any factor: every gradient vanishes ({below.label})."
        parts = []
        if below is not None:
            parts.append(f"every gradient vanishes below {outward(below.value, up=False)} ({below.label})")
        if above is not None and above.value < math.inf:
            who = "some can explode" if below is not None else "some gradients can explode"
            parts.append(f"{who} above {outward(above.value, up=True)} ({above.label})")
        if not parts:
            return "no bound is graded" + self._guess() + "."
        return f"W times a factor g (1 is W as it is): {', '.join(parts)}{self._guess()}{self._units(parts)}."

    def _guess(self) -> str:
        return "" if self.estimate is None else f"; estimate of the critical g {self.estimate:.7g}"

    def _units(self, parts: list[str]) -> str:
        below, above = self.vanishes_below, self.explodes_above
        text = ""
        if self.gain != 1.0:
            ends = [
                outward(_scaled(b.value, self.gain, up=up), up=up)
                for b, up in ((below, False), (above, True))
                if b is not None and b.value < math.inf
            ]
            text += f"; as a gain gamma: {' and '.join(ends)}"
        if self.per_unit_weight:
            text += "; W holds whole numbers, so g is the weight of one unit"
        return text


def critical_gain(evidence: Evidence, *, per_unit_weight: bool = False) -> CriticalGain:
    """From the best of all graded bounds. Norms serve with any leak: (1 - a) + a g c < 1 exactly for g c < 1."""
    below, above = _vanishes_below(evidence), _explodes_above(evidence)
    return CriticalGain(below, above, _estimate(evidence, below, above), evidence.gain, per_unit_weight)


def _vanishes_below(evidence: Evidence) -> Bound | None:
    if evidence.components is not None and evidence.components.cyclic == 0:
        return Bound(math.inf, Grade.PROVED, None, "no cycle (Theorem C)")
    found = [_inverse(evidence.gain, c.bound, c.name, up=False) for c in certificates(evidence)]
    w = evidence.numerical_radius
    # With leaks that differ neither w(W) nor rho(W) below 1 shows decay.
    one_leak = evidence.leaks is None
    if one_leak and w is not None and w.graded_upper is not None and evidence.slopes[0] >= 0.0:
        found.append(_inverse(evidence.gain, w.graded_upper, "w(W)", up=False))
    rho, growth = evidence.spectral_radius, evidence.worst_case_growth
    if one_leak and evidence.linear and rho is not None and rho.graded_upper is not None:
        found.append(_inverse(evidence.gain, rho.graded_upper, "rho(W)", up=False))
    if growth is not None and growth.vanishes_below is not None and growth.vanishes_below.graded:
        found.append(growth.vanishes_below)
    if evidence.linear_gain is not None:
        found.append(evidence.linear_gain.vanishes_below)
    known = [bound for bound in found if bound is not None]
    return max(known, key=lambda b: (b.value, b.grade is Grade.PROVED), default=None)


def _explodes_above(evidence: Evidence) -> Bound | None:
    found = []
    rho, growth = evidence.spectral_radius, evidence.worst_case_growth
    if evidence.leak == 1.0 and rho is not None and rho.graded_lower is not None:
        found.append(_inverse(evidence.gain, rho.graded_lower, "rho(W)", up=True))
    if evidence.linear_gain is not None:
        found.append(evidence.linear_gain.explodes_above)
    # With a leak the radius of a linear Jacobian need not rise with g.
    monotone = not evidence.linear or evidence.leak == 1.0
    if monotone and growth is not None and growth.explodes_above is not None and growth.explodes_above.graded:
        found.append(growth.explodes_above)
    known = [bound for bound in found if bound is not None]
    return min(known, key=lambda b: (b.value, b.grade is not Grade.PROVED), default=None)


def _inverse(gain: float, bound: Bound, name: str, *, up: bool) -> Bound | None:
    """1 / (gain * bound), rounded up or down; None where it claims nothing."""
    contraction = gain * bound.value
    if not _LEAST <= contraction < math.inf:
        return None
    value = 1.0 / contraction * (1.0 + _ROUNDING if up else 1.0 - _ROUNDING)
    return Bound(value, bound.grade, bound.delta, f"1 / (gamma {name}): {bound.source}")


def _scaled(x: float, gain: float, *, up: bool) -> float:
    return x * gain * (1.0 + _ROUNDING if up else 1.0 - _ROUNDING) if gain != 1.0 else x


def _estimate(evidence: Evidence, below: Bound | None, above: Bound | None) -> float | None:
    """By the value of rho(W) in a linear network, else by the largest growth measured; between the bounds."""
    if below is not None and below.value == math.inf:
        return math.inf
    value = _rate_measured(evidence)
    guess: float | None
    if evidence.linear_gain is not None and evidence.linear_gain.estimate is not None:
        guess = evidence.linear_gain.estimate
    elif value is None or not 0.0 < value < math.inf:
        guess = None if above is None or above.value == math.inf else above.value
    else:
        guess = 1.0 / value
    if guess is None:
        return None
    low = 0.0 if below is None else below.value
    high = math.inf if above is None else above.value
    return min(max(guess, low), high)


def _rate_measured(evidence: Evidence) -> float | None:
    """The growth rate a step at g = 1 where it is proportional to g."""
    growth: Bracket | None = evidence.worst_case_growth
    if evidence.leak != 1.0:
        return None
    if evidence.linear or growth is None:
        rho = evidence.spectral_radius
        return rho.value if evidence.linear and rho is not None else None
    return growth.value
