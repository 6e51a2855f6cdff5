"""EXPLODES_FOR_SOME_SLOPES: a rate above 1, the slopes behind it, and what inputs have to do with them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rhochain.estimates.brackets import Bound
from rhochain.estimates.comparisons import at_least
from rhochain.inputs.input_reach import InputReach
from rhochain.verdicts.conclusions import Decision, Verdict
from rhochain.verdicts.evidence import Evidence

__all__ = ["explodes_for_some_slopes", "largest_rate", "steps_to_factor"]

_FACTOR = 1000.0


@dataclass(frozen=True)
class _Rate:
    """A lower bound of R(W)."""

    value: float
    bound: Bound
    name: str
    everywhere: bool  # all neurons at the gain, in every step


def explodes_for_some_slopes(evidence: Evidence) -> Decision | None:
    """The decision for a nonlinear network, if a graded rate is above 1."""
    rate = largest_rate(evidence)
    if rate is None or not rate.value > 1.0:
        return None
    return Decision(
        Verdict.EXPLODES_FOR_SOME_SLOPES,
        f"{rate.name} >= {at_least(rate.value)} > 1 (lower bound {rate.bound.label}, {rate.bound.source}): "
        f"of all {evidence.slopes_in_words} {_witness(evidence, rate)} makes gradients grow by at least this factor a "
        f"step, a factor of 1000 in {steps_to_factor(_FACTOR, rate.value)} steps. {_tier(evidence)}",
    )


def largest_rate(evidence: Evidence) -> _Rate | None:
    """The largest graded lower bound of R(W), by a cycle of slopes or by all slopes at the gain."""
    found = []
    growth, rho = evidence.worst_case_growth, evidence.spectral_radius
    if growth is not None and growth.graded_lower is not None:
        everywhere = bool(growth.active.size and growth.active.all() and growth.slope_range[1] == evidence.gain)
        found.append(_Rate(growth.graded_lower.value, growth.graded_lower, "R(W)", everywhere))
    if rho is not None and rho.graded_lower is not None and evidence.leak == 1.0:
        found.append(_Rate(evidence.gain * rho.graded_lower.value, rho.graded_lower, "R(W) >= gamma * rho(W)", True))
    return max(found, key=lambda r: r.value, default=None)


def steps_to_factor(factor: float, rate: float) -> str:
    """The steps in which `rate` a step, above 1, makes `factor`."""
    steps = math.ceil(math.log(factor) / math.log1p(rate - 1.0))
    return f"{steps:,}" if steps < 10**9 else f"{float(steps):.1e}"


def _witness(evidence: Evidence, rate: _Rate) -> str:
    """The slopes as words, the subject of a sentence in the singular."""
    growth = evidence.worst_case_growth
    if rate.everywhere or growth is None or not growth.active.size:
        which = "the largest slope" if evidence.slopes[1] == evidence.gain else "the slope of the largest modulus"
        return f"{which}, {evidence.gain:.7g}, in every neuron and step"
    lo, hi = growth.slope_range
    counts = growth.active.sum(axis=1)
    period, n = growth.active.shape
    least, most = int(counts.min()), int(counts.max())
    some = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    choice = "one choice of slopes for every step" if period == 1 else f"a cycle of {period} choices of slopes"
    return f"{choice}, {some} of {n:,} neurons at {hi:.7g} and the others at {lo:.7g},"


def _tier(evidence: Evidence) -> str:
    """One sentence on what brings such slopes about (the three cases of docs/theory/32-inputs.md)."""
    at_rest = _rate_at_rest(evidence)
    rest = (
        ""
        if at_rest is None
        else f"without bias and input it happens at x = 0 itself, where all slopes are "
        f"{evidence.gain:.7g} and gradients grow by at least {at_least(at_rest)} a step"
    )
    if evidence.inputs is InputReach.FREE:
        takes = "" if evidence.activation is not None else " if the activation has these slopes"
        free = f"inputs that drive every neuron by itself bring about this rate, or any rate below it{takes}"
        return _sentence(f"{rest}; {free}" if rest else free)
    if rest:
        return _sentence(rest)
    unsure = {
        InputReach.UNKNOWN: "whether inputs bring these slopes about was not examined",
        InputReach.DEFICIENT: "the input matrix has a rank below n, so inputs may not bring these slopes about",
        InputReach.TOO_LARGE: "inputs bring this rate about if the input matrix has rank n, which was not computed",
    }[evidence.inputs]
    return _sentence(f"{unsure}, but no certificate that knows only the range of the slopes can exclude it")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _rate_at_rest(evidence: Evidence) -> float | None:
    """A rate above 1 of the network linearised at the state 0, if its slopes there are the gain."""
    if not evidence.steepest_at_zero:
        return None
    rates = []
    rho, growth = evidence.spectral_radius, evidence.worst_case_growth
    if evidence.leak == 1.0 and rho is not None and rho.graded_lower is not None:
        rates.append(evidence.gain * rho.graded_lower.value)
    if growth is not None and growth.graded_lower is not None and growth.active.size and growth.active.all():
        rates.append(growth.graded_lower.value)
    return max((r for r in rates if r > 1.0), default=None)
