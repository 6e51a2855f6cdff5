"""Arrays from each rank to each other one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.ranks.agreement import Communicator

__all__ = ["exchanged"]

_Array = npt.NDArray[Any]


def exchanged(comm: Communicator, parts: Sequence[_Array]) -> list[_Array]:
    """`parts[r]` goes to rank r, all of one dtype; the r-th array of the result came from rank r.

    Memory: what is sent once more, and what came.
    """
    sent = np.array([len(part) for part in parts], np.int64)
    came = np.empty_like(sent)
    comm.Alltoall(sent, came)
    out = np.concatenate(parts)
    into = np.empty(int(came.sum()), out.dtype)
    comm.Alltoallv([out, (sent, _starts(sent))], [into, (came, _starts(came))])
    return np.split(into, np.cumsum(came)[:-1])


def _starts(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.cumsum(counts) - counts
