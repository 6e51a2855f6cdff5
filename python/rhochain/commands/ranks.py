"""The ranks of one command, started by mpiexec or srun: who prints, and how all of them end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

from rhochain.commands.exits import MISUSE, OK, UNWRITABLE
from rhochain.ranks.agreement import Communicator, together

__all__ = ["Ranks", "ranks", "started"]

_Result = TypeVar("_Result")

_SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE")  # of MPICH and those after it, of Open MPI
_RANKS = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID")
_TASKS = ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")  # where srun has a plugin of MPI, which sets PMIX_RANK or PMI_RANK
_SECONDS = 2.0  # for the other ranks to fail in the same way
_POLL_SECONDS = 0.005
_MISSING = (
    "needs mpi4py and an MPI: pip install 'rhochain[mpi]', or 'rhochain[distributed]' beside an MPI of the system"
)


def started(environment: Mapping[str, str]) -> int:
    """The processes that a launcher of MPI started together; 1 without one.

    Examples
    --------
    >>> started({"PMI_SIZE": "4", "PMI_RANK": "0"}), started({"SLURM_NTASKS": "4"})
    (4, 1)
    >>> started({"SLURM_NTASKS": "4", "PMIX_RANK": "3"})
    4
    """
    names = list(_SIZES)
    if any(name in environment for name in ("PMIX_RANK", "PMI_RANK")):
        names += next(([name] for name in _TASKS if name in environment), [])
    return max([1, *(int(environment[name]) for name in names if environment.get(name, "").isdigit())])


class Ranks:
    """Those of this command: one process, until `join` finds others.

    Attributes
    ----------
    comm : communicator or None
        None for one process.
    """

    def __init__(self) -> None:
        self.comm: Communicator | None = None
        self._of_ends: Communicator = None  # for the exit code alone: the others may wait for messages of `comm`
        self._stderr = sys.stderr

    @property
    def several(self) -> bool:
        """Whether ranks share the work."""
        return self.comm is not None

    @property
    def size(self) -> int:
        return 1 if self.comm is None else int(self.comm.size)

    @property
    def leads(self) -> bool:
        """Whether this process prints and writes files."""
        return self.comm is None or self.comm.rank == 0

    def join(self, arguments: Sequence[str]) -> str | None:
        """Find the other ranks of this command. Returns what is to be said where each process works by itself.

        Processes with other arguments, as of a farm of tasks, are no ranks of one command.
        """
        self.comm = None
        count = started(os.environ)
        if count == 1:
            return None
        try:
            from mpi4py import MPI
        except (ImportError, RuntimeError) as error:  # mpi4py without a library of MPI
            if "SLURM_PROCID" in os.environ:
                return self._alone(f"is one of {count} tasks and works by itself: to share the work it {_MISSING}")
            if not self._first_of_launcher():
                raise SystemExit(MISUSE) from None
            raise ImportError(f"a command of {count} ranks {_MISSING}") from error
        world = MPI.COMM_WORLD
        if world.size == 1:
            return self._alone(
                f"is one of {count} processes, of which MPI knows this one: the launcher is of another MPI than "
                "mpi4py, and each process does the whole work"
            )
        if len({tuple(each) for each in world.allgather(list(arguments))}) > 1:
            return None
        self.comm, self._of_ends = world, world.Dup()
        return None

    def run(self, command: Callable[[], int]) -> int:
        """command() on each rank; the largest exit code is that of all. What one rank alone raises ends the job."""
        self._stderr = sys.stderr
        failure: BaseException | None = None
        try:
            with self._first_alone_prints():
                code = command()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else OK
            failure = end.__context__
        except BaseException as error:
            code, failure = UNWRITABLE, error
        agreed = self._agreed(code, None if code == OK else _SECONDS)
        if failure is not None and code == UNWRITABLE and (self.leads or agreed is None):
            traceback.print_exception(failure, file=self._stderr)
        if agreed is None:
            said = "" if failure is None else f": {' '.join(str(failure).split()) or type(failure).__name__}"
            self.abort(code, f"rank {self.comm.rank} has ended alone{said}" if self.comm else said)
        return code if agreed is None else agreed

    def first(self, compute: Callable[[], _Result]) -> _Result:
        """What compute() gives on the first rank, which alone runs it; what it raises all raise."""
        if self.comm is None:
            return compute()
        found: _Result = self.comm.bcast(together(self.comm, lambda: compute() if self.leads else None))
        return found

    def any_of(self, mine: _Result | None) -> _Result | None:
        """That of the first rank that has one."""
        if self.comm is None:
            return mine
        return next((each for each in self.comm.allgather(mine) if each is not None), None)

    def abort(self, code: int, message: str) -> None:
        """End all ranks at once."""
        if self.comm is None:
            return
        if not self.leads:
            time.sleep(0.2)  # where all of them do this, the first one speaks
        print(f"rhochain: {message}", file=self._stderr, flush=True)
        self.comm.Abort(code)

    def _agreed(self, code: int, patience: float | None) -> int | None:
        """The largest code of all ranks; None where they have not ended after so many seconds."""
        from mpi4py import MPI

        mine, largest = np.array([code]), np.zeros(1, int)
        request = self._of_ends.Iallreduce(mine, largest, op=MPI.MAX)
        begin = time.monotonic()
        while not request.Test():
            if patience is not None and time.monotonic() - begin > patience:
                return None
            time.sleep(_POLL_SECONDS)
        return int(largest[0])

    @contextmanager
    def _first_alone_prints(self) -> Iterator[None]:
        if self.leads:
            yield
            return
        with (
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            yield

    def _alone(self, said: str) -> str | None:
        return f"this process {said}" if self._first_of_launcher() else None

    @staticmethod
    def _first_of_launcher() -> bool:
        return next((os.environ[name] for name in _RANKS if name in os.environ), "0") == "0"


ranks = Ranks()
"""Those of this process."""
