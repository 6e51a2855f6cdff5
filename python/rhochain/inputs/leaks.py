"""The leak a of a leaky integrator, J = (1 - a) I + a W diag(s): above 0 and at most 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rhochain.inputs.arguments import real_number, real_vector
from rhochain.inputs.arrays import Floats

__all__ = ["leak_number", "leak_vector"]


def leak_number(leak: float) -> float:
    """One leak for all neurons."""
    return float(leak_vector(real_number("leak", leak), 1)[0])


def leak_vector(leak: float | npt.ArrayLike, n: int) -> Floats:
    """`leak` as an array: one number for all neurons, shape (1,), or one for each where they differ, shape (n,)."""
    a = np.array([real_number("leak", leak)]) if np.ndim(leak) == 0 else real_vector("leak", leak, n)
    allowed = (a > 0.0) & (a <= 1.0)
    if not allowed.all():
        raise ValueError(f"leak must be above 0 and at most 1; got {float(a[~allowed][0])!r}")
    return a[:1] if a.size and (a == a[0]).all() else a
