"""What the ranks of a communicator decide together."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from rhochain.inputs.peers import Peers
from rhochain.ranks.agreement import Communicator

__all__ = ["RankPeers"]

_Value = TypeVar("_Value")
_Array = npt.NDArray[Any]


class RankPeers(Peers):
    """The ranks of a communicator. Each method is a message to all: all ranks call it at the same place.

    Where one of them has failed on the way there, a `MeetingCommunicator` lets all of them raise.
    """

    shared = True

    def __init__(self, comm: Communicator) -> None:
        self._comm = comm

    def first(self, value: _Value) -> _Value:
        """That of the first rank."""
        of_first: _Value = self._comm.bcast(value)
        return of_first

    def any(self, wish: bool) -> bool:
        """Whether one of them wishes it."""
        return any(self._comm.allgather(bool(wish)))

    def least(self, number: float) -> float:
        """The least of their numbers."""
        return float(min(self._comm.allgather(number)))

    def largest(self, number: float) -> float:
        """The largest of their numbers."""
        return float(max(self._comm.allgather(number)))

    def spread(self, entries: _Array) -> float:
        """The largest minus the least entry of a vector, of which each rank has a slice."""
        ends = [pair for pair in self._comm.allgather(_ends(entries)) if pair is not None]
        return max(high for _, high in ends) - min(low for low, _ in ends) if ends else 0.0

    def whole(self, slices: _Array) -> _Array:
        """All entries along the last axis, on all ranks."""
        return np.concatenate(self._comm.allgather(slices), axis=-1)


def _ends(entries: _Array) -> tuple[float, float] | None:
    return (float(entries.min()), float(entries.max())) if entries.size else None
