"""The processes that share W, and what they decide together: a clock, a callback and a signal belong to one of them."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Peers", "require_one_for_all"]

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

    def spread(self, entries: _Array) -> float:
        """The largest minus the least entry of a vector; 0 for an empty one."""
        return float(np.ptp(entries)) if entries.size else 0.0

    def whole(self, slices: _Array) -> _Array:
        """All entries along the last axis, from the slice of each process."""
        return slices


def require_one_for_all(peers: Peers, name: str, numbers: _Array) -> None:
    """ValueError where ranks share W and `numbers` are more than one for all neurons."""
    if peers.shared and numbers.size > 1:
        raise ValueError(f"{name} must be one number for all neurons where ranks share W; got {numbers.size:,} numbers")
