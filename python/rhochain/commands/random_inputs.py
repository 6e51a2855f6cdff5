"""Seeded Gaussian inputs: row k is a function of the seed and k, so that any block of steps can be drawn again."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from rhochain.inputs.arrays import Floats

__all__ = ["RandomInputs"]

_AT_ONCE = 4  # numbers of 64 bits that Philox makes a step of its counter
_LEAST = 2.0**-54  # half the distance of uniform numbers


class RandomInputs:
    """Independent normal numbers of shape (steps, width), read by slices of rows.

    Examples
    --------
    >>> inputs = RandomInputs(1000, 3, scale=2.0, seed=1)
    >>> len(inputs), inputs.shape
    (1000, (1000, 3))
    >>> bool((inputs[500:510][2:4] == inputs[502:504]).all())
    True
    """

    def __init__(self, steps: int, width: int, *, scale: float, seed: int) -> None:
        self.shape = (steps, width)
        self._scale = scale
        self._seed = seed

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Floats:
        begin, end, _ = rows.indices(self.shape[0])
        width = self.shape[1]
        counts = -(-width // _AT_ONCE)  # of the counter, for each row
        bits = np.random.Philox(self._seed).advance(begin * counts)
        uniform = np.random.Generator(bits).random((max(0, end - begin), counts * _AT_ONCE))[:, :width]
        normal: Floats = ndtri(np.maximum(uniform, _LEAST)) * self._scale
        return normal
