"""The burn-in: how long gradients may grow before a certified decay shows in the 2-norm, and how reports say it."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from rhochain.estimates.comparisons import at_most, below_one
from rhochain.inputs.arrays import Floats

__all__ = ["known_burn_in", "log_kappa_of_leaks", "steps_of_burn_in", "steps_to_decay", "unknown_burn_in"]


def steps_of_burn_in(log_kappa: float, attained: float, gain: float, leak: float) -> float:
    """The steps K from which kappa(D) ((1 - a) + a gamma ||D W D^-1||_2)^K < 1, rounded up; inf if there are none.

    `log_kappa` is ln kappa(D) and `attained` an upper bound of ||D W D^-1||_2 (Theorem A).
    """
    if not below_one(gain, attained):
        return math.inf
    decay = _decay_at_least(Fraction(leak) * (1 - Fraction(gain) * Fraction(attained)))
    if decay == math.inf:
        return 1.0
    if decay == 0.0:
        return math.inf
    # Above the rounding of d_max - d_min, of this quotient and of its denominator, among subnormal numbers too.
    steps = log_kappa / decay * (1.0 + 2.0**-48)
    return math.nextafter(steps, math.inf) if log_kappa > 0.0 else 0.0


def log_kappa_of_leaks(leaks: Floats, contraction: float) -> float:
    """ln kappa(N D^-1) of Theorem G, for gamma ||D W D^-1||_2 <= `contraction`; 0 with one leak."""
    if leaks.size <= 1:
        return 0.0
    return float(np.ptp(np.log(leaks) + np.log((1.0 - leaks) + leaks * contraction))) / 2.0 * (1.0 + 2.0**-40)


def steps_to_decay(factor: float, rate: float) -> int:
    """The steps K from which factor * rate^K < 1, for a rate below 1."""
    return math.floor(math.log(factor) / -math.log(rate) * (1.0 + 2.0**-40)) + 1


def known_burn_in(steps: float, log_kappa: float, contraction: float, label: str) -> str:
    """The note of a report with a scaling; `contraction` is gamma ||D W D^-1||_2 and `label` the grade of its bound."""
    kappa = math.exp(log_kappa) if log_kappa < 709.0 else math.inf
    return (
        f"burn-in: growth by up to max D / min D = {at_most(kappa)} can come first; after "
        f"{math.ceil(steps):,} steps every product is below 1 in the 2-norm, as gamma * "
        f"||D W D^-1||_2 <= {at_most(contraction)} ({label}, Theorem A) for the "
        "D = diag(exp(scaled_norm.scaling)) of this report."
    )


def unknown_burn_in(reason: str) -> str:
    """The note of a report that has none."""
    return f"burn-in unknown: {reason}"


def _decay_at_least(gap: Fraction) -> float:
    """-ln(1 - gap) for 0 < gap <= 1 within a few units of rounding below: near 0 from the gap, near 1 from the rest."""
    if gap < Fraction(1, 2):
        return -math.log1p(-math.nextafter(float(gap), 0.0))
    rest = 1 - gap
    return -math.log(math.nextafter(float(rest), 1.0)) if rest > 0 else math.inf
