"""What calls take with the default threads against one thread, alone and with as many busy processes as cores.

    python benchmarks/busy_cores.py

Medians of alternating calls, as a Markdown table; a ratio is default threads against `threads=1` in the same rounds.
The processes spin in Python, one bound to each core.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import statistics
import time

import numpy as np
from kernel_cases import RANDOM, random_matrix

import rhochain as rc

STEPS = 100


def spin(core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    while True:
        pass


@contextlib.contextmanager
def busy(cores: list[int]):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=spin, args=(core,), daemon=True) for core in cores]
    for process in processes:
        process.start()
    time.sleep(1.0)
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def calls(case: str):
    """By name a function of the number of threads; each returns what must not depend on it."""
    W = random_matrix(*RANDOM[case])
    rng = np.random.default_rng(1)
    slopes, g = rng.uniform(0.5, 1.0, (STEPS, W.shape[0])), rng.standard_normal(W.shape[0])
    matrices = {threads: rc.Matrix(W, threads=threads) for threads in (1, None)}
    chains = {threads: rc.JacobianChain(A, slopes=slopes) for threads, A in matrices.items()}
    return {
        "sigma_1": lambda threads: rc.spectral_norm(matrices[threads]).value,
        "rho": lambda threads: rc.spectral_radius(matrices[threads]).value,
        "Perron": lambda threads: rc.perron_radius(matrices[threads]).value,
        f"chain, {STEPS} steps": lambda threads: float(chains[threads].vjp(g).log_norms[-1]),
    }


def medians(work, rounds: int) -> tuple[float, float]:
    """Seconds with one thread and with the default threads, in turns."""
    times: dict[int | None, list[float]] = {1: [], None: []}
    values = set()
    for _ in range(rounds):
        for threads, list_of in times.items():
            begin = time.perf_counter()
            values.add(work(threads))
            list_of.append(time.perf_counter() - begin)
    assert len(values) == 1, values
    return statistics.median(times[1]), statistics.median(times[None])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", default="100k x 10", choices=RANDOM)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    print(f"| {given.case}, {len(cores)} cores | alone: 1 thread, s | default, s | ratio ", end="")
    print("| busy: 1 thread, s | default, s | ratio |\n|---|---:|---:|---:|---:|---:|---:|")
    for name, work in calls(given.case).items():
        work(1), work(None)
        alone = medians(work, given.rounds)
        with busy(cores):
            beside = medians(work, given.rounds)
        cells = [f"{one:.3g} | {default:.3g} | {default / one:.2f}" for one, default in (alone, beside)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
