"""The matrices on which two builds are compared, by name: every storage, structure, size and scale that the core tells
apart. Numbers come from seeded generators and from sums in a fixed order, so that every process has the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from kernel_cases import banded_matrix, hub_matrix, random_matrix
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

import rhochain as rc

CONNECTOME = Path(__file__).parents[2] / "examples/data/celegans_chemical.mtx"
HOLLOW = sparse.csr_array((np.zeros(3), np.array([1, 2, 0]), np.array([0, 1, 2, 3])), shape=(3, 3))


def scaled(n: int, degree: int, dtype: Any = np.float64) -> sparse.csr_array:
    """Gaussian entries in random columns, rho(W) about 1."""
    W = random_matrix(n, degree, dtype)
    W.data /= W.dtype.type(np.sqrt(degree))
    return W


def with_data(W: sparse.csr_array, data: Any) -> sparse.csr_array:
    return sparse.csr_array((data, W.indices, W.indptr), shape=W.shape)


def with_long_indices(W: sparse.csr_array) -> sparse.csr_array:
    W = W.copy()
    W.indices, W.indptr = W.indices.astype(np.int64), W.indptr.astype(np.int64)
    return W


def unsorted(W: sparse.csr_array) -> sparse.csr_array:
    """The entries of each row in reverse, the last one of each row in two halves."""
    rows = np.repeat(np.arange(W.shape[0]), np.diff(W.indptr))[::-1]
    order = np.argsort(rows, kind="stable")
    columns, data = W.indices[::-1][order], W.data[::-1][order]
    first = W.indptr[:-1][np.diff(W.indptr) > 0]
    data[first] *= 0.5
    columns, data = np.insert(columns, first, columns[first]), np.insert(data, first, data[first])
    indptr = W.indptr + np.concatenate([[0], np.cumsum(np.diff(W.indptr) > 0)]).astype(np.int32)
    return sparse.csr_array((data, columns, indptr), shape=W.shape)


def dense(m: int, n: int, dtype: Any = np.float64, order: str = "C") -> np.ndarray:
    values = np.random.default_rng(m + n).standard_normal((m, n)) / np.sqrt(n)
    return np.asarray(values, dtype=dtype, order=order)


def diagonals(n: int, values: dict[int, Any]) -> sparse.csr_array:
    return sparse.diags_array(list(values.values()), offsets=list(values), shape=(n, n), format="csr")


def wrapped(n: int, values: dict[int, Any]) -> sparse.csr_array:
    """Diagonals that go on at the other side."""
    i = np.arange(n)
    rows, columns = np.tile(i, len(values)), np.concatenate([(i + k) % n for k in values])
    data = np.concatenate([np.broadcast_to(v, n) for v in values.values()])
    return sparse.coo_array((data, (rows, columns)), shape=(n, n)).tocsr()


def cycle(n: int) -> sparse.csr_array:
    rng = np.random.default_rng(n)
    order = rng.permutation(n)
    values = rng.choice([-1.0, 1.0], n) * np.exp(rng.normal(size=n))
    return sparse.coo_array((values, (order, np.roll(order, 1))), shape=(n, n)).tocsr()


def acyclic(n: int, degree: int) -> sparse.csr_array:
    rng = np.random.default_rng(n)
    i, j, order = *rng.integers(0, n, (2, n * degree)), rng.permutation(n)
    i, j = order[np.minimum(i, j)[i != j]], order[np.maximum(i, j)[i != j]]
    return sparse.coo_array((rng.standard_normal(i.size), (i, j)), shape=(n, n)).tocsr()


def nonnegative(n: int, degree: int) -> sparse.csr_array:
    W = scaled(n, degree)
    return with_data(W, np.abs(W.data))


def signature(n: int, degree: int) -> sparse.csr_array:
    """D |W| D with signs D."""
    signs = np.random.default_rng(n + 1).choice([-1.0, 1.0], n)
    W = nonnegative(n, degree)
    return with_data(W, W.data * signs[W.indices] * np.repeat(signs, np.diff(W.indptr)))


def rotations(n: int) -> sparse.csr_array:
    """1.25 times three products of plane rotations."""
    rng = np.random.default_rng(n)
    Q: Any = 1.25 * sparse.eye_array(n, format="csr")
    for _ in range(3):
        i, j = rng.permutation(n).reshape(2, -1)
        c, s = np.cos(angle := rng.uniform(0, 2 * np.pi, n // 2)), np.sin(angle)
        rows, columns = np.r_[i, j, i, j], np.r_[i, j, j, i]
        Q = sparse.coo_array((np.r_[c, c, s, -s], (rows, columns)), shape=(n, n)).tocsr() @ Q
    return Q


def components(sizes: tuple[int, ...], *, tied: bool = False) -> sparse.csr_array:
    """Irreducible blocks below each other, edges between them, in random order."""
    n = sum(sizes)
    blocks = [scaled(size, 6) * (1.0 if tied else 1.0 + 0.1 * k) for k, size in enumerate(sizes)]
    order = np.random.default_rng(n).permutation(n)
    first = np.cumsum((0, *sizes))
    edges = sparse.coo_array((np.full(len(sizes) - 1, 0.7), (first[:-2], first[1:-1])), shape=(n, n))
    return (sparse.block_diag(blocks, format="csr") + edges).tocsr()[order][:, order]


def powers_of_ten(n: int) -> sparse.csr_array:
    """Entries from 1e-300 to 1e280."""
    W = scaled(n, 5)
    return with_data(W, W.data * 10.0 ** np.random.default_rng(n).integers(-300, 280, W.nnz))


def operator(n: int, *, adjoint: bool) -> LinearOperator:
    W = scaled(n, 10)
    back = {"rmatvec": lambda y: W.T @ y, "rmatmat": lambda Y: W.T @ Y} if adjoint else {}
    return LinearOperator(W.shape, matvec=lambda x: W @ x, matmat=lambda X: W @ X, dtype=np.float64, **back)


SQUARE: dict[str, Callable[[], Any]] = {
    "1x1": lambda: np.array([[-2.5]]),
    "2x2 rotation": lambda: np.array([[0.0, 4.0], [-1.0, 0.0]]),
    "2x2 defective": lambda: np.array([[1.0, 1.0], [0.0, 1.0]]),
    "2x2 of the README": lambda: np.array([[0.0, 10.0], [-0.012, 1.1]]),
    "zero, dense": lambda: np.zeros((4, 4)),
    "zero, sparse": lambda: sparse.csr_array((6, 6)),
    "zeros stored": lambda: HOLLOW,
    "cycle of 7": lambda: cycle(7),
    "cycle of 400": lambda: cycle(400),
    "shift": lambda: diagonals(30, {1: np.full(29, -3.0)}),
    "acyclic": lambda: acyclic(600, 4),
    "dense 20": lambda: dense(20, 20),
    "dense 20, Fortran": lambda: dense(20, 20, order="F"),
    "dense 33, float32": lambda: dense(33, 33, np.float32),
    "sparse 40": lambda: scaled(40, 6),
    "sparse 41": lambda: scaled(41, 6),
    "nonnegative 35": lambda: nonnegative(35, 5),
    "nonnegative 800": lambda: nonnegative(800, 8),
    "signature 38": lambda: signature(38, 5),
    "signature 900": lambda: signature(900, 6),
    "symmetric": lambda: (W := scaled(300, 5)) + W.T,
    "skew": lambda: (W := scaled(301, 5)) - W.T,
    "rotations": lambda: rotations(300),
    "defective": lambda: diagonals(
        60, {0: np.repeat([0.9, -0.9, 0.5], 20), 1: np.where(np.arange(59) % 20 == 19, 0, 1)}
    ),
    "several components": lambda: components((1, 2, 5, 40, 41, 150, 400)),
    "tied components": lambda: components((60, 60, 60, 30, 30), tied=True),
    "1e-300": lambda: with_data(W := scaled(300, 8), W.data * 1e-300),
    "1e280": lambda: with_data(W := scaled(300, 8), W.data * 1e280),
    "1e-300, dense": lambda: dense(12, 12) * 1e-300,
    "1e280, dense": lambda: dense(60, 60) * 1e280,
    "1e-310, subnormal": lambda: with_data(W := scaled(50, 5), W.data * 1e-310),
    "1e-300 to 1e280": lambda: powers_of_ten(60),
    "1000 x 10": lambda: scaled(1000, 10),
    "1000 x 10, int64": lambda: with_long_indices(scaled(1000, 10)),
    "1000 x 10, float32": lambda: scaled(1000, 10, np.float32),
    "1000 x 10, float32, int64": lambda: with_long_indices(scaled(1000, 10, np.float32)),
    "1000 x 10, unsorted": lambda: unsorted(scaled(1000, 10)),
    "500 x 7, CSC": lambda: scaled(500, 7).tocsc(),
    "integers": lambda: np.random.default_rng(5).integers(-3, 4, (50, 50)),
    "booleans": lambda: with_data(W := scaled(200, 4), W.data > 0.0),
    "float16": lambda: dense(45, 45, np.float16),
    "3000 x 5": lambda: scaled(3000, 5),
    "dense 300": lambda: dense(300, 300),
    "dense 300, Fortran": lambda: dense(300, 300, order="F"),
    "dense 300, float32": lambda: dense(300, 300, np.float32),
    "dense 300, float32, Fortran": lambda: dense(300, 300, np.float32, "F"),
    "operator": lambda: operator(300, adjoint=True),
    "operator without adjoint": lambda: operator(301, adjoint=False),
    "Grcar": lambda: diagonals(500, {-1: np.full(499, -1.0)} | {k: np.ones(500 - k) for k in range(4)}),
    "Toeplitz": lambda: diagonals(
        700, {k: np.full(700 - abs(k), v) for k, v in zip((-2, 0, 1), (0.5, 0.2, -1.5), strict=True)}
    ),
    "Toeplitz, symmetric": lambda: diagonals(
        400, {-1: np.full(399, 0.75), 0: np.full(400, 0.5), 1: np.full(399, 0.75)}
    ),
    "band, tilted": lambda: diagonals(800, {-1: np.full(799, 4.0), 1: np.full(799, -0.01), 2: np.full(798, 0.002)}),
    "band of 9": lambda: banded_matrix(2000, 9),
    "band of 9, float32": lambda: banded_matrix(2000, 9).astype(np.float32),
    "circulant": lambda: wrapped(600, {0: 0.5, 1: -1.25, 2: 0.75, 599: 2.0}),
    "band, wrapped": lambda: wrapped(900, {k: np.random.default_rng(k + 9).normal(size=900) for k in (-2, -1, 0, 3)}),
    "Kronecker": lambda: sparse.kron(dense(4, 4), scaled(100, 4), format="csr"),
    "rank one": lambda: sparse.csr_array(np.outer(np.arange(60) - 20.0, np.cos(np.arange(60.0)))),
    "triangular": lambda: acyclic(500, 5) + sparse.diags_array(np.random.default_rng(3).uniform(-1, 1, 500)),
    "hub": lambda: hub_matrix(5000, 6),
    "connectome": lambda: rc.load(CONNECTOME),
}
LARGE: dict[str, Callable[[], Any]] = {
    "20k x 10": lambda: scaled(20_000, 10),
    "70k x 5": lambda: scaled(70_000, 5),
    "200k x 5": lambda: scaled(200_000, 5),
    "300k x 5": lambda: scaled(300_000, 5),
    "140k x 3, float32": lambda: scaled(140_000, 3, np.float32),
    "band of 7, 150k": lambda: banded_matrix(150_000, 7),
    "nonnegative, 70k x 4": lambda: nonnegative(70_000, 4),
}
RECTANGULAR: dict[str, Callable[[], Any]] = {
    "wide": lambda: scaled(900, 6)[:200],
    "tall": lambda: scaled(900, 6)[:, :200].tocsr(),
    "wide, dense": lambda: dense(30, 200, np.float32),
    "tall, dense, Fortran": lambda: dense(200, 30, order="F"),
    "column": lambda: dense(50, 1),
}


@lru_cache(maxsize=1)
def last_built(name: str) -> Any:
    return (SQUARE | LARGE | RECTANGULAR)[name]()


def matrix(name: str) -> Any:
    """The matrix, one and the same object while no other is asked for."""
    return last_built(name)
