"""What `rhochain.Matrix` takes to prepare W for its products, in products with W, and the memory it holds.

    python benchmarks/preparing.py

For one vector (tiles, which serve W and W^T) and for eight (a layout of W^T): the second product on each
side, which makes what is missing, less the fastest of those after it. Medians and ranges of several preparations, as a
Markdown table; memory is that of the layouts against the CSR arrays.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from kernel_cases import RANDOM, random_matrix

import rhochain as rc

PREPARATIONS, PRODUCTS = 9, 15


def timed(call) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def prepare(W, columns: int) -> tuple[float, float, float]:
    """Seconds of a preparation for both sides and of a product, and the layouts' share of W's own bytes."""
    A = rc.Matrix(W)
    X = np.ones(W.shape[1]) if columns == 1 else np.ones((W.shape[1], columns))
    expected = W @ X, W.T @ X
    sides = (A, A.T)
    for side, truth in zip(sides, expected, strict=True):
        np.testing.assert_allclose(side @ X, truth, rtol=0, atol=1e-9 * np.sqrt(W.nnz))
    seconds, products = 0.0, []
    for side in sides:
        second = timed(lambda side=side: side @ X)
        products.append(min(timed(lambda side=side: side @ X) for _ in range(PRODUCTS)))
        seconds += second - products[-1]
    for side, truth in zip(sides, expected, strict=True):
        np.testing.assert_allclose(side @ X, truth, rtol=0, atol=1e-9 * np.sqrt(W.nnz))
    stored = W.data.nbytes + W.indices.nbytes + W.indptr.nbytes
    return seconds, sum(products) / 2, A.nbytes / stored


def row(name: str, W, columns: int) -> str:
    runs = [prepare(W, columns) for _ in range(PREPARATIONS)]
    product = min(p for _, p, _ in runs)
    ratios = [s / product for s, _, _ in runs]
    milliseconds = statistics.median(s for s, _, _ in runs) * 1e3
    return (
        f"| {name} | {columns} | {milliseconds:.1f} | {statistics.median(ratios):.1f} "
        f"({min(ratios):.1f} to {max(ratios):.1f}) | {runs[0][2]:.2f} |"
    )


def main() -> None:
    print("| matrix | vectors | preparing, ms | in products | memory / CSR |\n|---|---:|---:|---:|---:|")
    for name in ("100k x 10", "139k x 108", "1M x 10"):
        W = random_matrix(*RANDOM[name])
        for columns in (1, 8):
            print(row(name, W, columns), flush=True)


if __name__ == "__main__":
    main()
