"""Sparse products against SciPy, MKL (where sparse-dot-mkl is installed) and dense NumPy; each checked beside its time.

Run `python -m pytest benchmarks/bench_kernels.py -o testpaths= --benchmark-only --benchmark-group-by=group`, both cores
idle; ratios within one run are what counts. `python benchmarks/roofline.py` sets them against the machine's limits.
"""

from __future__ import annotations

import numpy as np
import pytest
from kernel_cases import RANDOM, banded_matrix, hub_matrix, random_matrix

import rhochain as rc

try:
    import sparse_dot_mkl as mkl
except ImportError:
    mkl = None

CASES = {
    **{name: (lambda size=size: random_matrix(*size)) for name, size in RANDOM.items() if name != "8M x 10"},
    "100k x 10, float32": lambda: random_matrix(100_000, 10, np.float32),
    "1M x 10, hub": lambda: hub_matrix(1_000_000, 10),
    "4M, 9 diagonals": lambda: banded_matrix(4_000_000, 9),
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    W = CASES[request.param]()
    A = rc.Matrix(W)
    x = np.random.default_rng(1).standard_normal(W.shape[0]).astype(W.dtype)
    for _ in range(2):  # the second product prepares the layout
        A @ x
        A.T @ x
    return request.param, W, A, x


def tolerance(W) -> float:
    return 1e-4 if W.dtype == np.float32 else 1e-11


def check(W, y, expected) -> None:
    assert np.abs(y - expected).max() <= tolerance(W) * np.abs(expected).max()


class TestProduct:
    def test_rhochain(self, benchmark, case):
        name, W, A, x = case
        benchmark.group = f"W x, {name}"
        check(W, benchmark(lambda: A @ x), W @ x)

    def test_scipy(self, benchmark, case):
        name, W, _, x = case
        benchmark.group = f"W x, {name}"
        benchmark(lambda: W @ x)

    @pytest.mark.skipif(mkl is None, reason="sparse-dot-mkl is not installed")
    def test_mkl(self, benchmark, case):
        name, W, _, x = case
        benchmark.group = f"W x, {name}"
        check(W, benchmark(lambda: mkl.dot_product_mkl(W, x)), W @ x)


class TestAdjoint:
    def test_rhochain(self, benchmark, case):
        name, W, A, x = case
        benchmark.group = f"W^T x, {name}"
        check(W, benchmark(lambda: A.T @ x), W.T @ x)

    def test_scipy(self, benchmark, case):
        name, W, _, x = case
        benchmark.group = f"W^T x, {name}"
        benchmark(lambda: W.T @ x)


class TestBlock:
    def test_rhochain(self, benchmark, case):
        name, W, A, x = case
        X = np.outer(x, np.arange(1, 9, dtype=W.dtype))
        benchmark.group = f"W X, 8 columns, {name}"
        check(W, benchmark(lambda: A @ X), W @ X)

    def test_scipy(self, benchmark, case):
        name, W, _, x = case
        X = np.outer(x, np.arange(1, 9, dtype=W.dtype))
        benchmark.group = f"W X, 8 columns, {name}"
        benchmark(lambda: W @ X)


class TestDense:
    def test_sparse_rhochain(self, benchmark):
        W = random_matrix(5_000, 10)
        A, x = rc.Matrix(W), np.ones(5_000)
        A @ x
        benchmark.group = "W x, 5k x 10, against dense"
        check(W, benchmark(lambda: A @ x), W @ x)

    def test_dense_numpy(self, benchmark):
        D, x = random_matrix(5_000, 10).toarray(), np.ones(5_000)
        benchmark.group = "W x, 5k x 10, against dense"
        benchmark(lambda: D @ x)
