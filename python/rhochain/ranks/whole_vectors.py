"""Vectors put together in the first rank, and what that rank finds out for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from rhochain.inputs.arrays import Floats
from rhochain.ranks.agreement import Communicator, together

__all__ = ["from_first", "in_first"]

_Result = TypeVar("_Result")


def from_first(comm: Communicator, compute: Callable[[], _Result]) -> _Result:
    """compute() of the first rank, on all of them. Where it raises, all raise."""
    found = together(comm, lambda: compute() if comm.rank == 0 else None)
    of_first: _Result = comm.bcast(found)
    return of_first


def in_first(comm: Communicator, own: Floats) -> Floats:
    """A vector, or a block (n, b), whose slices the ranks have, in the first of them; empty in the others.

    It comes one vector at a time: memory of the first rank for a block and a vector.
    """
    lengths = comm.allgather(len(own))
    first = comm.rank == 0
    n = sum(lengths) if first else 0
    whole, vector = together(comm, lambda: (np.empty((n, *own.shape[1:])), np.empty(n)))
    for mine, of_all in zip(_columns(own), _columns(whole), strict=True):
        comm.Gatherv(np.ascontiguousarray(mine, np.float64), [vector, lengths] if first else None)
        of_all[...] = vector
    return whole


def _columns(x: Floats) -> list[Floats]:
    return [x] if x.ndim == 1 else list(x.T)
