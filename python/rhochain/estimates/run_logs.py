"""The logs of estimates in one file: what a killed call has computed, to go on to the same bits."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.limits import Limits
from rhochain.inputs.arguments import not_negative
from rhochain.inputs.arrays import Floats, Integers
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.agreement import Communicator, together
from rhochain.ranks.callers import callers_of
from rhochain.runs.checkpoints import RunCheckpoint
from rhochain.runs.identity import matrix_digest, vector_digest

__all__ = ["Checkpoint", "RunLogs", "SavedEstimate", "matrix_identity"]

_Result = TypeVar("_Result")

_Stage = tuple[bool, int, Integers, Floats]

_COMPARED = 1 << 16  # numbers at a time

_STAGE = 4  # integers of a stage in the list of contents: finished, products, integers, reals


class RunLogs:
    """A file with the log of each estimate of one call.

    On ranks all of them have one and make the same calls. The first rank alone reads and writes the file, whose logs
    hold whole vectors: any number of ranks goes on from it.

    An estimate is a function of its arguments, so that a log is good for it whatever ran before. As a context, it
    writes at the end, also where an exception ends the call, what `begin` with ``write_ends=False`` left out.

    Parameters
    ----------
    path : str or os.PathLike
    seconds : float
        At most one write in so many.
    identity : mapping of str to what JSON knows
        What must agree with a file for it to be continued.
    comm : communicator, optional
        Of the ranks.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        seconds: float,
        identity: Mapping[str, Any],
        comm: Communicator | None = None,
    ) -> None:
        self._seconds = not_negative("checkpoint_seconds", seconds)
        self._file = RunCheckpoint(path, {"version": _core.build_info()["version"], **identity})
        self._due = time.monotonic() + self._seconds
        self._unwritten = False
        self._comm = comm
        self._error: Exception | None = None  # of a save, other than that of the system
        self._first = comm is None or comm.rank == 0
        self._logs: dict[int, list[_Stage]] = self._read() if comm is None else together(comm, self._read)

    def __enter__(self) -> RunLogs:
        return self

    def __exit__(self, *_ended: object) -> None:
        if self._unwritten:
            self._write()

    def outcome(self, result: Callable[[], _Result]) -> _Result:
        """What result() returns or raises, unless the file could not be written."""
        if self._comm is None:
            return self._file.outcome(result)
        found, ended = None, None
        try:
            found = result()
        except BaseException as stop:  # an interrupt may have come to one rank alone
            ended = stop
        together(self._comm, self._require_saved)
        self._file.failure = self._comm.bcast(self._file.failure)

        def again() -> _Result:
            if ended is not None:
                raise ended
            return found  # type: ignore[return-value]

        return self._file.outcome(again)

    def _require_saved(self) -> None:
        if self._error is not None:
            raise self._error

    def begin(self, estimate: Mapping[str, Any], *, write_ends: bool) -> _core.RunLog:
        """The log of an estimate, for the core. `write_ends`: whether its end is written before it is time."""
        if not self._first:
            return _core.RunLog(resume=[], save_seconds=self._seconds, save=None)
        name = int.from_bytes(hashlib.blake2b(repr(sorted(estimate.items())).encode(), digest_size=7).digest(), "big")

        def save(stages: list[_Stage]) -> bool:
            if not _same(stages, self._logs.get(name)):
                self._logs[name] = stages
                self._unwritten = True
            if self._unwritten and (write_ends or time.monotonic() >= self._due):
                return self._write()
            return self._file.failure is not None

        def save_in_first(stages: list[_Stage]) -> bool:
            try:
                return save(stages)
            except Exception as error:  # raised on all ranks after the run
                self._error = error
                return True

        call = save if self._comm is None else save_in_first
        return _core.RunLog(resume=self._logs.get(name, []), save_seconds=self._seconds, save=call)

    def _read(self) -> dict[int, list[_Stage]]:
        state = self._file.load() if self._first else None
        if state is None:
            return {}
        try:
            return dict(_parts(state[2], state[4]))
        except (IndexError, ValueError):
            raise ValueError(f"checkpoint {self._file.path!r} is damaged: its counts do not fit its numbers") from None

    def _write(self) -> bool:
        contents = [len(self._logs)]
        for name, stages in self._logs.items():
            contents += [name, len(stages)]
            for done, products, integers, reals in stages:
                contents += [int(done), products, len(integers), len(reals)]
        lists = [stage for stages in self._logs.values() for stage in stages]
        integers = np.concatenate([np.array(contents, np.int64), *(stage[2] for stage in lists)])
        none = np.empty((0, 1))
        refused = self._file.save(
            sum(stage[1] for stage in lists), none, integers, np.empty(0), *(stage[3] for stage in lists)
        )
        self._unwritten = refused
        self._due = time.monotonic() + self._seconds
        return refused


