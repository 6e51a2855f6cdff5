"""Calls that all ranks make together: what ends one of them on one rank ends it on all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

import rhochain._core as _core
from rhochain.ranks.agreement import Communicator

__all__ = ["MeetingCommunicator", "call_of_ranks", "ranks_of"]

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


_KNOWN: WeakValueDictionary[int, _core.Ranks] = WeakValueDictionary()


def ranks_of(comm: Communicator) -> _core.Ranks:
    """The ranks of a communicator, for the core.

    The same for all matrices on it: a product of one that uses another one belongs to the same call.
    """
    from mpi4py import MPI

    ranks = _KNOWN.get(comm.py2f())
    if ranks is None or ranks.comm != comm:  # a number serves again after comm.Free()
        ranks = _KNOWN[comm.py2f()] = _core.Ranks(comm=comm, word=MPI.UINT64_T)
    return ranks


class MeetingCommunicator:
    """A communicator of mpi4py for use within ``ranks.run``.

    Each of its calls, which all ranks make, raises on all of them where one has failed on the way to it.
    """

    def __init__(self, comm: Communicator, ranks: _core.Ranks) -> None:
        self.rank, self.size = comm.rank, comm.size
        self._comm = comm
        self._ranks = ranks

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._ranks.call, getattr(self._comm, name))


def call_of_ranks(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """`function`, called by all ranks where an argument is a matrix that they share.

    An exception on one rank, such as that of a wrong argument or Ctrl-C, then ends the call on all of them: this rank
    raises its own, the others one of the same kind with ``rank r:`` and its message.
    """

    @wraps(function)
    def called(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        ranks = _shared(args, kwargs)
        if ranks is None:
            return function(*args, **kwargs)
        return ranks.run(partial(function, *args, **kwargs))

    return called


def _shared(args: tuple[Any, ...], kwargs: dict[str, Any]) -> _core.Ranks | None:
    """The ranks of the first argument that has any, itself or as its `matrix`."""
    for given in (*args, *kwargs.values()):
        ranks = getattr(getattr(given, "matrix", given), "ranks", None)
        if isinstance(ranks, _core.Ranks):
            return ranks
    return None
