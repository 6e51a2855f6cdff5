"""rho of small and dense matrices: `rhochain.spectral_radius` with and without proofs beside `numpy.linalg.eigvals`.

    OMP_NUM_THREADS=1 python benchmarks/small.py                    # n = 20 to 300, four matrices of each kind
    OMP_NUM_THREADS=1 python benchmarks/small.py --size 100 --matrices 10

Each call runs several times in turns, and the median counts. The brackets have to hold the value of `eigvals`, and with
proofs both ends have to be PROVED within 1e-6. A Markdown table: medians in milliseconds, ratios to `eigvals`, and the
largest width with proofs.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

import rhochain as rc

ROUNDS = 7


def kinds(n: int, seed: int) -> dict:
    rng = np.random.default_rng(seed)
    G = rng.standard_normal((n, n))
    return {
        "dense": G,
        "degree 5": np.where(rng.random((n, n)) < 5 / n, G, 0.0),
        "Dale": np.abs(G) * np.where(rng.random(n) < 0.8, 1.0, -4.0),
        "symmetric": G + G.T,
        "orthogonal": np.linalg.qr(G)[0],
    }


def milliseconds(calls: list) -> list[float]:
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for call, own in zip(calls, times, strict=True):
            begin = time.perf_counter()
            call()
            own.append(1e3 * (time.perf_counter() - begin))
    return [statistics.median(own) for own in times]


def line(n: int, kind: str, count: int) -> str:
    rows, widths = [], []
    for seed in range(count):
        W = kinds(n, seed)[kind]
        truth = np.abs(np.linalg.eigvals(W)).max()
        for proved in (False, True):
            b = rc.spectral_radius(W, proved=proved)
            assert b.lower.value <= truth * (1.0 + 1e-11)
            assert b.upper.value >= truth * (1.0 - 1e-11)
        assert b.lower.grade is b.upper.grade is rc.Grade.PROVED
        assert b.width <= 1e-6
        widths.append(b.width)
        calls = [
            lambda W=W: np.linalg.eigvals(W),
            lambda W=W: rc.spectral_radius(W),
            lambda W=W: rc.spectral_radius(W, proved=True),
        ]
        rows.append(milliseconds(calls))
    eigvals, default, proved = (statistics.median(column) for column in zip(*rows, strict=True))
    cells = [str(n), kind, f"{eigvals:.3f}", f"{default:.3f}", f"{default / eigvals:.2f}", f"{proved:.3f}"]
    return f"| {' | '.join([*cells, f'{proved / eigvals:.2f}', f'{max(widths):.0e}'])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, action="append")
    parser.add_argument("--matrices", type=int, default=4)
    options = parser.parse_args()
    titles = ["n", "W", "eigvals, ms", "default, ms", "ratio", "proved, ms", "ratio", "largest width"]
    print(f"| {' | '.join(titles)} |")
    print(f"|---:|---|{'---:|' * (len(titles) - 2)}")
    for n in options.size or [20, 50, 100, 200, 300]:
        for kind in kinds(3, 0):
            print(line(n, kind, options.matrices), flush=True)


if __name__ == "__main__":
    main()
