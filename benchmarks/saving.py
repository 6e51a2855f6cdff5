"""What a checkpoint costs at its default interval: the time of one save beside 300 seconds.

For each kind of run on a matrix of independent normal entries, the estimate runs for `--seconds` with a file, is ended
by the clock in mid-run, and its last state is saved again `--repeat` times: copied twice, as by the core and by its
binding, digested, written and brought to the disk. The share is the median of these times over 300 s.

Run `python benchmarks/saving.py [--neurons 1000000] [--entries 10] [--seconds 20] [--folder DIR]`. The folder should be
on the file system that a job would use.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

import rhochain as rc
from rhochain.estimates.run_logs import RunLogs

INTERVAL = 300.0
RUNS: dict[str, Callable[..., Any]] = {
    "radius": lambda W, **options: rc.spectral_radius(W, rtol=1e-6, **options),
    "Perron radius": lambda W, **options: rc.perron_radius(W, rtol=1e-12, **options),
    "norm": lambda W, **options: rc.spectral_norm(W, rtol=1e-9, **options),
    "scaling": lambda W, **options: rc.scaled_norm(W, rtol=1e-4, **options),
    "check": lambda W, **options: rc.check(W, activation="tanh", **options),
}


def iid(n: int, degree: int) -> sparse.csr_array:
    rng = np.random.default_rng(1)
    entries = rng.standard_normal(n * degree) / np.sqrt(degree)
    rows = np.repeat(np.arange(n), degree)
    return sparse.csr_array((entries, (rows, rng.integers(0, n, n * degree))), shape=(n, n))


class Watched(RunLogs):
    """Keeps the logs of the last run, to write them again."""

    last: RunLogs

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        Watched.last = self


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neurons", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", default=None)
    options = parser.parse_args()
    rc.estimates.run_logs.RunLogs = Watched
    rc.checking.checks.RunLogs = Watched
    W = rc.Matrix(iid(options.neurons, options.entries))
    print("| run | file | one save | share of 300 s |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for name, run in RUNS.items():
            path = Path(folder) / "a.run"
            run(W, max_seconds=options.seconds, checkpoint=path)
            times: list[float] = []
            for _ in range(options.repeat):
                began = time.perf_counter()
                for _ in range(2):
                    for _, _, integers, reals in itertools.chain(*Watched.last._logs.values()):
                        _ = integers.copy(), reals.copy()
                Watched.last._write()
                times.append(time.perf_counter() - began)
            size = path.stat().st_size
            path.unlink()
            median = statistics.median(times)
            print(f"| {name} | {size / 1e6:.0f} MB | {median:.2f} s | {median / INTERVAL:.2%} |", flush=True)


if __name__ == "__main__":
    main()
