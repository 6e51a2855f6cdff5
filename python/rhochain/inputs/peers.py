"""The processes that share W, and what they decide together: a clock, a callback and a signal belong to one of them."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Peers"]

_Value = TypeVar("_Value")
_Array = npt.NDArray[Any]


class Peers:
    """One process that has all of W. Where ranks share W all of them make the same calls, and get the same answers."""

    shared = False
    """Whether vectors are slices."""

    def first(self, value: _Value) -> _Value:
        """That of the first process."""
        return value

    def any(self, wish: bool) -> bool:
        """Whether one of them wishes it."""
        return wish

    def least(self, number: float) -> float:
        """The least of their numbers."""
        return number

    def largest(self, number: float) -> float:
        """The largest of their numbers."""
        return number

    def spread(self, entries: _Array) -> float:
        """The largest minus the least entry of a vector; 0 for an empty one."""
        return float(np.ptp(entries)) if entries.size else 0.0

    def whole(self, slices: _Array) -> _Array:
        """All entries along the last axis, from the slice of each process."""
        return slices
