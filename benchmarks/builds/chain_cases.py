"""Named calls of plain chains whose results two builds must share: products, norms, exponents, covariant vectors."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from case_matrices import dense, diagonals, operator, scaled, wrapped
from result_cases import CASES, case

import rhochain as rc

N, K = 300, 120


@lru_cache(maxsize=4)
def slopes(n: int, steps: int, low: float = 0.2, high: float = 1.0) -> np.ndarray:
    return np.random.default_rng(n + steps).uniform(low, high, (steps, n))


@lru_cache(maxsize=4)
def weights(n: int, degree: int, gain: float = 1.2, dtype: Any = np.float64) -> Any:
    W = scaled(n, degree, dtype)
    W.data *= W.dtype.type(gain)
    return W


class Rows:
    """A data set: len() and slices of rows. One row may come late, so that a callback is asked after its step."""

    def __init__(self, rows: np.ndarray, late: int = -1) -> None:
        self.rows, self.late = rows, late

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> np.ndarray:
        if part.start <= self.late < part.stop:
            time.sleep(0.06)
        return self.rows[part]


def vectors(n: int, columns: int) -> np.ndarray:
    return np.random.default_rng(n + columns).standard_normal((n, columns) if columns > 1 else n)


def walks(chain: Any, columns: tuple[int, ...] = (1, 3, 8), forward_only: bool = False, **options: Any) -> Any:
    """jvp and vjp of vectors and blocks, and what the chain says of itself."""
    n = chain.shape[0]
    found: dict[str, Any] = {"said": repr(chain)}
    for b in columns:
        found[f"jvp, {b}"] = chain.jvp(vectors(n, b), **options)
        if not forward_only:
            found[f"vjp, {b}"] = chain.vjp(vectors(n, b), **options)
    if isinstance(chain, rc.JacobianChain):
        found["gain"] = chain.gain
    return found


RULES = [(convention, leak) for convention in ("pre", "post") for leak in (1.0, 0.3)]
KINDS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "sparse": lambda: (weights(N, 8), slopes(N, K)),
    "sparse float32": lambda: (weights(N, 8, dtype=np.float32), slopes(N, K).astype(np.float32)),
    "dense": lambda: (dense(50, 50), slopes(50, K)),
    "dense Fortran": lambda: (dense(50, 50, order="F"), slopes(50, K)),
    "dense float32": lambda: (dense(130, 130, np.float32), slopes(130, K)),
    "band": lambda: (diagonals(N, {-1: np.full(N - 1, -1.0), 0: np.full(N, 0.3), 2: np.ones(N - 2)}), slopes(N, K)),
    "circulant": lambda: (wrapped(N, {0: 0.5, 1: -1.0, N - 1: 0.7}), slopes(N, K)),
    "operator": lambda: (operator(N, adjoint=True), slopes(N, K)),
    "1x1": lambda: (np.array([[-0.7]]), slopes(1, K)),
    "tiny and huge": lambda: (weights(N, 8, 1e280), slopes(N, K, -1e-200, 1e-200)),
    "vanishing": lambda: (weights(N, 8, 1e-150), slopes(N, K, -1.0, 1.0)),
    "ReLU": lambda: (weights(N, 8), (slopes(N, K) > 0.6).astype(np.float64)),
    "rows in steps of two": lambda: (weights(N, 8), np.repeat(slopes(N, K), 2, axis=1)[:, ::2]),
    "rows backward": lambda: (weights(N, 8), slopes(N, K)[::-1]),
    "one slope for all": lambda: (weights(N, 8), np.broadcast_to(slopes(N, 1), (K, N))),
    "no step": lambda: (weights(N, 8), np.empty((0, N))),
    "data set": lambda: (weights(N, 8), Rows(slopes(N, K))),
}
for _kind in KINDS:
    for _convention, _leak in RULES:

        @case(f"chain, {_kind}, {_convention}, leak {_leak}")
        def _(threads: int, kind: str = _kind, convention: str = _convention, leak: float = _leak) -> Any:
            W, S = KINDS[kind]()
            chain = rc.JacobianChain(W, S, convention, leak, threads, memory=40 * N * 8)
            found = walks(chain) | {"norm": chain.norm(rtol=1e-2, max_matvecs=4000), "lyapunov": chain.lyapunov(1)}
            if kind in ("sparse", "dense", "band"):
                found["covariant"] = chain.covariant_vectors(3)
                found["typical"] = chain.typical(9, (0.0, 0.3, 1.0), seed=2, record_every=5)
                found["envelope"] = [chain.envelope(1.7), chain.envelope(rc.spectral_norm(W), gain=0.9)]
                found["every 7th"] = walks(chain, (1, 5), record_every=7)
            return found


@case("chain of an operator without adjoint")
def _(threads: int) -> Any:
    chain = rc.JacobianChain(operator(N, adjoint=False), slopes(N, K), threads=threads)
    return [walks(chain, forward_only=True), chain.lyapunov(2)]


@case("chain, float32 map read in pieces")
def _(threads: int) -> Any:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        np.save(path := Path(folder) / "slopes.npy", slopes(N, 600).astype(np.float32))
        for memory in (20 * 4 * N, "1GB"):
            mapped = np.load(path, mmap_mode="r")
            found[str(memory)] = walks(rc.JacobianChain(weights(N, 8), mapped, memory=memory, threads=threads))
    return found


for _columns in (2, 4, 5, 6, 7, 11, 12, 16, 17, 24, 33):
    CASES[f"chain, {_columns} columns"] = lambda t, b=_columns: walks(
        rc.JacobianChain(weights(N, 8), slopes(N, 30), leak=0.8, threads=t), (b,)
    )
CASES["chain, 5000 steps"] = lambda t: walks(rc.JacobianChain(weights(40, 5), slopes(40, 5000), threads=t))
CASES["chain, n = 3000"] = lambda t: walks(rc.JacobianChain(weights(3000, 10), slopes(3000, 60), threads=t))
CASES["chain, dense 700"] = lambda t: walks(rc.JacobianChain(dense(700, 700), slopes(700, 20), threads=t))
for _convention, _leak in RULES:

    @case(f"chain, n = 140,000, {_convention}, leak {_leak}")
    def _(threads: int, convention: str = _convention, leak: float = _leak) -> Any:
        chain = rc.JacobianChain(weights(140_000, 5), slopes(140_000, 5), convention, leak, threads)
        found = walks(chain, (1, 8) if leak == 1.0 else (1, 3))
        return found if leak == 1.0 else found | {"lyapunov": chain.lyapunov(3, discard=1)}


@case("chain, n = 140,000, norm and rollout")
def _(threads: int) -> Any:
    W = weights(140_000, 5)
    chain = rc.JacobianChain.from_rollout(W, vectors(140_000, 1), 12, memory=10 * 8 * 140_000, threads=threads)
    plain = rc.JacobianChain(W, slopes(140_000, 5), threads=threads)
    return [walks(chain, (1,)), plain.norm(rtol=0.3, max_matvecs=150), plain.covariant_vectors(2)]


STATES = ("tanh", "sigmoid", "relu", "leaky_relu:0.2", "elu", "softplus", "softsign", "gelu", "hardtanh", "erf")
for _name in STATES:

    @case(f"recorded states, {_name}")
    def _(threads: int, name: str = _name) -> Any:
        X = 2.0 * vectors(N * 41, 1).reshape(41, N)
        found = {"pre": walks(rc.JacobianChain.from_states(weights(N, 8), X, name, "pre", 0.5, threads), (1, 3))}
        for leak in (1.0, 0.4):
            H = rc.activation(name).values(X) if leak == 1.0 else X * 0.0
            for k in range(1, 41) if leak < 1.0 else ():
                H[k] = (1.0 - leak) * H[k - 1] + leak * rc.activation(name).values(X[k])
            try:
                chain = rc.JacobianChain.from_states(weights(N, 8), H, name, "post", leak, threads)
                found[f"post, {leak}"] = walks(chain, (1, 3))
            except ValueError as error:
                found[f"post, {leak}"] = str(error)
        return found


for _f in rc.activations():

    @case(f"rollout, {_f}")
    def _(threads: int, name: str = str(_f)) -> Any:
        found = {}
        options = {"activation": name, "bias": 0.1 * vectors(60, 1), "threads": threads}
        for convention, leak in RULES:
            chain = rc.JacobianChain.from_rollout(
                weights(60, 6, 0.8), vectors(60, 1), 80, convention=convention, leak=leak, **options
            )
            found[f"{convention}, {leak}"] = walks(chain, (1, 3))
        return found


INPUTS: dict[str, Callable[[], dict[str, Any]]] = {
    "inputs": lambda: {"inputs": vectors(K * N, 1).reshape(K, N)},
    "float32 inputs": lambda: {"inputs": vectors(K * N, 1).reshape(K, N).astype(np.float32)},
    "input weights": lambda: {"inputs": vectors(K, 5), "input_weights": scaled(N, 4)[:, :5].tocsr()},
    "dense input weights": lambda: {"inputs": Rows(vectors(K, 4)), "input_weights": dense(N, 4, order="F")},
    "one input": lambda: {"inputs": vectors(K, 1), "input_weights": vectors(N, 1)},
    "noise": lambda: {"steps": K, "noise": 0.1, "seed": 5},
    "all": lambda: {"inputs": vectors(K, 5), "input_weights": dense(N, 5), "bias": vectors(N, 1), "noise": 0.01},
}
for _kind in INPUTS:
    for _memory in (8 * 8 * N, 13 * 8 * N, 40 * 8 * N, "2GB"):

        @case(f"rollout, {_kind}, memory {_memory}")
        def _(threads: int, kind: str = _kind, memory: int | str = _memory) -> Any:
            found = {}
            for convention, leak in RULES[1:3]:
                chain = rc.JacobianChain.from_rollout(
                    weights(N, 8),
                    vectors(N, 1),
                    convention=convention,
                    leak=leak,
                    memory=memory,
                    threads=threads,
                    **INPUTS[kind](),
                )
                found[convention] = walks(chain, (1, 3)) | {"lyapunov": chain.lyapunov(2)}
                found[f"{convention}, norm"] = chain.norm(rtol=0.1)
            return found


NORMS: dict[str, dict[str, Any]] = {
    "rtol 0.1": {"rtol": 0.1},
    "rtol 1e-6": {"rtol": 1e-6, "seed": 3},
    "start": {"start": np.ones(N)},
    "wide delta": {"delta": 0.1, "rtol": 0.5},
    "1000 products": {"max_matvecs": 1000},
}
for _what, _options in NORMS.items():
    for _dtype in (np.float64, np.float32):

        @case(f"chain norm, {np.dtype(_dtype).name}, {_what}")
        def _(threads: int, options: Any = _options, dtype: Any = _dtype) -> Any:
            found = {}
            for gain in (0.4, 1.0, 3.0):
                chain = rc.JacobianChain(weights(N, 8, gain, dtype), slopes(N, 60), threads=threads)
                found[str(gain)] = [chain.norm(**options), rc.check_chain(chain, **options)]
            return found


@case("chain norm, short and zero products")
def _(threads: int) -> Any:
    found = []
    for W in (weights(N, 8), np.abs(dense(50, 50)), diagonals(50, {1: np.ones(49)}), -np.eye(3), np.zeros((4, 4))):
        for steps in (0, 1, 2, 5, 55):
            found.append(rc.JacobianChain(W, slopes(W.shape[0], steps), threads=threads).norm())
    return found


for _k in (1, 5, 20):
    for _convention, _leak in RULES:

        @case(f"lyapunov, {_k} exponents, {_convention}, leak {_leak}")
        def _(threads: int, k: int = _k, convention: str = _convention, leak: float = _leak) -> Any:
            options = {"convention": convention, "leak": leak, "threads": threads}
            chain = rc.JacobianChain.from_rollout(weights(N, 8, 2.0), vectors(N, 1), 700, **options)
            small = rc.JacobianChain(dense(20, 20), slopes(20, 500, 1e-3), **options)
            found = [chain.lyapunov(k), chain.lyapunov(k, seed=4, discard=200), small.lyapunov(k)]
            return [*found, chain.lyapunov(k, atol=0.05), found[0].to_dict(), chain.covariant_vectors(min(k, 6), 300)]


@case("lyapunov, n = 20,000, 10 exponents")
def _(threads: int) -> Any:
    chain = rc.JacobianChain(weights(20_000, 5), slopes(20_000, 25), threads=threads)
    return [chain.lyapunov(10), chain.covariant_vectors(4, 10, until=20)]


@case("lyapunov, directions that die")
def _(threads: int) -> Any:
    S = slopes(50, 300).copy()
    S[100:, 7:] = 0.0
    S[::90, 3:] *= 1e-6
    chain = rc.JacobianChain(dense(50, 50), S, threads=threads)
    return [chain.lyapunov(12), chain.covariant_vectors(9, 50, until=99, seed=3), chain.covariant_vectors(9)]
