"""How far powers of a Jacobian must grow, from one approximate eigenvector."""

from __future__ import annotations

import cmath
import math
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Bound, Grade
from rhochain.inputs.arguments import real_number
from rhochain.inputs.leaks import leak_number
from rhochain.inputs.matrix import square_matrix
from rhochain.inputs.resources import thread_count
from rhochain.ranks.calls import call_of_ranks

__all__ = ["growth_factor"]

# Nothing is claimed from a |z|^2 - 1 that may be the rounding of an operator's products alone.
_ROUNDING = Fraction(1, 2**47)
_BITS = 128


@call_of_ranks
def growth_factor(
    W: Any, x: npt.ArrayLike, *, gain: float = 1.0, leak: float = 1.0, threads: int | None = None
) -> Bound:
    """Some power of J = (1 - a) I + a gamma W has a 2-norm of at least this, whatever rho(W) is.

    With an approximate eigenpair (theta, x) of J, ``|theta| > 1``, and r = ||J x - theta x|| / ||x|| the largest norm M
    of the powers obeys ``M >= (|theta| - 1) / r``: one residual proves growth where no proved bound of the spectral
    radius is at hand.

    Parameters
    ----------
    W : anything `Matrix` takes, shape (n, n)
    x : array_like of complex or float, shape (n,)
        An approximate eigenvector, such as ``spectral_radius(W, rtol=1e-6).vector``. Need not be normalised.
    gain : float > 0
        gamma, the slope of a linear network.
    leak : float in (0, 1]
        a of a leaky integrator.
    threads : int, optional

    Returns
    -------
    Bound
        From below; 1 (the norm of J^0) where the pair proves no growth. PROVED, rounding included; an ESTIMATE for an
        operator. It says nothing of rho(W), which may be below 1, even 0: then what grows vanishes later.

    Raises
    ------
    TypeError, ValueError
        Misuse: W not square, x of another length, zero or not finite, gain or leak out of range.

    Notes
    -----
    ``M >= ||J^k x|| >= |theta|^k - M r (|theta|^k - 1) / (|theta| - 1)`` for every k, with ||x|| = 1 (source:
    docs/theory/18-residual-growth.md). Three products.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> W = np.array([[0.2, 2.0, 0.0], [-2.0, 0.1, 0.1], [0.0, 0.0, 0.3]])
    >>> rc.growth_factor(W, rc.spectral_radius(W).vector).value > 1e6
    True
    """
    A = square_matrix(W)
    gamma, a = real_number("gain", gain), leak_number(leak)
    if not 0.0 < gamma < math.inf:
        raise ValueError(f"gain must be positive and finite; got {gamma!r}")
    if x is None:
        raise TypeError("x must be a vector; got None")
    vector = np.require(x, np.complex128, ["C", "A"])
    if vector.ndim != 1:
        raise ValueError(f"x must have shape ({A.shape[0]},); got {vector.shape}")
    theta, raw = _core.eigenpair(A.operator, vector, thread_count(threads))
    residual = Bound.from_core(raw)
    if residual.value < math.inf and cmath.isfinite(theta):
        value = _at_least(Fraction(a) * Fraction(gamma), 1 - Fraction(a), theta, residual.value)
        if value > 1.0:
            return Bound(value, residual.grade, None, residual.source)
    return Bound(1.0, Grade.PROVED, None, "norm of J^0")


def _at_least(slope: Fraction, kept: Fraction, theta: complex, residual: float) -> float:
    """(|z| - 1) / (slope * residual) for z = kept + slope * theta, rounded down; 0 where |z| is hardly above 1.

    In fractions: float64 neither holds every product of finite arguments nor all digits of |z| - 1.
    """
    square = (kept + slope * Fraction(theta.real)) ** 2 + (slope * Fraction(theta.imag)) ** 2
    if square <= 1 + _ROUNDING:
        return 0.0
    if residual == 0.0:
        return math.inf
    # |z| - 1 = (|z|^2 - 1) / (|z| + 1), and n / d has the root isqrt(n d) / d, rounded up in 128 bits below its point.
    root = math.isqrt(square.numerator * square.denominator << 2 * _BITS) + 1
    size = Fraction(root, square.denominator << _BITS)
    quotient = (square - 1) / ((size + 1) * slope * Fraction(residual))
    value = float(min(quotient, Fraction(sys.float_info.max)))
    return value if Fraction(value) <= quotient else math.nextafter(value, 0.0)
