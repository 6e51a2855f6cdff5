"""What one rank finds wrong ends the call on all of them, with the same message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

__all__ = ["Communicator", "require_same", "together"]

_Result = TypeVar("_Result")

Communicator = Any
"""An intracommunicator of mpi4py."""

_KINDS: dict[str, type[Exception]] = {"TypeError": TypeError, "ValueError": ValueError, "MemoryError": MemoryError}


def together(comm: Communicator, compute: Callable[[], _Result]) -> _Result:
    """compute() on each rank. Where it raises, all ranks raise: this rank its own exception, others the first one's."""
    result, error = None, None
    try:
        result = compute()
    except Exception as raised:
        error = raised
    came = comm.allgather(None if error is None else (_kind(error), str(error)))
    if error is not None:
        raise error
    for rank, failure in enumerate(came):
        if failure is not None:
            kind, text = failure
            raise _KINDS.get(kind, RuntimeError)(f"rank {rank}: {text}")
    return result  # type: ignore[return-value]


def require_same(comm: Communicator, arguments: Mapping[str, object]) -> None:
    """ValueError on all ranks where they give an argument different values, which compare by what they print."""
    came = comm.allgather({name: repr(value) for name, value in arguments.items()})
    for name in arguments:
        for rank, given in enumerate(came):
            if given[name] != came[0][name]:
                raise ValueError(
                    f"{name} must be the same on all ranks; got {came[0][name]} on rank 0, {given[name]} on rank {rank}"
                )


def _kind(error: Exception) -> str:
    return next((name for name, kind in _KINDS.items() if isinstance(error, kind)), "RuntimeError")
