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
    """A vector whose slices the ranks have, in the first of them; empty in the others."""
    lengths = comm.allgather(len(own))
    whole = together(comm, lambda: np.empty(sum(lengths) if comm.rank == 0 else 0))
    comm.Gatherv(np.ascontiguousarray(own, np.float64), [whole, lengths] if comm.rank == 0 else None)
    return whole
