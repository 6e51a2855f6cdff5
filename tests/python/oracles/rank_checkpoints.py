"""Estimates that are cut short, killed, or go on from their checkpoints, in one process or on ranks.

python rank_checkpoints.py CASE PATH WAY QUANTITY ...
mpiexec -n 3 python rank_checkpoints.py --ranks CASE PATH WAY QUANTITY ...

The file of a quantity is PATH.QUANTITY. WAY: "run" to the end; "cut" by the callback of the last rank at its third
record; "interrupt" by a signal to that rank there; "kill" that rank there, each state saved before. What is refused is
printed, of each rank.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from rank_results import leaks, of_bracket, own_slice, shared_case

import rhochain as rc

RECORDS = 3
SIGNALS = {"kill": signal.SIGKILL, "interrupt": signal.SIGINT}


def own_leaks(W: Any) -> Any:
    return leaks(W.shape[0])[own_slice(W, getattr(W, "comm", None))]


QUANTITIES: dict[str, Callable[..., rc.Bracket]] = {
    "radius": rc.spectral_radius,
    "norm": lambda W, **rest: rc.spectral_norm(W, rtol=1e-2, **rest),
    "perron": lambda W, **rest: rc.perron_radius(W, rtol=1e-8, **rest),
    "leaky": lambda W, **rest: rc.spectral_radius(W, leak=own_leaks(W), max_matvecs=1500, **rest),
    "growth": lambda W, **rest: rc.worst_case_growth(W, leak=own_leaks(W), max_matvecs=1500, **rest),
    "scaled": lambda W, **rest: rc.scaled_norm(W, rtol=0.05, max_matvecs=4000, **rest),
}


def ending(way: str, last: bool) -> Callable[[rc.Progress], bool] | None:
    """The callback of a rank."""
    records = 0

    def third(_progress: rc.Progress) -> bool:
        nonlocal records
        records += 1
        if last and records == RECORDS and way in SIGNALS:
            os.kill(os.getpid(), SIGNALS[way])
        return way == "cut" and last and records >= RECORDS

    return None if way == "run" else third


def quantity(name: str, W: Any, comm: Any, path: str, way: str) -> Any:
    last = comm is None or comm.rank == comm.size - 1
    options = {"checkpoint": f"{path}.{name}", "checkpoint_seconds": 0.0 if way == "kill" else 300.0}
    try:
        found = QUANTITIES[name](W, callback=ending(way, last), **options)
    except rc.Interrupted as stop:
        found = stop.bracket
    except (ValueError, OSError) as error:
        said = f"{type(error).__name__}: {error}"
        return [said] if comm is None else comm.allgather(said)
    # The history is that of this call, from where the run goes on.
    return {**of_bracket(found, comm), "begun": found.history[0].matvecs if found.history else found.matvecs}


def main(arguments: list[str]) -> None:
    comm, W, arguments = shared_case(arguments)
    results = {name: quantity(name, W, comm, *arguments[:2]) for name in arguments[2:]}
    if comm is None or comm.rank == 0:
        print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