def _same(ours: Sequence[_Stage], theirs: Sequence[_Stage] | None) -> bool:
    return (
        theirs is not None
        and len(ours) == len(theirs)
        and all(
            a[:2] == b[:2] and all(_same_bits(x, y) for x, y in zip(a[2:], b[2:], strict=True))
            for a, b in zip(ours, theirs, strict=True)
        )
    )


def _same_bits(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> bool:
    a, b = x.view(np.int64), y.view(np.int64)
    pieces = range(0, len(a), _COMPARED)  # numbers that differ often do so in the first piece
    return len(a) == len(b) and all(np.array_equal(a[i : i + _COMPARED], b[i : i + _COMPARED]) for i in pieces)


Checkpoint = str | os.PathLike[str] | RunLogs | None
"""What an estimate takes as `checkpoint`; `check` passes the logs of all its estimates."""


class SavedEstimate:
    """An estimate that a file may keep.

    Parameters
    ----------
    A : Matrix
    limits : Limits
    checkpoint : path, RunLogs or None
    seconds : float
    quantity : str
    goal : keywords
        The arguments besides `limits` on which the bits depend.
    """

    def __init__(
        self, A: Matrix, limits: Limits, checkpoint: Checkpoint, seconds: float, quantity: str, **goal: Any
    ) -> None:
        self._logs: RunLogs | None = None
        self.limits = limits.core
        if checkpoint is None:
            return
        estimate = {"quantity": quantity, **goal, **_options(A, limits)}
        if isinstance(checkpoint, RunLogs):
            self._logs = checkpoint
        else:
            identity = {**estimate, "matrix": matrix_identity(A)}
            self._logs = RunLogs(checkpoint, seconds, identity, callers_of(A).comm)
        self.limits = limits.with_log(self._logs.begin(estimate, write_ends=self._logs is not checkpoint))

    def outcome(self, result: Callable[[], _Result]) -> _Result:
        """What result() returns or raises, unless the file could not be written."""
        return result() if self._logs is None else self._logs.outcome(result)


def _options(A: Matrix, limits: Limits) -> dict[str, Any]:
    """Those on which the bits depend."""
    return {
        "rtol": limits.rtol,
        "delta": limits.delta,
        "seed": limits.seed,
        "max_matvecs": limits.max_matvecs,
        "start": None if limits.start is None else vector_digest(A, limits.start),
    }


def matrix_identity(A: Matrix) -> list[Any]:
    """What tells a matrix from another in the file of a run."""
    return [*A.shape, A.nnz, A.kind, str(A.dtype), matrix_digest(A)]


def _parts(integers: Integers, reals: Floats) -> list[tuple[int, list[_Stage]]]:
    """What `_write` has put together."""
    logs = []
    at = 1
    for _ in range(int(integers[0])):
        name, count = int(integers[at]), int(integers[at + 1])
        if count < 0:
            raise ValueError("a number of stages below 0")
        stages = integers[at + 2 : at + 2 + _STAGE * count].reshape(count, _STAGE)
        logs.append((name, stages))
        at += 2 + _STAGE * count
    return _filled(logs, integers[at:], reals)


def _filled(logs: Sequence[tuple[int, Integers]], integers: Integers, reals: Floats) -> list[tuple[int, list[_Stage]]]:
    begin, first, filled = 0, 0, []
    sizes = np.concatenate([np.empty((0, 2), np.int64), *(stages[:, 2:] for _, stages in logs)])
    if sizes.min(initial=0) < 0 or [sum(column) for column in sizes.T.tolist()] != [len(integers), len(reals)]:
        raise ValueError("sizes that do not add up")
    for name, stages in logs:
        own: list[_Stage] = []
        for done, products, count, length in stages.tolist():
            own.append((bool(done), products, integers[begin : begin + count], reals[first : first + length]))
            begin, first = begin + count, first + length
        filled.append((name, own))
    return filled
