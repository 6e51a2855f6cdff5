"""The factor f that brings rho(I - A + f A W), A = diag(a) the leaks, to a wanted value."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy.typing as npt

from rhochain.estimates.brackets import Bracket, Progress, Status
from rhochain.estimates.leaky_gain import LeakyRadius, OutOfReach, first_crossing
from rhochain.estimates.limits import Limits
from rhochain.estimates.spectra import perron_radius
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.neuron_leaks import NeuronLeaks

__all__ = ["leaky_factor"]

_MOST_ATTEMPTS = 24
_MARGIN = 0.99


def leaky_factor(
    A: Matrix,
    leaks: NeuronLeaks,
    target: float,
    *,
    conservative: bool,
    rtol: float = 1e-3,
    delta: float = 1e-6,
    seed: int = 0,
    threads: int | None = None,
    max_matvecs: int | None = None,
    max_seconds: float | None = None,
    callback: Callable[[Progress], object] | None = None,
    start: npt.ArrayLike | None = None,
) -> float:
    """The smallest f > 0 with this radius, as `rescale` says."""
    limits = Limits.of_call(A, rtol, delta, seed, threads, max_matvecs, max_seconds, callback, start)
    radius = LeakyRadius(A, leaks, limits)
    if target == radius.kept:
        raise ValueError(f"spectral_radius must not be 1 - min(leak), the radius of the factor 0; got {target!r}")
    perron = perron_radius(A, seed=seed, threads=threads).upper
    if perron.value == 0.0:
        raise ValueError(
            f"spectral_radius must be 1 - min(leak) = {radius.kept:.7g} for a W without a cycle, whose factor changes "
            f"nothing; got {target!r}; scale by spectral_norm instead"
        )
    measure = _upper if conservative else _value
    gain = radius.safe_gain(target, perron)
    if not 0.0 < gain < math.inf:
        raise ValueError(f"spectral_radius must be within reach of a factor; got {target!r} with rho(|W|) <= {perron}")
    try:
        low, high = first_crossing(radius, measure, target, gain, 1e-3 * rtol)
    except OutOfReach as why:
        raise ValueError(
            f"spectral_radius must be within reach of a factor, with the leak {_range(leaks)}; got {target!r}, but the "
            f"radius is {radius.kept:.7g} for the factor 0, and {why}"
        ) from None
    if conservative:
        return _certified(radius, target, low if target > radius.kept else high)
    _warn_unless_converged(radius.at(low), target)
    return low


def _value(bracket: Bracket) -> float:
    return bracket.value


def _upper(bracket: Bracket) -> float:
    return math.inf if bracket.graded_upper is None else bracket.graded_upper.value


def _certified(radius: LeakyRadius, target: float, factor: float) -> float:
    """The factor, moved away from the crossing until a bound from fresh random vectors is at most the target."""
    rises, kept = target > radius.kept, radius.kept
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        upper = _upper(radius.at(factor, attempt=attempt))
        if upper <= target:
            return factor
        factor *= _MARGIN * (target - kept) / (upper - kept) if rises else 2.0 - _MARGIN
    raise ValueError(f"no graded upper bound of the spectral radius was at most {target!r}")


def _warn_unless_converged(bracket: Bracket, target: float) -> None:
    if bracket.status is not Status.CONVERGED:
        warnings.warn(
            f"rescaled by a spectral_radius that is not converged, so {target!r} may be missed: {bracket}",
            RuntimeWarning,
            stacklevel=6,
        )


def _range(leaks: NeuronLeaks) -> str:
    return f"{leaks.least:.7g} to {leaks.largest:.7g}" if leaks.differ else f"{leaks.least:.7g}"
