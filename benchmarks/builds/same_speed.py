"""The speed of two builds, measured in turns: products, estimates, chains, and what a call costs at n = 20.

    python benchmarks/builds/same_speed.py OLD NEW [--rounds 15] [--only TEXT]

OLD and NEW as in `same_results.py`. Three processes stay alive, OLD, NEW and OLD once more, and are asked for one
measurement at a time, in all orders in turn, so that a drift of the machine meets all alike and the second OLD tells
what is noise. Printed for each measure: the medians, their ratio NEW / OLD, the median of the ratios of the rounds, the
same two for OLD / OLD, and a mark where the ratio of the rounds is more than 3 % beyond the noise. Ends with 1 if a
result differs in any bit; the measures are those of `speed_measures.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import math
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from same_results import interpreter, plain_environment

LEAST_SECONDS = 0.03  # of a measurement
MOST_CALLS = 5000
BEYOND = 0.03


class Child:
    """A process of one build that measures when asked."""

    def __init__(self, python: Path) -> None:
        command = [str(python), str(Path(__file__).resolve().with_name("speed_measures.py"))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=plain_environment()
        )
        self.measures: list[str] = self._answer("the start")

    def ask(self, measure: str, calls: int) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([measure, calls]) + "\n")
        self._process.stdin.flush()
        return self._answer(measure)

    def _answer(self, at: str) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self._process.args[0]} ended at {at}")
        return json.loads(line)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def measured(children: list[Child], measure: str, rounds: int) -> tuple[list[list[float]], bool]:
    """Seconds of each child in each round, and whether all have the same result."""
    results = {child.ask(measure, 0)["digest"] for child in children}
    calls = 1
    for _ in range(2):
        seconds = children[0].ask(measure, calls)["seconds"]
        calls = max(1, min(MOST_CALLS, math.ceil(LEAST_SECONDS / seconds)))
    times: list[list[float]] = [[] for _ in children]
    for _, order in zip(range(rounds), itertools.cycle(itertools.permutations(range(len(children)))), strict=False):
        for k in order:
            times[k].append(children[k].ask(measure, calls)["seconds"])
    return times, len(results) == 1


def ratios(old: list[float], new: list[float]) -> tuple[float, float]:
    """That of the medians, and the median of those of the rounds."""
    rounds = [b / a for a, b in zip(old, new, strict=True)]
    return statistics.median(new) / statistics.median(old), statistics.median(rounds)


def shown(seconds: float) -> str:
    return f"{seconds * 1e6:9.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:9.2f} ms"


def mark(ratio: float, noise: float) -> str:
    beyond = abs(ratio - 1.0) - abs(noise - 1.0)
    if beyond <= BEYOND:
        return ""
    return "SLOWER" if ratio > 1.0 else "faster"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD")
    parser.add_argument("new", metavar="NEW")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", metavar="TEXT", help="measures whose name holds this")
    arguments = parser.parse_args()
    differ = marked = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="same-speed-")))
        old, new = (interpreter(build, scratch) for build in (arguments.old, arguments.new))
        children = [Child(python) for python in (old, new, old)]
        for child in children:
            stack.callback(child.close)
        names = [name for name in children[0].measures if arguments.only in name]
        width = max(map(len, names), default=0)
        print(f"{'':<{width}}  {'OLD':>12}  {'NEW':>12}   medians  rounds   noise: medians  rounds")
        for name in names:
            times, equal = measured(children, name, arguments.rounds)
            (of_medians, of_rounds), (noise_medians, noise) = (ratios(times[0], times[k]) for k in (1, 2))
            remark = "" if equal else "RESULTS DIFFER "
            remark += mark(of_rounds, noise)
            differ += not equal
            marked += bool(mark(of_rounds, noise))
            medians = "  ".join(shown(statistics.median(times[k])) for k in (0, 1))
            figures = f"{of_medians:7.3f} {of_rounds:7.3f}          {noise_medians:7.3f} {noise:7.3f}"
            print(f"{name:<{width}}  {medians}   {figures}  {remark}".rstrip(), flush=True)
    print(f"{len(names)} measures, {marked} beyond the noise by more than {BEYOND:.0%}, {differ} with other results")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
