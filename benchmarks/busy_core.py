"""What a product with two threads takes while another process keeps one of the machine's two cores busy.

    python benchmarks/busy_core.py

Medians over many calls, as a Markdown table: one thread on the idle machine, two on the idle machine, two beside the
busy process. The last column is the third against the first.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import statistics
import time

import numpy as np
from kernel_cases import RANDOM, random_matrix

import rhochain as rc


def spin() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    while True:
        pass


@contextlib.contextmanager
def busy_core():
    process = multiprocessing.get_context("spawn").Process(target=spin, daemon=True)
    process.start()
    time.sleep(1.0)
    try:
        yield
    finally:
        process.kill()
        process.join()


def milliseconds(A, x, y, seconds=2.0) -> float:
    """The median call's; each result has the bits of y."""
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        result = A @ x
        times.append((time.perf_counter() - begin) * 1e3)
        np.testing.assert_array_equal(result, y)
    return statistics.median(times)


def main() -> None:
    print(
        "| matrix | one thread, ms | two, ms | two beside a busy process, ms | against one |\n|---|---:|---:|---:|---:|"
    )
    for name in ("100k x 10", "139k x 108", "1M x 10"):
        W = random_matrix(*RANDOM[name])
        two = rc.Matrix(W, threads=2)
        one = rc.Matrix(two, threads=1)
        x = np.random.default_rng(0).standard_normal(W.shape[1])
        y = two @ x
        np.testing.assert_allclose(y, W @ x, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(two @ x, y)
        alone, both = milliseconds(one, x, y), milliseconds(two, x, y)
        with busy_core():
            beside = milliseconds(two, x, y)
        print(f"| {name} | {alone:.3g} | {both:.3g} | {beside:.3g} | {beside / alone:.2f} |", flush=True)


if __name__ == "__main__":
    main()
