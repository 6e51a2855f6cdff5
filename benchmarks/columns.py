"""Products with blocks of 1 to 32 columns: milliseconds, and what a column costs beside a product with one vector.

    python benchmarks/columns.py [--case "139k x 108"]

W and W^T, the fastest of several calls after the layouts are there, SciPy beside them; as a Markdown table.
"""

from __future__ import annotations

import argparse

import numpy as np
from kernel_cases import RANDOM, random_matrix
from roofline import fastest

import rhochain as rc

COLUMNS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32)


def row(A, W, columns: int, calls: int, one: float | None) -> tuple[str, float]:
    X = np.random.default_rng(columns).standard_normal((W.shape[1], columns))
    if columns == 1:
        X = X[:, 0]
    for side, stored in ((A, W), (A.T, W.T)):
        for _ in range(2):
            np.testing.assert_allclose(side @ X, stored @ X, rtol=0, atol=1e-9 * np.sqrt(W.nnz))
    forward, adjoint = fastest(lambda: A @ X, calls), fastest(lambda: A.T @ X, calls)
    scipy = fastest(lambda: W @ X, 3)
    one = one or forward
    cells = [str(columns), *(f"{t * 1e3:.3g}" for t in (forward, adjoint, scipy)), f"{forward / one:.1f}"]
    return "| " + " | ".join(cells) + " |", one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="139k x 108", choices=list(RANDOM))
    W = random_matrix(*RANDOM[parser.parse_args().case])
    A = rc.Matrix(W)
    print("| columns | W X, ms | W^T X, ms | SciPy's W X, ms | W X in products |\n|---:|---:|---:|---:|---:|")
    one = None
    for columns in COLUMNS:
        line, one = row(A, W, columns, 12, one)
        print(line, flush=True)


if __name__ == "__main__":
    main()
