"""Critical gains of a linear network with one leak, from brackets of rho((1 - a) I + a g W)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rhochain.estimates.brackets import Bound, Bracket
from rhochain.estimates.leaky_gain import LeakyRadius, OutOfReach, first_crossing
from rhochain.estimates.limits import Limits
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.neuron_leaks import NeuronLeaks

__all__ = ["LinearGain", "linear_gain"]

# Relative distances from the estimate at which a graded bound is tried.
_DISTANCES = (1e-3, 1e-2, 5e-2, 0.25)
_SEARCH = 0.6  # of the products


@dataclass(frozen=True)
class LinearGain:
    """Gains g below which all powers of (1 - a) I + a g W tend to 0, and above which they grow.

    Every |1 - a + a g lambda| is convex in g and below 1 at g = 0: a radius below 1 at g proves decay for all smaller
    gains, one above 1 growth for all larger ones. `estimate`: where the value of the radius is 1.
    """

    vanishes_below: Bound | None = None
    explodes_above: Bound | None = None
    estimate: float | None = None


def linear_gain(A: Matrix, leak: float, perron: Bracket | None, rho: Bracket, limits: Limits) -> LinearGain:
    """Within the products of `limits`. `perron`: of rho(|W|), where W has entries; `rho` of rho(W)."""
    of_one = NeuronLeaks.one(leak)
    uppers = (None if perron is None else perron.upper, rho.graded_upper)
    known = [b for b in uppers if b is not None and 0.0 < b.value < math.inf]
    if not known:
        return LinearGain()
    search, proof = (LeakyRadius(A, of_one, _share(limits, part)) for part in (_SEARCH, 1.0 - _SEARCH))
    start = search.safe_gain(1.0, min(known, key=lambda b: b.value))
    try:
        low, high = first_crossing(search, lambda b: b.value, 1.0, start, 1e-3 * limits.rtol)
    except OutOfReach:
        return LinearGain()
    return LinearGain(_vanishing(proof, low), _exploding(proof, high), low)


def _share(limits: Limits, part: float) -> Limits:
    most = limits.max_matvecs
    return replace(limits, max_matvecs=None if most is None else max(1, int(part * most)))


def _vanishing(radius: LeakyRadius, gain: float) -> Bound | None:
    for bracket, g in _attempts(radius, [gain * (1.0 - d) for d in _DISTANCES]):
        upper = bracket.graded_upper
        if upper is not None and upper.value < 1.0:
            return replace(upper, value=g, source=f"the radius of (1 - a) I + a g W is below 1 there: {upper.source}")
    return None


def _exploding(radius: LeakyRadius, gain: float) -> Bound | None:
    for bracket, g in _attempts(radius, [gain * (1.0 + d) for d in _DISTANCES]):
        lower = bracket.graded_lower
        if lower is not None and lower.value > 1.0:
            return replace(lower, value=g, source=f"the radius of (1 - a) I + a g W is above 1 there: {lower.source}")
    return None


def _attempts(radius: LeakyRadius, gains: list[float]) -> Iterator[tuple[Bracket, float]]:
    for attempt, g in enumerate(gains, start=1):
        if radius.exhausted:
            return
        yield radius.at(g, attempt=attempt), g
