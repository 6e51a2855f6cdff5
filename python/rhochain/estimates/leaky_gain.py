"""rho(I - A + g A W) as a function of the gain g, A = diag(a) the leaks: brackets of it, and where it has a value."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Bracket
from rhochain.estimates.limits import Limits
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.neuron_leaks import NeuronLeaks

__all__ = ["LeakyRadius", "OutOfReach", "first_crossing"]

_SEEDS = 2**64
# Between the seeds of two attempts: the core counts attempts of its own from each.
_SEED_STRIDE = 2**32
# Ratios of the gains at which a crossing is looked for: with one leak rho is a convex function of g, and no step is too
# long on its way up.
_UPWARDS, _UPWARDS_OF_MANY, _DOWNWARDS = 2.0, 1.25, 1.1
_MOST_STEPS = 64
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


class OutOfReach(ValueError):
    """No gain that was tried gives the value."""


class LeakyRadius:
    """Brackets of the radius at one gain after another, within one budget of products and of seconds."""

    def __init__(self, A: Matrix, leaks: NeuronLeaks, limits: Limits) -> None:
        self._A = A
        self._limits = limits
        self._spent = 0
        seconds = limits.max_seconds
        self._end = math.inf if seconds is None else self._now() + seconds
        self.leaks = leaks

    @property
    def kept(self) -> float:
        """The radius at the gain 0."""
        return 1.0 - self.leaks.least

    @property
    def exhausted(self) -> bool:
        """Whether a budget is spent."""
        most = self._limits.max_matvecs
        return (most is not None and self._spent >= most) or (self._end < math.inf and self._now() >= self._end)

    def at(self, gain: float, *, attempt: int = 0) -> Bracket:
        """The bracket at this gain. The attempts 1, 2, .. draw random vectors of their own and share delta.

        A gain that was chosen by the bounds of one attempt is certified by another.
        """
        whole = self._limits
        limits = replace(
            whole,
            seed=(whole.seed + attempt * _SEED_STRIDE) % _SEEDS,
            # 1/2 + 1/6 + 1/12 + .. = 1
            delta=whole.delta / max(1, attempt * (attempt + 1)),
            max_matvecs=None if whole.max_matvecs is None else max(1, whole.max_matvecs - self._spent),
            max_seconds=None if whole.max_seconds is None else max(0.0, self._end - self._now()),
        )
        bracket = Bracket.from_core(_core.leaky_radius(self._A.operator, limits.core, leak=self.leaks.own, gain=gain))
        self._spent += bracket.matvecs
        return bracket

    def _now(self) -> float:
        return self._A.peers.first(time.monotonic())

    def safe_gain(self, target: float, perron: Bound) -> float:
        """A gain up to which no radius exceeds `target`, if that is above `kept`: all 1 - a + a g rho(|W|) are below.

        For a target below it one under which, with one leak, no radius is as low.
        """
        if target > self.kept:
            own = self.leaks.own
            return self._A.peers.least(float((((target - 1.0) + own) / own).min(initial=math.inf))) / perron.value
        return (self.kept - target) / (self.leaks.largest * perron.value)


def first_crossing(
    radius: LeakyRadius, measure: Callable[[Bracket], float], target: float, start: float, accuracy: float
) -> tuple[float, float]:
    """Two gains, the smaller first, between which `measure` crosses `target`, the first to do so above `start`.

    With one leak it is the first of all for an exact measure; else the first that a scan in steps of 25 % (10 % on the
    way down) meets. The gains are one where `measure` is within `accuracy` of the target. Raises `OutOfReach`.
    """

    def gap(gain: float) -> float:
        return measure(radius.at(gain)) - target

    low, at_low, high, at_high = _bracketed(radius, gap, target, start)
    return _narrowed(gap, (low, at_low), (high, at_high), accuracy * target, radius)


def _bracketed(
    radius: LeakyRadius, gap: Callable[[float], float], target: float, start: float
) -> tuple[float, float, float, float]:
    """Gains on both sides of the first crossing met, and the gaps there."""
    rises = target > radius.kept
    ratio = (_UPWARDS_OF_MANY if radius.leaks.differ else _UPWARDS) if rises else _DOWNWARDS
    low, at_low = start, gap(start)
    # The measure is an upper bound or an estimate: it may be beyond the target where the radius is not.
    while (at_low >= 0.0) is rises and low > start * 2.0**-8:
        low /= 2.0
        at_low = gap(low)
    if (at_low >= 0.0) is rises:
        raise OutOfReach(f"{target + at_low:.7g} is what the factor {low:.7g} gives, and smaller ones were not tried")
    before = (low, at_low)
    for _ in range(_MOST_STEPS):
        high = low * ratio
        if not math.isfinite(high):
            break
        at_high = gap(high)
        if (at_high >= 0.0) is rises:
            return low, at_low, high, at_high
        if not rises and at_high > at_low:
            found = _lowest(gap, before[0], high)
            if found[1] < 0.0:
                return before[0], before[1], *found
            if not radius.leaks.differ:
                raise OutOfReach(f"{target + found[1]:.7g} is the least that a factor gives")
        before, low, at_low = (low, at_low), high, at_high
        if radius.exhausted:
            break
    raise OutOfReach(f"{target + at_low:.7g} is what the factor {low:.7g} gives, the last that was tried")


def _lowest(gap: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    """The first gain with a gap below 0 of a golden-section search for the least gap, or the last of it."""
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    gaps = [gap(x) for x in inner]
    for _ in range(_MOST_STEPS // 2):
        left = gaps[0] <= gaps[1]
        if min(gaps) < 0.0:
            break
        if left:
            high = inner[1]
            inner = [high - _GOLDEN * (high - low), inner[0]]
            gaps = [gap(inner[0]), gaps[0]]
        else:
            low = inner[0]
            inner = [inner[1], low + _GOLDEN * (high - low)]
            gaps = [gaps[1], gap(inner[1])]
    best = 0 if gaps[0] <= gaps[1] else 1
    return inner[best], gaps[best]


def _narrowed(
    gap: Callable[[float], float],
    low: tuple[float, float],
    high: tuple[float, float],
    accuracy: float,
    radius: LeakyRadius,
) -> tuple[float, float]:
    """Regula falsi with halved weights (Illinois) on a crossing, to the accuracy or to neighbouring numbers."""
    weights, last = (1.0, 1.0), 0
    for _ in range(_MOST_STEPS):
        for gain, at in (low, high):
            if abs(at) <= accuracy:
                return gain, gain
        if high[0] - low[0] <= 2.0**-48 * high[0] or radius.exhausted:
            break
        f, g = low[1] * weights[0], high[1] * weights[1]
        middle = low[0] - f * (high[0] - low[0]) / (g - f)
        if not low[0] < middle < high[0]:
            middle = 0.5 * (low[0] + high[0])
        at = gap(middle)
        # The end that stays a second time counts for half.
        if (at < 0.0) == (low[1] < 0.0):
            low, weights, last = (middle, at), (1.0, 0.5 * weights[1] if last < 0 else 1.0), -1
        else:
            high, weights, last = (middle, at), (0.5 * weights[0] if last > 0 else 1.0, 1.0), 1
    return low[0], high[0]
