"""What the bounds say of the conditions of Pascanu, Mikolov & Bengio (2013)."""

from __future__ import annotations

import math

from rhochain.estimates.brackets import Bound, Grade
from rhochain.estimates.comparisons import below_one, reaches_one, within_one
from rhochain.verdicts.conclusions import Condition
from rhochain.verdicts.evidence import Evidence

__all__ = ["paper_conditions"]

_NOTHING = Bound(0.0, Grade.ESTIMATE, None, "not computed")


def paper_conditions(evidence: Evidence) -> tuple[Condition, ...]:
    """The conditions of Pascanu, Mikolov & Bengio (2013) that apply; `holds` from graded bounds alone."""
    gain = evidence.gain
    sigma = evidence.spectral_norm
    uppers = evidence.norm_bounds if sigma is None else (sigma.upper, *evidence.norm_bounds)
    upper = min((b.value for b in uppers if b.graded), default=math.inf)
    lower = _NOTHING if sigma is None else sigma.lower
    conditions = [
        Condition(
            "sufficient for vanishing",
            "eq. 6",
            f"sigma_1(W) < 1/gamma = {1 / gain:.7g}",
            _holds_below(gain, lower, upper),
        ),
        Condition(
            "necessary for exploding",
            "eq. 6 inverted",
            f"sigma_1(W) > 1/gamma = {1 / gain:.7g}",
            _holds_above(gain, lower, upper),
        ),
    ]
    if evidence.linear:
        rho = evidence.spectral_radius
        rho_lower = _NOTHING if rho is None else rho.graded_lower or rho.lower
        rho_upper = rho.upper.value if rho is not None and rho.upper.graded else math.inf
        conditions += [
            Condition(
                "sufficient for vanishing",
                "linear, sec. 2.1",
                "rho(W) < 1",
                _holds_below(1.0, rho_lower, rho_upper),
            ),
            Condition(
                "necessary for exponential growth",
                "sec. 2.1",
                "rho(W) > 1",
                _holds_above(1.0, rho_lower, rho_upper),
            ),
        ]
    return tuple(conditions)


def _holds_below(gain: float, lower: Bound, upper: float) -> bool | None:
    if below_one(gain, upper):
        return True
    return False if lower.graded and reaches_one(gain, lower.value) else None


def _holds_above(gain: float, lower: Bound, upper: float) -> bool | None:
    if lower.graded and gain * lower.value > 1.0:
        return True
    return False if within_one(gain, upper) else None
