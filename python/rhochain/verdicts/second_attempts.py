"""Quantities that straddle 1, computed again at a smaller rtol, so that no report has to advise one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rhochain.estimates.brackets import Bracket, Status

__all__ = ["SecondAttempt", "attempted", "second_rtol", "straddles"]

_LEAST_RTOL = 1e-9


@dataclass(frozen=True)
class SecondAttempt:
    """One that decided nothing either."""

    rtol: float
    matvecs: int


def straddles(bracket: Bracket | None, gain: float) -> bool:
    """Whether a converged bracket leaves open on which side of 1 gain times the quantity lies."""
    if bracket is None or bracket.status is not Status.CONVERGED:
        return False
    least, most = bracket.graded_lower, bracket.graded_upper
    above, below = least is not None and gain * least.value > 1.0, most is not None and gain * most.value < 1.0
    return not (above or below)


def second_rtol(bracket: Bracket, gain: float, rtol: float) -> float:
    """A quarter of the distance to 1, below a tenth of `rtol`, to one digit; what rounding allows at the least."""
    distance = abs(gain * bracket.value - 1.0)
    return float(f"{max(min(distance / 4.0, rtol / 10.0), _LEAST_RTOL):.0e}")


def attempted(attempts: Mapping[str, SecondAttempt]) -> str:
    """What came of them, as the end of a sentence; empty without any."""
    if not attempts:
        return ""
    rtol, matvecs = min(a.rtol for a in attempts.values()), max(a.matvecs for a in attempts.values())
    return f", at rtol={rtol:.0e} and within {matvecs:,} products either"
