"""GRU and LSTM cells as their equations stand, in long double, differentiated by complex steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

STEP = np.longdouble(2) ** -4000


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru(U, bias, x, state):
    (h,) = state
    n = len(h)
    a = U @ h + bias
    r, z = sigmoid(x[:n] + a[:n]), sigmoid(x[n : 2 * n] + a[n : 2 * n])
    q = a[2 * n :]
    new = np.tanh(x[2 * n :] + r * q)
    return ((1 - z) * new + z * h,), {"h": h, "r": r, "z": z, "n": new, "q": q}


def lstm(U, bias, x, state):
    h, c = state
    i, f, g, o = np.split(x + U @ h + bias, 4)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c = f * c + i * g
    return (o * np.tanh(c), c), {"i": i, "f": f, "g": g, "o": o, "c": c}


class Network(NamedTuple):
    """A cell, its parameters, inputs by gates (K, G n), and the state it starts from, by blocks."""

    cell: str
    U: Any
    bias: Any
    inputs: Any
    state: tuple[Any, ...]

    @property
    def n(self):
        return self.U.shape[1]

    @property
    def size(self):
        return len(self.state) * self.n

    def run(self, start):
        """(state after K steps, what was recorded) from a start of any type."""
        step = {"gru": gru, "lstm": lstm}[self.cell]
        U, bias = np.longdouble(self.U), np.longdouble(self.bias)
        state = tuple(np.split(start, len(self.state)))
        recorded = []
        for x in np.longdouble(self.inputs):
            state, gates = step(U, bias, x, state)
            recorded.append(gates)
        return np.concatenate(state), recorded

    def gates(self):
        """What a chain wants, rounded to float64."""
        _, recorded = self.run(np.longdouble(np.concatenate(self.state)))
        rows = {name: np.array([step[name] for step in recorded], np.float64) for name in recorded[0]}
        if self.cell == "lstm":
            rows["c"] = np.vstack([self.state[1], rows["c"]])
        return rows

    def jacobian(self):
        """P of the whole run in long double: column j is Im F(s + i eps e_j) / eps."""
        start = np.concatenate(self.state).astype(np.clongdouble)
        columns = []
        for j in range(self.size):
            moved = start.copy()
            moved[j] += 1j * STEP
            columns.append(self.run(moved)[0].imag / STEP)
        return np.stack(columns, axis=1)


def network(cell, n=6, K=40, gain=1.5, seed=0):
    rng = np.random.default_rng(seed)
    G, blocks = {"gru": (3, 1), "lstm": (4, 2)}[cell]
    U = gain * rng.normal(size=(G * n, n)) * (rng.random((G * n, n)) < 0.7) / np.sqrt(n)
    inputs = rng.normal(size=(K, G * n))
    state = tuple(rng.uniform(-1, 1, n) for _ in range(blocks))
    return Network(cell, U, 0.3 * rng.normal(size=G * n), inputs, state)


def large_weights(cell, n, rng, degree=4):
    rows = {"gru": 3, "lstm": 4}[cell] * n
    indptr = np.arange(0, degree * rows + 1, degree)
    return sparse.csr_array((rng.normal(size=degree * rows), rng.integers(0, n, degree * rows), indptr), (rows, n))
