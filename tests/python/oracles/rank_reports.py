"""Reports of one matrix as JSON, without times: of one process, or of the ranks that mpiexec starts.

python rank_reports.py CASE REPORT ... [/ CASE REPORT ...]
mpiexec -n 3 python rank_reports.py --ranks CASE REPORT ... [/ CASE REPORT ...]
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from rank_results import each_case, leaks, own_slice, shared_case

import rhochain as rc

REPORTS: dict[str, Callable[[Any], Any]] = {
    "tanh": lambda W: rc.check(W, "tanh", max_matvecs=150),
    "quick": lambda W: rc.check(W, gain=0.3, quick=True, max_matvecs=150),
    "linear": lambda W: rc.check(W, "linear", max_matvecs=150),
    "leaky": lambda W: rc.check(W, "relu", leak=0.5, max_matvecs=150),
    "small gain": lambda W: rc.check(W, gain=0.25, rtol=1e-2, numerical_radius=True, max_matvecs=300),
    "leaks": lambda W: rc.check(W, "relu", leak=own(W, leaks), inputs=own(W, inputs), max_matvecs=60),
    "linear with leaks": lambda W: rc.check(W, "linear", leak=own(W, leaks), quick=True, max_matvecs=60),
    "vanishing with leaks": lambda W: rc.check(W, gain=0.1, leak=own(W, leaks), quick=True, max_matvecs=150),
    "gains": lambda W: rc.check(array_of(W), gain=own(W, gains), max_matvecs=60),
    "along a chain": lambda W: rc.check(
        array_of(W), gain=own(W, gains), leak=own(W, leaks), chain=chain(W), quick=True, max_matvecs=60
    ),
    # What a clock decides is compared between ranks alone.
    "brief": lambda W: rc.check(W, "tanh", rtol=1e-8, max_seconds=0.5),
    "no time": lambda W: rc.check(W, "tanh", max_seconds=0.0),
    "stopped": lambda W: rc.check(W, "tanh", rtol=1e-8, callback=stopping_in_last_rank(W)),
    "linear, leaky, brief": lambda W: rc.check(W, "linear", leak=0.5, rtol=1e-6, max_seconds=1.0),
}


def own(W: Any, numbers: Callable[[int], Any]) -> Any:
    """Those of the neurons of this process."""
    return numbers(W.shape[0])[own_slice(W, getattr(W, "comm", None))]


def gains(n: int) -> Any:
    return np.random.default_rng(6).uniform(0.0, 0.6, n)


def inputs(n: int) -> Any:
    return np.random.default_rng(8).standard_normal((n, 3))


def array_of(W: Any) -> Any:
    """In one process a `Matrix` only borrows the array that gains of neurons need."""
    return W.array if getattr(W, "comm", None) is None else W


def chain(W: Any) -> rc.JacobianChain:
    return rc.JacobianChain(W, np.tile(own(W, gains), (6, 1)), leak=own(W, leaks))


def stopping_in_last_rank(W: Any) -> Callable[[rc.Progress], bool]:
    """A callback that says stop in one rank, at its fourth call."""
    calls = iter(range(3))
    return lambda _: next(calls, None) is None and W.comm.rank == W.comm.size - 1


_OF_TIME = {"seconds", "history"}


def without_times(plain: Any) -> Any:
    """The same without what a clock measured."""
    if isinstance(plain, dict):
        return {key: without_times(value) for key, value in plain.items() if key not in _OF_TIME}
    return [without_times(each) for each in plain] if isinstance(plain, list) else plain


def differences(a: Any, b: Any, place: str = "") -> list[str]:
    """The places where two reports differ, with what they have there."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [found for key in {**a, **b} for found in differences(a.get(key), b.get(key), f"{place}/{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [found for k, pair in enumerate(zip(a, b, strict=True)) for found in differences(*pair, f"{place}/{k}")]
    return [] if a == b else [f"{place}: {a!r}, {b!r}"]


def main(arguments: list[str]) -> None:
    for one in each_case(arguments):
        comm, W, names = shared_case(one)
        found = {name: without_times(REPORTS[name](W).to_dict()) for name in names}
        if comm is not None and (differing := differences(found, comm.bcast(found))):
            raise AssertionError(f"rank {comm.rank} has another report than the first: {differing}")
        if comm is None or comm.rank == 0:
            print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
