"""Failures and stops on ranks: every rank ends, all of them alike, and the next call has the right bits.

mpiexec -n 2 python -m mpi4py failing_ranks.py --ranks CASE:RANK:SECONDS ...
python failing_ranks.py --runs 200 --seed 1

The first form runs cases one after the other: what happens, to which rank, so many seconds after the call has begun.
The first rank prints a line of JSON for each. The second form picks cases, ranks and moments at random, and exits with
1 where a rank hangs or differs.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from launched_ranks import launched
from scipy import sparse

import rhochain as rc

__all__ = ["CASES", "ENDS_OF_A_JOB", "PROGRAM", "failures_of"]

PROGRAM = Path(__file__)
N = 20_000
LONG = {"rtol": 1e-12, "max_seconds": 40.0}
SECONDS_OF_A_CASE = 60
ROOM_FOR_MPI = 1 << 20  # less than the arrays of a matrix of 100 columns take


class Story:
    """The matrices of a launch, and what happens in a case: to `rank`, `moment` seconds after its call has begun."""

    def __init__(self, comm: Any) -> None:
        self.comm = comm
        self.W = rc.distributed.Matrix(self.rows("one"), comm)
        self.blocks = rc.distributed.Matrix(self.rows("blocks"), comm)
        self.rank, self.moment = 0, 0.0

    def rows(self, kind: str) -> sparse.csr_array:
        """Rows of this rank of one strongly connected matrix, or of four blocks that the first rank solves alone."""
        rng = np.random.default_rng(11)
        columns = rng.integers(0, N, 5 * N)
        rows = np.repeat(np.arange(N), 5)
        if kind == "blocks":
            columns = rows // 5000 * 5000 + columns % 5000
        W = sparse.csr_array((rng.standard_normal(5 * N), (rows, columns)), shape=(N, N))
        height = -(-N // self.comm.size)
        return W[self.comm.rank * height : (self.comm.rank + 1) * height]

    @property
    def here(self) -> bool:
        return bool(self.comm.rank == self.rank)

    @property
    def due(self) -> bool:
        return time.time() >= self.begin + self.moment

    def operator(self, trouble: Callable[[], object] | None = None, *, messages: bool = False) -> Any:
        """2 W by its products, with trouble in one of them on one rank, and messages of their own."""

        def product(of: Callable[[Any], Any]) -> Callable[[Any], Any]:
            def apply(x: Any) -> Any:
                if trouble is not None and self.here and self.due:
                    trouble()
                factor = self.comm.allreduce(1.0) / self.comm.size if messages else 1.0
                return 2.0 * factor * of(x)

            return apply

        return rc.distributed.Operator(self.W.length, product(self.W.matvec), product(self.W.rmatvec), self.comm)

    @contextmanager
    def signalled(self, number: int, *, everywhere: bool = False) -> Iterator[None]:
        """A signal to this process at the moment, where the case is about it. One after the call is absorbed."""
        timer = threading.Timer(self.moment, os.kill, (os.getpid(), number))
        timer.daemon = True
        if self.here or everywhere:
            timer.start()
        try:
            yield
        finally:
            try:
                while timer.is_alive():
                    time.sleep(0.01)
                time.sleep(0.01)
            except KeyboardInterrupt:
                timer.join()

    def run(self, name: str, rank: int, moment: float) -> dict[str, Any]:
        """One case on this rank: how it ended, and how long after the moment."""
        self.rank, self.moment, self.begin = rank, moment, time.time()
        ended = 0.0

        def called() -> Any:
            nonlocal ended
            try:
                return CASES[name][1](self)
            finally:
                ended = time.time()

        try:
            outcome = _ending(called())
        except BaseException as error:
            outcome = {"type": type(error).__name__, "text": str(error), "stop": isinstance(error, KeyboardInterrupt)}
            if isinstance(error, rc.Interrupted):
                outcome["bracket"] = _ending(error.bracket)["bracket"]
        return {**outcome, "seconds": ended - self.begin - self.moment}


def _ending(b: rc.Bracket) -> dict[str, Any]:
    bounds = [(x.value.hex(), str(x.grade)) for x in (b.lower, b.upper)]
    return {"type": "Bracket", "bracket": [b.value.hex(), bounds, b.matvecs, str(b.status)]}


def _raised(error: Exception) -> Callable[..., object]:
    def trouble(*_: object) -> object:
        raise error

    return trouble


def _callback(story: Story, act: Callable[..., object]) -> Callable[[rc.Progress], object]:
    return lambda p: act(p) if story.here and story.due else False


def _radius(story: Story, **options: Any) -> rc.Bracket:
    return rc.spectral_radius(story.W, **{**LONG, **options})


def _norm(story: Story, **options: Any) -> rc.Bracket:
    return rc.spectral_norm(story.W, **{**LONG, **options})


def _interrupted(call: Callable[[Story], rc.Bracket], number: int, everywhere: bool) -> Callable[[Story], rc.Bracket]:
    def run(story: Story) -> rc.Bracket:
        # A signal that comes twice: the first ends the call, the second is absorbed here.
        with (
            rc.signals() if number == signal.SIGTERM else nullcontext(),
            story.signalled(number, everywhere=everywhere),
        ):
            return call(story)

    return run


def _short_of_memory(story: Story) -> Any:
    rows = np.ones((story.W.length, 100))
    limits = resource.getrlimit(resource.RLIMIT_AS)
    if story.here:
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + ROOM_FOR_MPI, limits[1]))
    try:
        return rc.distributed.Matrix(rows, story.comm)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _spoiled_rows(story: Story) -> Any:
    rows = story.rows("one").copy()
    if story.here:
        rows.data[3] = np.nan
    return rc.distributed.Matrix(rows, story.comm)


def _no_rows(story: Story) -> Any:
    rows = story.rows("one")
    return rc.distributed.Matrix(object() if story.here else rows, story.comm)


def _wrong_vector(story: Story) -> Any:
    return story.W @ np.ones(story.W.length + int(story.here))


def _numbers(story: Story) -> Any:
    """Of the neurons of this rank, from 0.3 to 0.9."""
    return 0.3 + 0.6 * (np.arange(story.W.first, story.W.first + story.W.length) % 7) / 6


def _spoiled_numbers(story: Story) -> Any:
    numbers = _numbers(story)
    if story.here:
        numbers[2] = -0.5
    return numbers


def _short_numbers(story: Story) -> Any:
    return _numbers(story)[: -1 if story.here else None]


_Expected = str | tuple[str, str, str]
_STOP, _INTERRUPT = "stop", "interrupt"
_SIGNALS = {"int": signal.SIGINT, "term": signal.SIGTERM}
_CALLS: dict[str, Callable[[Story], rc.Bracket]] = {
    "radius": _radius,
    "norm": _norm,
    "blocks": lambda story: rc.spectral_radius(story.blocks, **LONG),
    "operator": lambda story: rc.spectral_norm(story.operator(messages=True), **LONG),
}
_KINDS = {"value": ValueError("bad luck"), "memory": MemoryError("no room"), "zero": ZeroDivisionError("no quotient")}

CASES: dict[str, tuple[_Expected, Callable[[Story], Any]]] = {
    "seconds": (_STOP, lambda s: _radius(s, max_seconds=s.moment if s.here else 40.0)),
    "seconds of blocks": (
        _STOP,
        lambda s: rc.spectral_radius(s.blocks, rtol=1e-12, max_seconds=s.moment if s.here else 40.0),
    ),
    "callback stops": (_STOP, lambda s: _radius(s, callback=_callback(s, lambda p: True))),
    "NaN": (("ValueError", "ValueError", ""), _spoiled_rows),
    "no rows": (("TypeError", "TypeError", ""), _no_rows),
    "wrong rtol": (("ValueError", "ValueError", ""), lambda s: _radius(s, rtol=-1.0 if s.here else 1e-3)),
    "wrong start": (("ValueError", "ValueError", ""), lambda s: _norm(s, start=np.ones(3) if s.here else None)),
    "wrong leak": (("ValueError", "ValueError", ""), lambda s: _radius(s, leak=_spoiled_numbers(s))),
    "leaks too short": (("ValueError", "ValueError", ""), lambda s: rc.worst_case_growth(s.W, leak=_short_numbers(s))),
    "wrong gain": (("ValueError", "ValueError", ""), lambda s: rc.check(s.W, gain=_spoiled_numbers(s))),
    "gains too short": (("ValueError", "ValueError", ""), lambda s: rc.check(s.W, gain=_short_numbers(s))),
    "wrong rtol beside leaks": (
        ("ValueError", "ValueError", ""),
        lambda s: rc.check(s.W, "tanh", leak=_numbers(s), rtol=-1.0 if s.here else 1e-3, max_seconds=20.0),
    ),
    "wrong target": (
        ("ValueError", "ValueError", ""),
        lambda s: rc.rescale(s.W, spectral_radius=-0.9 if s.here else 0.9, leak=_numbers(s), max_seconds=20.0),
    ),
    "wrong callback": (("TypeError", "TypeError", ""), lambda s: _norm(s, callback=3 if s.here else None)),
    "wrong vector": (("ValueError", "ValueError", ""), _wrong_vector),
    "short of memory": (("MemoryError", "MemoryError", ""), _short_of_memory),
    **{
        f"callback raises {kind}": (
            (type(error).__name__, type(error).__name__ if kind != "zero" else "RuntimeError", str(error)),
            lambda s, error=error: _norm(s, callback=_callback(s, _raised(error))),
        )
        for kind, error in _KINDS.items()
    },
    **{
        f"product raises {kind}": (
            (type(error).__name__, type(error).__name__ if kind != "zero" else "RuntimeError", str(error)),
            lambda s, error=error: rc.spectral_radius(s.operator(_raised(error)), **LONG),
        )
        for kind, error in _KINDS.items()
    },
    **{
        f"SIG{sig} to {'all' if everywhere else 'one'} in {name}": (
            _INTERRUPT,
            _interrupted(call, _SIGNALS[sig], everywhere),
        )
        for sig in _SIGNALS
        for everywhere in (False, True)
        for name, call in _CALLS.items()
    },
}

ENDS_OF_A_JOB: dict[str, Callable[[], object]] = {
    "SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exception between calls": _raised(ValueError("between calls")),
}


def _fault(name: str, rank: int, came: list[dict[str, Any]]) -> str | None:
    """What is wrong with the endings of a case on all ranks."""
    expected = CASES[name][0]
    if expected == _STOP:
        alike = all(c["type"] == "Bracket" and c["bracket"] == came[0]["bracket"] for c in came)
        return None if alike else "expected the same bracket on all ranks"
    if expected == _INTERRUPT:
        brackets = {json.dumps(c["bracket"]) for c in came if "bracket" in c}
        right = all(c.get("stop") for c in came) and len(brackets) <= 1
        return None if right else "expected an interrupt on all ranks, with the same bracket"
    own, other, text = expected
    if came[rank]["type"] != own or text not in came[rank]["text"]:
        return f"expected {own} on rank {rank}"
    given = f"rank {rank}: "
    for r, c in enumerate(came):
        if r != rank and (c["type"] != other or not c["text"].startswith(given) or c["text"].count(given) != 1):
            return f"expected {other} with {given!r} on rank {r}"
        if r != rank and came[rank]["text"] not in c["text"]:
            return f"expected the message of rank {rank} on rank {r}"
    return None


def on_ranks(plan: list[str]) -> None:
    """The cases of a plan, one after the other."""
    from mpi4py import MPI

    beside = MPI.COMM_WORLD.Dup()  # the calls of this program meet no message of the library
    story = Story(MPI.COMM_WORLD)
    bits = _ending(rc.spectral_radius(story.W, max_matvecs=60))
    for entry in plan:
        name, rank, moment = _parts(entry)
        beside.Barrier()
        if name in ENDS_OF_A_JOB:
            if beside.rank == rank:
                time.sleep(moment)
                ENDS_OF_A_JOB[name]()
            rc.spectral_radius(story.W, **LONG)
        ending = story.run(name, rank, moment)
        again = _ending(rc.spectral_radius(story.W, max_matvecs=60))
        came = beside.allgather({**ending, "again": again == bits})
        fault = _fault(name, rank, came)
        if fault is None and not all(c["again"] for c in came):
            fault = "the next call has other bits"
        if beside.rank == 0:
            print(json.dumps({"case": entry, "fault": fault, "came": came}), flush=True)


def _parts(entry: str) -> tuple[str, int, float]:
    name, rank, moment = entry.rsplit(":", 2)
    return name, int(rank), float(moment)


def failures_of(ranks: int, plan: list[str]) -> tuple[list[str], list[float]]:
    """What goes wrong in a launch of these cases, and how many seconds each took from its moment to its end."""
    job = launched(ranks, sys.executable, "-m", "mpi4py", str(PROGRAM), "--ranks", *plan)
    try:
        printed, complaints = job.communicate(timeout=SECONDS_OF_A_CASE + 10 * len(plan))
    except subprocess.TimeoutExpired:
        job.kill()
        printed, complaints = job.communicate()
        complaints = f"hangs\n{complaints}"
    given = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    faults = [f"{t['case']}: {t['fault']}; got {t['came']}" for t in given if t["fault"] is not None]
    if len(given) < len(plan):
        after = plan[len(given)]
        if _parts(after)[0] not in ENDS_OF_A_JOB or "hangs" in complaints or job.returncode == 0:
            faults.append(f"{after} on {ranks} ranks: no end; {complaints[-2000:]}")
    return faults, [max(c["seconds"] for c in t["came"]) for t in given]


def _random_plan(rng: Random, ranks: int, cases: int) -> list[str]:
    names = [rng.choice([*CASES, *ENDS_OF_A_JOB]) for _ in range(cases)]
    ending = next((k for k, name in enumerate(names) if name in ENDS_OF_A_JOB), cases)
    return [f"{name}:{rng.randrange(ranks)}:{rng.uniform(0.05, 0.6):.3f}" for name in names[: ending + 1]]


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ranks", nargs="+", metavar="CASE:RANK:SECONDS")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    if chosen.ranks:
        on_ranks(chosen.ranks)
        return 0
    rng = Random(chosen.seed)
    runs, faults, seconds = 0, list[str](), list[float]()
    while runs < chosen.runs:
        ranks = rng.choice([2, 3])
        plan = _random_plan(rng, ranks, min(10, chosen.runs - runs))
        came, took = failures_of(ranks, plan)
        runs += len(plan)
        faults += came
        seconds += took
        for fault in came:
            print(fault, flush=True)
    print(
        f"{runs} runs: {len(faults)} wrong or hanging; seconds from the moment to the end on the last rank: "
        f"median {np.median(seconds):.2f}, largest {max(seconds):.2f}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
