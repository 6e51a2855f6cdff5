"""Square matrices of the kinds that recurrent networks have, for tests of R(W) and w(W)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import io, sparse
from source_tree import ROOT

CELEGANS = ROOT / "examples/data/celegans_chemical.mtx"


def iid(n: int, degree: int, seed: int = 0) -> Any:
    """About `degree` standard normal entries a row, over sqrt(degree)."""
    rng = np.random.default_rng(seed)
    i, j = np.repeat(np.arange(n), degree), rng.integers(0, n, n * degree)
    W = sparse.coo_array((rng.standard_normal(n * degree) / np.sqrt(degree), (i, j)), shape=(n, n))
    return W.tocsr()


def dense_iid(n: int, seed: int = 0) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal((n, n)) / np.sqrt(n)


def dale(n: int, degree: int, seed: int = 0, inhibitory: float = 0.25) -> Any:
    """Columns of one sign, balanced on average."""
    signs = np.where(np.random.default_rng(seed).random(n) < inhibitory, -(1 - inhibitory) / inhibitory, 1.0)
    return (abs(iid(n, degree, seed)) @ sparse.diags_array(signs)).tocsr()


def by_rows(n: int, degree: int, seed: int = 0) -> Any:
    return dale(n, degree, seed).T.tocsr()


def ring(n: int, seed: int = 0) -> Any:
    """Local excitation and wider inhibition, with noise."""
    offsets = np.arange(-8, 9)
    weights = 1.2 * np.exp(-(offsets**2) / 8) - 0.5 * np.exp(-(offsets**2) / 40)
    i = np.arange(n)
    rows, cols = np.tile(i, len(offsets)), np.concatenate([(i + d) % n for d in offsets])
    noise = 1 + 0.3 * np.random.default_rng(seed).standard_normal(len(rows))
    return sparse.coo_array((np.repeat(weights, n) * noise, (rows, cols)), shape=(n, n)).tocsr()


def lattice(side: int, seed: int = 0, drift: float = 0.2) -> Any:
    """Four neighbours with a drift; a third of the neurons inhibit."""
    line = sparse.diags_array([np.full(side - 1, np.exp(-drift)), np.full(side - 1, np.exp(drift))], offsets=[-1, 1])
    eye = sparse.eye_array(side)
    signs = np.where(np.random.default_rng(seed).random(side * side) < 1 / 3, -1.0, 1.0)
    return ((sparse.kron(eye, line) + sparse.kron(line, eye)) / 4 @ sparse.diags_array(signs)).tocsr()


def symmetric(n: int, degree: int, seed: int = 0) -> Any:
    W = iid(n, degree, seed)
    return ((W + W.T) / 2).tocsr()


def skew(n: int, degree: int, seed: int = 0) -> Any:
    W = iid(n, degree, seed)
    return ((W - W.T) / 2).tocsr()


def low_rank(n: int, rank: int, seed: int = 0) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    U, V = rng.standard_normal((n, rank)), rng.standard_normal((n, rank))
    return 0.5 * dense_iid(n, seed) + (1.5 * U + V) @ V.T / n


def power_law(n: int, seed: int = 0) -> Any:
    """Degrees with a heavy tail, both signs."""
    rng = np.random.default_rng(seed)
    degree = np.minimum(n, (2 * rng.pareto(1.5, n) + 2)).astype(int)
    i = np.repeat(np.arange(n), degree)
    j = (n * rng.random(len(i)) ** 2).astype(int)
    return sparse.coo_array((rng.standard_normal(len(i)) / 3, (i, j)), shape=(n, n)).tocsr()


@cache
def connectome() -> Any:
    return sparse.csr_array(io.mmread(CELEGANS))


def celegans(seed: int, inhibitory: float = 0.3) -> tuple[Any, npt.NDArray[np.bool_]]:
    """The connectome with random inhibitory columns, over rho(|W|), and the excitatory neurons."""
    inhibits = np.random.default_rng(seed).random(connectome().shape[0]) < inhibitory
    return (connectome() @ sparse.diags_array(np.where(inhibits, -1.0, 1.0)) / 106.0979).tocsr(), ~inhibits


def trained(n: int, seed: int = 0, steps: int = 40) -> npt.NDArray[np.float64]:
    """Recurrent weights of a tanh network after gradient steps towards keeping a sign for 12 steps."""
    rng = np.random.default_rng(seed)
    W, w_in, w_out = dense_iid(n, seed), rng.standard_normal(n), rng.standard_normal(n) / np.sqrt(n)
    length, batch, rate = 12, 16, 0.3
    for _ in range(steps):
        target = rng.choice([-1.0, 1.0], batch)
        x = np.zeros((n, batch))
        states, outputs = [x], []
        for t in range(length):
            x = W @ np.tanh(x) + (np.outer(w_in, target) if t == 0 else 0.0)
            states.append(x)
            outputs.append(np.tanh(x))
        error = w_out @ outputs[-1] - target
        g = np.outer(w_out, error) * (1 - outputs[-1] ** 2) / batch
        gradient = np.zeros_like(W)
        for t in range(length, 1, -1):
            gradient += g @ outputs[t - 2].T
            g = (W.T @ g) * (1 - np.tanh(states[t - 1]) ** 2)
        norm = np.linalg.norm(gradient)
        W = W - rate * gradient / max(1.0, norm)
    return W


def dense(W: Any) -> npt.NDArray[np.float64]:
    return W.toarray() if sparse.issparse(W) else np.asarray(W, dtype=np.float64)


def radius(W: Any) -> float:
    return float(np.abs(np.linalg.eigvals(dense(W))).max())
