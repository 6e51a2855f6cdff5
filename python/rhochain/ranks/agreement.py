"""What one rank finds wrong ends the call on all of them, with the same message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["Communicator", "together"]

_Result = TypeVar("_Result")

Communicator = Any
"""An intracommunicator of mpi4py."""

_KINDS: dict[str, type[Exception]] = {kind.__name__: kind for kind in (TypeError, ValueError, MemoryError, ImportError)}


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


def _kind(error: Exception) -> str:
    return next((name for name, kind in _KINDS.items() if isinstance(error, kind)), "RuntimeError")
