"""The leaks a of a leaky integrator, J = diag(1 - a) + diag(a) W diag(s): each above 0 and at most 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rhochain.inputs.arguments import real_number, real_vector
from rhochain.inputs.arrays import Floats

__all__ = ["leak_number", "leak_of", "leak_vector"]


def leak_number(leak: float) -> float:
    """One leak for all neurons."""
    if np.ndim(leak) > 0:
        raise TypeError(f"leak must be one number for all neurons here; got an array of shape {np.shape(leak)}")
    return float(leak_vector(leak, 1)[0])


def leak_vector(leak: float | npt.ArrayLike, n: int) -> Floats:
    """`leak` as an array: one number for all neurons, shape (1,), or one for each where they differ, shape (n,)."""
    if isinstance(leak, float) and 0.0 < leak <= 1.0:
        return np.array([leak])
    one = np.ndim(leak) == 0
    a = np.array([real_number("leak", leak)]) if one else real_vector("leak", leak, n)
    forbidden = np.flatnonzero(~((a > 0.0) & (a <= 1.0)))
    if forbidden.size:
        name = "leak" if one else f"leak[{forbidden[0]}]"
        raise ValueError(f"{name} must be above 0 and at most 1; got {float(a[forbidden[0]])!r}")
    return a[:1] if a.size and (a == a[0]).all() else a


def leak_of(numbers: Floats) -> float | Floats:
    """What `leak_vector` returned, for an attribute: a float, or an array that cannot be written to."""
    if numbers.size == 1:
        return float(numbers[0])
    own: Floats = numbers.copy()
    own.flags.writeable = False
    return own
