"""Gradients through chains of 1,000 to 20,000 neurons beside the loop that a user writes with SciPy.

    python benchmarks/small_chains.py [--threads 2] [--steps 1000] [--case 10000x10]

Microseconds a step, the fastest of several runs in turns, as a Markdown table. `loop`: v = W.T @ (s[k] * v) for vjp,
v = s[k] * (W @ v) for jvp (convention "post"), nothing rescaled. `limit`: independent random reads of numbers from an x
of this length, one for each entry, or 64 bytes for each entry with eight vectors, at the rates that plain loops reach
(ceilings.cpp); the share of the limit is the limit against the time of vjp.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from kernel_cases import random_matrix

import rhochain as rc

CASES = ("1000x10", "1000x100", "10000x10", "10000x100", "20000x10")


def network(case: str, steps: int):
    """W, slopes whose chains neither vanish nor overflow within so many steps."""
    n, degree = (int(part) for part in case.split("x"))
    W = random_matrix(n, degree)
    W.data /= np.sqrt(degree)
    return W, np.random.default_rng(3).uniform(0.7, 1.3, (steps, n))


def vjp_loop(W, s, v):
    for k in range(len(s) - 1, -1, -1):
        v = W.T @ (s[k] * v if v.ndim == 1 else s[k][:, None] * v)
    return v


def jvp_loop(W, s, v):
    for row in s:
        v = (row if v.ndim == 1 else row[:, None]) * (W @ v)
    return v


def chains(W, s, threads: int):
    """The two chains that the loops compute: W^T diag(s) backward, diag(s) W forward."""
    chain = rc.JacobianChain(rc.Matrix(W, threads=threads), slopes=s, convention="post")
    return chain.vjp, chain.jvp


def check(W, s, v) -> None:
    for chain, loop in zip(chains(W, s, 2), (vjp_loop, jvp_loop), strict=True):
        expected = loop(W, s, v)
        found = np.ldexp(*chain(v).vectors)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def fastest(calls, seconds: float) -> list[float]:
    best, end = [np.inf] * len(calls), time.perf_counter() + seconds
    while time.perf_counter() < end:
        for k, call in enumerate(calls):
            begin = time.perf_counter()
            call()
            best[k] = min(best[k], time.perf_counter() - begin)
    return best


def reads_per_second(n: int, threads: int) -> float:
    source = Path(__file__).with_name("ceilings.cpp")
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder) / "ceilings")
        subprocess.run(["c++", "-std=c++20", "-O3", "-march=native", "-pthread", source, "-o", program], check=True)
        ran = subprocess.run([program, str(threads), str(n)], capture_output=True, text=True, check=True)
    rates = json.loads(ran.stdout)
    return float(rates["gather"][str(n)]) * 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each row")
    parser.add_argument("--case", action="append", choices=CASES)
    given = parser.parse_args()
    print(f"| {given.threads} threads, {given.steps} steps | vectors | vjp, us | loop, us | ratio ", end="")
    print("| jvp, us | loop, us | ratio | limit, us | share |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for case in given.case or CASES:
        W, s = network(case, given.steps)
        for vectors in (1, 8):
            n = W.shape[0] * vectors
            v = np.random.default_rng(4).standard_normal(W.shape[0] if vectors == 1 else (W.shape[0], vectors))
            check(W, s[:50], v)
            backward, forward = chains(W, s, given.threads)
            calls = [partial(backward, v), partial(vjp_loop, W, s, v), partial(forward, v), partial(jvp_loop, W, s, v)]
            t = [x / given.steps * 1e6 for x in fastest(calls, given.seconds)]
            limit = W.nnz * vectors / reads_per_second(n, given.threads) * 1e6 / (1 if vectors == 1 else vectors)
            cells = [t[0], t[1], t[1] / t[0], t[2], t[3], t[3] / t[2], limit]
            print(f"| {case} | {vectors} | {' | '.join(f'{x:.3g}' for x in cells)} | {limit / t[0]:.0%} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
