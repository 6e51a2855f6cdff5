"""The ranks that share a matrix and make the same call; of a matrix of one process that process alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rhochain.inputs.matrix import Matrix
from rhochain.ranks.agreement import Communicator, require_same, together
from rhochain.ranks.sliced_matrix import SlicedMatrix, SlicedOperator

__all__ = ["Callers", "callers_of"]

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Callers:
    """What they agree on. All of them call a method at the same place.

    Attributes
    ----------
    comm : mpi4py intracommunicator or None
        None for one process.
    first : int
        Which entry of a vector is the first one of this rank.
    """

    comm: Communicator | None
    first: int

    @property
    def leads(self) -> bool:
        """Whether this is the first of them."""
        return self.comm is None or self.comm.rank == 0

    def of_first(self, mine: _Result) -> _Result:
        """What the first of them gives."""
        if self.comm is None:
            return mine
        given: _Result = self.comm.bcast(mine)
        return given

    def together(self, compute: Callable[[], _Result]) -> _Result:
        """compute() on each; what one of them raises ends the call on all."""
        return compute() if self.comm is None else together(self.comm, compute)

    def require_same(self, **arguments: object) -> None:
        """ValueError, on all of them, where they give an argument different values."""
        if self.comm is not None:
            require_same(self.comm, arguments)

    def gathered(self, mine: _Result) -> list[_Result]:
        """What each of them gives."""
        return [mine] if self.comm is None else list(self.comm.allgather(mine))


_ALONE = Callers(None, 0)


def callers_of(A: Matrix) -> Callers:
    """Those that make a call with A."""
    return Callers(A.comm, A.first_column) if isinstance(A, (SlicedMatrix, SlicedOperator)) else _ALONE
