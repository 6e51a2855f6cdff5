"""Eq. 7's envelope: how far a product of Jacobians can reach at most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Bracket, Grade
from rhochain.inputs.arguments import real_number
from rhochain.inputs.arrays import Floats

__all__ = ["Envelope", "envelope", "largest_slopes"]


@dataclass(frozen=True, eq=False)
class Envelope:
    """Eq. 7 of Pascanu, Mikolov & Bengio (2013): bounds of ln ||product|| after 0 .. K steps, beside the measured ones.

    Attributes
    ----------
    sigma : Bound
        The upper bound of sigma_1(W) that all the curves rest on; they share its grade, up to their own rounding.
    gain : float
        gamma of `paper`.
    forward, backward : ndarray of shape (K+1,)
        Sums of ln((1 - a) + a max|s_k| sigma_1) from step 0 on, and from step K-1 back: above every
        ``log_norms - log_norms[0]`` of `jvp` and `vjp`. The least leak stands in 1 - a, the largest one in a.
    paper : ndarray of shape (K+1,)
        k ln eta with eta = (1 - a) + a gamma sigma_1, the paper's eta^(t-k).
    """

    sigma: Bound
    gain: float
    forward: Floats
    backward: Floats
    paper: Floats


def largest_slopes(core: _core.JacobianChain, threads: int) -> Floats:
    """The largest |slope| of each step, shape (K,), read from all the slopes."""
    largest, interrupted = core.largest_slopes(threads)
    if interrupted:
        raise KeyboardInterrupt
    return largest


def envelope(
    largest_slopes: Floats, leaks: tuple[float, float], sigma: Bound | Bracket | float, gain: float
) -> Envelope:
    """The envelope for steps whose largest |slope| is given, shape (K,); of the leaks the least and the largest."""
    bound = sigma.upper if isinstance(sigma, Bracket) else sigma
    if not isinstance(bound, Bound):
        bound = Bound(real_number("sigma", bound), Grade.ESTIMATE, None, "given")
    gamma = real_number("gain", gain)
    for name, value in (("sigma", bound.value), ("gain", gamma)):
        if not value >= 0.0:
            raise ValueError(f"{name} must be at least 0; got {value!r}")
    kept, moved = 1.0 - leaks[0], leaks[1]
    with np.errstate(divide="ignore"):
        growth = np.log(kept + moved * largest_slopes * bound.value)
        eta = np.log(kept + moved * gamma * bound.value)
    zero = np.zeros(1)
    return Envelope(
        sigma=bound,
        gain=gamma,
        forward=np.concatenate((zero, np.cumsum(growth))),
        backward=np.concatenate((zero, np.cumsum(growth[::-1]))),
        paper=np.concatenate((zero, np.arange(1, len(growth) + 1) * eta)),
    )
