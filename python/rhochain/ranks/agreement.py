"""What one rank finds wrong ends the call on all of them, with the same message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from rhochain.files.loading import FileError
from rhochain.weights.refusals import BadArgument

__all__ = ["Communicator", "alike", "require_same", "together"]

_Result = TypeVar("_Result")

Communicator = Any
"""An intracommunicator of mpi4py."""

_KINDS: dict[str, type[Exception]] = {kind.__name__: kind for kind in (TypeError, ValueError, MemoryError, ImportError)}

_SENT = (FileError, BadArgument, TypeError, ValueError, MemoryError, ImportError)
"""Exceptions that all ranks raise as they are."""


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


def alike(comm: Communicator, compute: Callable[[], _Result]) -> _Result:
    """compute() on each rank. Where it raises, all ranks raise what it raised on the first such rank, word for word."""
    result, error = None, None
    try:
        result = compute()
    except Exception as raised:
        error = raised
    came = comm.allgather(None if error is None else error if type(error) in _SENT else RuntimeError(_said(error)))
    failed = [rank for rank, failure in enumerate(came) if failure is not None]
    if failed:
        raise error if failed[0] == comm.rank and error is not None else came[failed[0]]
    return result  # type: ignore[return-value]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


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
