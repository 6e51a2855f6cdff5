"""10,000 reservoirs at once: `spectral_radius_many` beside `numpy.linalg.eigvals`, on the same threads, in one run.

    python benchmarks/many.py                                # n = 100 and 300, two threads, 10,000 matrices
    python benchmarks/many.py --matrices 400 --rounds 5      # some seconds
    python benchmarks/many.py --size 100 --kind csr --checks

`eigvals` runs in as many Python threads, each with one thread of BLAS. NumPy holds the interpreter's lock for a single
small matrix and releases it for a stack, so that it gets the matrices in stacks of 16, which use all threads; a thread
pool over single matrices is shown beside it. Blocks of each kind run in turns, and the medians of the ratios count. The
brackets have to hold the value of `eigvals`, and some rows have to equal calls for one matrix to the last bit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # read by NumPy when it is imported

import numpy as np  # noqa: E402
from scipy import sparse  # noqa: E402

import rhochain as rc  # noqa: E402

DENSITY = 0.1
STACK = 16


def reservoirs(n: int, count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, n, n)) * (rng.random((count, n, n)) < DENSITY)


def seconds(call: Callable[[], object]) -> tuple[float, object]:
    begin = time.perf_counter()
    found = call()
    return time.perf_counter() - begin, found


def in_stacks(pool: ThreadPoolExecutor, Ws: np.ndarray) -> np.ndarray:
    stacks = [Ws[i : i + STACK] for i in range(0, len(Ws), STACK)]
    return np.concatenate([np.abs(values).max(axis=1) for values in pool.map(np.linalg.eigvals, stacks)])


def one_by_one(pool: ThreadPoolExecutor, Ws: np.ndarray) -> np.ndarray:
    return np.array([np.abs(values).max() for values in pool.map(np.linalg.eigvals, Ws)])


def require_right(many: rc.BracketArrays, truth: np.ndarray, given: object) -> None:
    assert many.converged.mean() > 0.98, many  # the bounds of the others hold and are wider than rtol
    assert (many.lower <= truth * (1 + 1e-11)).all()
    assert (many.upper >= truth * (1 - 1e-11)).all()
    assert np.allclose(many.value[many.converged], truth[many.converged], rtol=2e-3)
    for i in range(0, len(truth), max(1, len(truth) // 5)):
        one = rc.spectral_radius(given[i], threads=1)
        assert repr(many[i].lower) == repr(one.lower)
        assert repr(many[i].upper) == repr(one.upper)
        assert many[i].value == one.value


def turn_of(n: int, kind: str, count: int, seed: int, pool: ThreadPoolExecutor, threads: int) -> dict[str, float]:
    """Milliseconds a matrix of each way."""
    Ws = reservoirs(n, count, seed)
    given = [sparse.csr_array(W) for W in Ws] if kind == "csr" else Ws
    few = slice(0, max(STACK, count // 8))
    stacks, truth = seconds(lambda: in_stacks(pool, Ws))
    many, found = seconds(lambda: rc.spectral_radius_many(given, threads=threads))
    require_right(found, truth, given)
    singles, _ = seconds(lambda: one_by_one(pool, Ws[few]))
    calls, _ = seconds(lambda: list(pool.map(partial(rc.spectral_radius, threads=1), given[few])))
    took = {"stacks": stacks / count, "many": many / count}
    took |= {"singles": singles / len(Ws[few]), "calls": calls / len(Ws[few])}
    return {name: 1e3 * each for name, each in took.items()}


def run(n: int, kind: str, options: argparse.Namespace) -> str:
    count = max(STACK * options.threads, options.matrices // options.rounds)
    pool = ThreadPoolExecutor(options.threads)
    turns = [turn_of(n, kind, count, seed, pool, options.threads) for seed in range(options.rounds)]
    ratio = statistics.median(turn["many"] / turn["stacks"] for turn in turns)
    medians = [statistics.median(turn[name] for turn in turns) for name in ("stacks", "singles", "calls", "many")]
    cells = [f"{each:.3f}" for each in medians]
    return f"| {n} | {kind} | {count * options.rounds:,} | {' | '.join(cells)} | {ratio:.3f} | {1 / ratio:.1f} |"


def checks(n: int, options: argparse.Namespace) -> str:
    count = max(16, options.matrices // 100)
    Ws = [sparse.csr_array(W / np.sqrt(DENSITY * n)) for W in reservoirs(n, count, 0)]
    by_threads = []
    for threads in (1, options.threads):
        took, found = seconds(partial(rc.check_many, Ws, "tanh", threads=threads))
        by_threads.append(1e3 * took / count)
    assert found.verdict[0] == str(rc.check(Ws[0], "tanh", threads=1).verdict)
    grid = {"spectral_radius": [0.5, 0.7, 0.9, 1.1, 1.3], "leak": [0.1, 0.3, 1.0]}
    swept, rows = seconds(lambda: rc.sweep(Ws, **grid, activation="tanh", threads=options.threads))
    assert (rows.status == "done").all()
    cells = [f"{t:.2f}" for t in by_threads]
    return f"| {n} | {' | '.join(cells)} | {by_threads[0] / by_threads[1]:.2f} | {1e3 * swept / len(rows):.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, action="append")
    parser.add_argument("--kind", choices=["csr", "dense"], action="append")
    parser.add_argument("--matrices", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checks", action="store_true", help="check_many and sweep too")
    options = parser.parse_args()
    sizes = options.size or [100, 300]
    titles = ["n", "W", "matrices", "eigvals, stacks", "eigvals, singles", "calls in a pool", "many", "ratio", "times"]
    print(f"Milliseconds a matrix on {options.threads} threads; the ratio is that of `many` to `eigvals` in stacks.\n")
    print(f"| {' | '.join(titles)} |\n|---:|---|{'---:|' * (len(titles) - 2)}")
    for n in sizes:
        for kind in options.kind or ["csr", "dense"]:
            print(run(n, kind, options), flush=True)
    if options.checks:
        print(f"\n| n | check, 1 thread | {options.threads} threads | speed-up | sweep, a row |")
        print("|---:|---:|---:|---:|---:|")
        for n in sizes:
            print(checks(n, options), flush=True)


if __name__ == "__main__":
    main()
