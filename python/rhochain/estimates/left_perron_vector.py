"""The left Perron vector of |W|: the right one of |W^T|."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.estimates.brackets import Bracket
from rhochain.estimates.spectra import perron_radius
from rhochain.inputs.coercion import numbers

__all__ = ["left_perron_vector"]


def left_perron_vector(W: Any, estimate: Callable[[Any], Bracket] = perron_radius) -> npt.NDArray[np.float64] | None:
    """The unit vector y >= 0 with ``y^T |W| = rho(|W|) y^T``; None for an operator and where there is none.

    A copy of W transposed, where W is sparse, and about as many products as rho(|W|) itself. `estimate`:
    `perron_radius`, or the same within a budget.
    """
    entries = numbers(W)
    if entries is None:
        return None
    vector = estimate(entries.T).vector
    return None if vector is None else np.abs(np.real(vector))
