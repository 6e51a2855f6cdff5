"""Runs of chains that are cut short, killed, or go on from their checkpoints, in one process or on ranks.

python rank_chain_checkpoints.py N STEPS PATH WAY RUN ...
mpiexec -n 3 python rank_chain_checkpoints.py --ranks N STEPS PATH WAY RUN ...

The file of a run is PATH.RUN. WAY: "run" to the end; "cut" by the callback of the last rank; "interrupt" by a signal to
that rank while it reads rows; "kill" that rank there, "fail", rows that it cannot read there, with each state saved
before; "matrix" and "rows", a run with another one; "alone", with no file on the last rank. What is refused is printed,
of each rank.
"""

import json
import os
import signal
import sys
import time
from typing import Any

import numpy as np
import numpy.typing as npt
from rank_chains import Network, matrix, of_result, of_spectrum
from rank_results import of_bracket

import rhochain as rc

FETCHES = 24
"""After which a run ends; up to 16 of them are those of what the file compares."""
MATVECS = 60
"""At which a norm is cut."""
SIGNALS = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT}
_Rows = npt.NDArray[Any]


class Watched:
    """Rows behind slices, and what happens to a run on the way."""

    def __init__(self, rows: _Rows, way: str, last: bool) -> None:
        self._rows, self._way, self._last = rows, way, last
        self.fetches = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: slice) -> _Rows:
        self.fetches += 1
        if self._way == "cut":
            time.sleep(0.06)  # a callback is called every 0.05 s
        if self._last and self.fetches == FETCHES and self._way in SIGNALS:
            os.kill(os.getpid(), SIGNALS[self._way])
        if self._last and self.fetches == FETCHES and self._way == "fail":
            raise OSError("no row")
        return self._rows[rows].copy()


class Ending:
    """The callback of a rank."""

    def __init__(self, way: str, last: bool) -> None:
        self._stops = way == "cut" and last
        self._calls = 0
        self.begun = 0

    def __call__(self, progress: Any) -> bool:
        self._calls += 1
        if isinstance(progress, rc.Progress):
            return self._stops and progress.matvecs >= MATVECS
        self.begun = progress.begun
        return self._stops and self._calls > 3


class Runs:
    """Those of one way, by their names."""

    def __init__(self, net: Network, way: str) -> None:
        self.net, self.way = net, way
        self.last = net.comm is None or net.comm.rank == net.comm.size - 1
        self.watched: Watched | None = None
        if way == "matrix":
            net.W = rc.Matrix(matrix(net.n, 3, 6, 1.4)) if net.comm is None else _of_ranks(net)

    def watch(self, rows: _Rows) -> Watched:
        self.watched = Watched(rows, self.way, self.last)
        return self.watched

    def slopes(self, steps: int) -> rc.JacobianChain:
        net = self.net
        rows = self.watch(net.rows(5 if self.way == "rows" else 4, steps))
        linear = net.beside(matrix(net.n, 2, 3, 1.0))
        return rc.JacobianChain(net.W, rows, "post", net.leaks, linear=linear, linear_weight=0.4, memory=2**21)

    def vjp(self, **saving: Any) -> Any:
        return self.slopes(self.net.steps).vjp(self.net.vector(5, 3), record_every=7, **saving)

    def jvp(self, **saving: Any) -> Any:
        drive = self.watch(0.1 * self.net.rows(13, self.net.steps))
        return self.net.rollout(inputs=drive, input_weights=None, leak=self.net.leaks).jvp(self.net.vector(5), **saving)

    def weights(self, **saving: Any) -> Any:
        """Inputs in memory, of which each rank has whole rows."""
        return self.net.rollout().vjp(self.net.vector(5), **saving)

    def fetched_weights(self, **saving: Any) -> Any:
        """The same, fetched."""
        inputs = self.watch(np.random.default_rng(10).standard_normal((self.net.steps, 3)))
        return self.net.rollout(inputs=inputs).vjp(self.net.vector(5), **saving)

    def lyapunov(self, **saving: Any) -> Any:
        return self.slopes(self.net.steps).lyapunov(3, discard=2, **saving)

    def norm(self, **saving: Any) -> Any:
        return self.slopes(6).norm(rtol=0.05, start=self.net.vector(7), **saving)


def _of_ranks(net: Network) -> Any:
    return rc.distributed.Matrix(matrix(net.n, 3, 6, 1.4)[net.lead], net.comm, keep_rows=True)


def numbers(found: Any, comm: Any) -> Any:
    if isinstance(found, rc.Bracket):
        return of_bracket(found, comm)
    if isinstance(found, rc.LyapunovSpectrum):
        return [*of_spectrum(found), found.done]
    return [*of_result(found, comm), found.done]


def outcome(runs: Runs, name: str, path: str) -> Any:
    comm, ending = runs.net.comm, Ending(runs.way, runs.last)
    saving = {
        "callback": ending,
        "checkpoint": f"{path}.{name}",
        "checkpoint_seconds": 0.0 if runs.way in ("kill", "fail") else 300.0,
    }
    if runs.way == "alone" and runs.last:
        saving["checkpoint"] = None
    ended = "returned"
    try:
        found = getattr(runs, name)(**saving)
    except KeyboardInterrupt as stop:
        found = stop.bracket if isinstance(stop, rc.Interrupted) else stop.result  # type: ignore[attr-defined]
        ended = type(stop).__name__
    except (ValueError, OSError, RuntimeError) as error:
        said = f"{type(error).__name__}: {error}"
        return [said] if comm is None else comm.allgather(said)
    said = {"numbers": numbers(found, comm), "begun": ending.begun, "ended": ended}
    everywhere = [said] if comm is None else comm.allgather(said)
    assert all(other == said for other in everywhere), everywhere
    return {**said, "fetches": 0 if runs.watched is None else runs.watched.fetches}


def main(arguments: list[str]) -> None:
    comm = None
    if arguments[0] == "--ranks":
        from mpi4py import MPI

        comm, arguments = MPI.COMM_WORLD, arguments[1:]
    n, steps, path, way, *names = arguments
    results = {name: outcome(Runs(Network(int(n), int(steps), comm), way), name, path) for name in names}
    if comm is None or comm.rank == 0:
        print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
