"""Matrices whose rho, sigma_1 and rho(|W|) are known in closed form, at any size."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse


class Case(NamedTuple):
    name: str
    matrix: Any
    radius: float
    norm: float | None  # None: not known in closed form
    perron: float


def circulant(n: int) -> Case:
    c = {0: 0.5, 1: -1.25, 2: 0.75, n - 1: 2.0}
    column = np.zeros(n)
    for j, value in c.items():
        column[j] = value
    top = np.abs(np.fft.fft(column)).max()
    i = np.arange(n)
    rows = np.concatenate([(i + j) % n for j in c])
    values = np.repeat(list(c.values()), n)
    matrix = sparse.coo_array((values, (rows, np.tile(i, len(c)))), shape=(n, n)).tocsr()
    return Case("circulant", matrix, top, top, np.abs(column).sum())


def shift(n: int) -> Case:
    return Case("nilpotent shift", sparse.diags_array(np.full(n - 1, -3.0), offsets=1).tocsr(), 0.0, 3.0, 0.0)


def jordan(n: int) -> Case:
    matrix = (sparse.eye_array(n) + sparse.eye_array(n, k=1)).tocsr()
    return Case("I + N", matrix, 1.0, 2 * np.cos(np.pi / (2 * n + 1)), 1.0)


def rank_one(n: int) -> Case:
    rng = np.random.default_rng(n)
    u, v = np.zeros(n), np.zeros(n)
    rows, cols = rng.choice(n, min(n, 200), replace=False), rng.choice(n, min(n, 200), replace=False)
    cols[:40] = rows[:40]
    u[rows], v[cols] = rng.standard_normal(rows.size), rng.standard_normal(cols.size)
    matrix = (sparse.csr_array(u[:, None]) @ sparse.csr_array(v[None, :])).tocsr()
    return Case("rank one", matrix, abs(v @ u), np.linalg.norm(u) * np.linalg.norm(v), np.abs(u * v).sum())


def symmetric_toeplitz(n: int) -> Case:
    b, a = 0.75, 0.5
    top = a + 2 * b * np.cos(np.pi / (n + 1))
    matrix = sparse.diags_array([np.full(n - 1, b), np.full(n, a), np.full(n - 1, b)], offsets=[-1, 0, 1]).tocsr()
    return Case("tridiagonal, bc > 0", matrix, top, top, top)


def rotating_toeplitz(n: int) -> Case:
    b, a = 0.75, 0.5
    C = np.cos(np.pi / (n + 1))
    radius = np.sqrt(a * a + 4 * b * b * C * C)
    matrix = sparse.diags_array([np.full(n - 1, -b), np.full(n, a), np.full(n - 1, b)], offsets=[-1, 0, 1]).tocsr()
    return Case("tridiagonal, bc < 0", matrix, radius, radius, a + 2 * b * C)


def companion(n: int) -> Case:
    # x^n = 1/2: all roots on one circle; the Perron polynomial is x^n - 1/2 too.
    matrix = sparse.eye_array(n, k=-1, format="lil")
    matrix[0, n - 1] = -0.5
    radius = 0.5 ** (1 / n)
    return Case("companion", matrix.tocsr(), radius, 1.0, radius)


def companion_dense_row(n: int) -> Case:
    c = np.random.default_rng(n).uniform(-1, 1, n)
    matrix = sparse.eye_array(n, k=1, format="lil")
    matrix[n - 1, :] = -c
    S = c @ c
    norm = np.sqrt((S + 1 + np.sqrt((S + 1) ** 2 - 4 * c[0] ** 2)) / 2)
    dense = matrix.toarray()
    radius = np.abs(np.linalg.eigvals(dense)).max()
    perron = np.abs(np.linalg.eigvals(np.abs(dense))).max()
    return Case("companion, full row", matrix.tocsr(), radius, norm, perron)


def givens(n: int) -> Case:
    rng = np.random.default_rng(n)
    gain = 1.25
    Q: Any = sparse.eye_array(n, format="csr")
    for _ in range(3):
        order = rng.permutation(n)
        angle = rng.uniform(0, 2 * np.pi, n // 2)
        i, j = order[: n // 2], order[n // 2 : 2 * (n // 2)]
        diagonal = np.ones(n)
        diagonal[i] = diagonal[j] = np.cos(angle)
        turn = sparse.coo_array((np.concatenate([np.sin(angle), -np.sin(angle)]), (np.r_[i, j], np.r_[j, i])), (n, n))
        Q = (sparse.diags_array(diagonal) + turn).tocsr() @ Q
    return Case("scaled rotations", (gain * Q).tocsr(), gain, gain, np.nan)


def triangular(n: int) -> Case:
    rng = np.random.default_rng(n)
    i = rng.integers(0, n, 5 * n)
    j = rng.integers(0, n, 5 * n)
    upper = i < j
    diagonal = rng.uniform(-1, 1, n)
    strict = sparse.coo_array((rng.standard_normal(upper.sum()), (i[upper], j[upper])), shape=(n, n))
    matrix = (sparse.diags_array(diagonal) + strict).tocsr()
    return Case("upper triangular", matrix, np.abs(diagonal).max(), None, np.abs(diagonal).max())


def kronecker(n: int) -> Case:
    rng = np.random.default_rng(n)
    small = rng.standard_normal((4, 4))
    m = max(4, n // 4)
    cycle = circulant(m)
    radius = np.abs(np.linalg.eigvals(small)).max() * cycle.radius
    norm = np.linalg.norm(small, 2) * cycle.norm
    perron = np.abs(np.linalg.eigvals(np.abs(small))).max() * cycle.perron
    return Case("Kronecker", sparse.kron(small, cycle.matrix, format="csr"), radius, norm, perron)


EVERY_SIZE = (circulant, shift, jordan, rank_one, companion, givens, triangular, kronecker)
SMALL = (*EVERY_SIZE, symmetric_toeplitz, rotating_toeplitz, companion_dense_row)
