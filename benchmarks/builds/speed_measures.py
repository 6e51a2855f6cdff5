"""Named calls that `same_speed.py` times: products, estimates, chains, and what a call costs at n = 20."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from kernel_cases import banded_matrix, random_matrix
from result_fields import digest, hide_version
from scipy import sparse

import rhochain as rc

Call = Callable[[], Any]
MATRICES: dict[str, Callable[[], sparse.csr_array]] = {
    "100k x 10": lambda: scaled(100_000, 10),
    "1M x 10": lambda: scaled(1_000_000, 10),
    "1M, 9 diagonals": lambda: banded_matrix(1_000_000, 9),
    "20k x 10": lambda: scaled(20_000, 10),
    "2000 x 10": lambda: scaled(2000, 10),
    "1000 x 100": lambda: scaled(1000, 100),
    "20 x 5": lambda: scaled(20, 5),
}


def scaled(n: int, degree: int) -> sparse.csr_array:
    W = random_matrix(n, degree)
    W.data /= np.sqrt(degree)
    return W


@lru_cache(maxsize=1)
def prepared(name: str) -> rc.Matrix:
    return rc.Matrix(MATRICES[name]())


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


@lru_cache(maxsize=1)
def slopes(steps: int, n: int) -> np.ndarray:
    return np.random.default_rng(n).uniform(0.2, 1.0, (steps, n))


def product(name: str, columns: int, *, adjoint: bool) -> Call:
    A = prepared(name)
    side = A.T if adjoint else A
    X = numbers(A.shape[0]) if columns == 1 else numbers(A.shape[0], columns)
    return lambda: side @ X


def estimate(function: Callable[..., Any], name: str, **options: Any) -> Call:
    A = prepared(name)
    return lambda: function(A, **options)


def walk(name: str, steps: int, columns: int, direction: str) -> Call:
    A = prepared(name)
    chain = rc.JacobianChain(A, slopes(steps, A.shape[0]))
    X = numbers(A.shape[0]) if columns == 1 else numbers(A.shape[0], columns)
    return lambda: getattr(chain, direction)(X)


def exponents(name: str, steps: int, k: int) -> Call:
    A = prepared(name)
    chain = rc.JacobianChain(A, slopes(steps, A.shape[0]))
    return lambda: chain.lyapunov(k)


def covariant(name: str, steps: int, k: int) -> Call:
    A = prepared(name)
    chain = rc.JacobianChain(A, slopes(steps, A.shape[0]))
    return lambda: chain.covariant_vectors(k)


def chain_norm(name: str, steps: int) -> Call:
    A = prepared(name)
    chain = rc.JacobianChain(A, slopes(steps, A.shape[0]))
    return lambda: chain.norm(rtol=0.01)


def rollout(name: str, steps: int) -> Call:
    """A network run, and the gradient through it; states computed again where memory is short."""
    A = prepared(name)
    x, memory = numbers(A.shape[0]), 30 * 8 * A.shape[0]
    return lambda: rc.JacobianChain.from_rollout(A, x, steps, memory=memory).vjp(x)


def gated(kind: type, n: int, steps: int, columns: int) -> Call:
    names = "hrznq" if kind is rc.GRUChain else "ifgoc"
    U = sparse.vstack([scaled(n, 5)] * (3 if kind is rc.GRUChain else 4), format="csr")
    rng = np.random.default_rng(n)
    chain = kind.from_gates(U, **{name: rng.random((steps + (name == "c"), n)) for name in names})
    X = numbers(chain.shape[0]) if columns == 1 else numbers(chain.shape[0], columns)
    return lambda: chain.vjp(X)


def gated_run(n: int, steps: int) -> Call:
    U, inputs = sparse.vstack([scaled(n, 5)] * 3, format="csr"), numbers(steps, 3 * n)
    return lambda: rc.GRUChain.from_rollout(U, inputs).final_state


def small_chain(*, build: bool) -> Call:
    W, S, g = prepared("20 x 5"), slopes(10, 20), numbers(20)
    chain = rc.JacobianChain(W, S)
    return (lambda: rc.JacobianChain(W, S).vjp(g)) if build else (lambda: chain.vjp(g))


MEASURES: dict[str, Callable[[], Call]] = {}
"""What makes each call ready, by name: the matrix of the one before is kept where it is the same."""
for _name in ("1M x 10", "1M, 9 diagonals", "100k x 10"):
    for _columns, _letter in ((1, "x"), (8, "X, 8")):
        for _side, _adjoint in (("W", False), ("W^T", True)):
            MEASURES[f"{_side} {_letter}: {_name}"] = lambda n=_name, b=_columns, a=_adjoint: product(n, b, adjoint=a)
_large = "100k x 10"
MEASURES |= {
    f"spectral_norm: {_large}": lambda: estimate(rc.spectral_norm, _large, upper_rtol=0.1),
    f"spectral_radius: {_large}, 150 products": lambda: estimate(rc.spectral_radius, _large, max_matvecs=150),
    f"perron_radius: {_large}": lambda: estimate(rc.perron_radius, _large),
    f"scaled_norm: {_large}, 400 products": lambda: estimate(rc.scaled_norm, _large, max_matvecs=400),
}
for _name, _steps in ((_large, 100), ("1000 x 100", 500)):
    for _columns in (1, 8):
        for _way in ("vjp", "jvp"):
            MEASURES[f"{_way}, {_columns}: {_name}, {_steps} steps"] = lambda n=_name, s=_steps, b=_columns, w=_way: (
                walk(n, s, b, w)
            )
MEASURES |= {
    "lyapunov, 10: 20k x 10, 50 steps": lambda: exponents("20k x 10", 50, 10),
    "covariant_vectors, 5: 20k x 10, 50 steps": lambda: covariant("20k x 10", 50, 5),
    "rollout and vjp: 20k x 10, 100 steps": lambda: rollout("20k x 10", 100),
    "chain norm: 2000 x 10, 50 steps": lambda: chain_norm("2000 x 10", 50),
    "GRU vjp, 1: n = 20k, 50 steps": lambda: gated(rc.GRUChain, 20_000, 50, 1),
    "GRU vjp, 8: n = 20k, 50 steps": lambda: gated(rc.GRUChain, 20_000, 50, 8),
    "LSTM vjp, 1: n = 20k, 50 steps": lambda: gated(rc.LSTMChain, 20_000, 50, 1),
    "GRU run: n = 20k, 20 steps": lambda: gated_run(20_000, 20),
    "n = 20: W x": lambda: product("20 x 5", 1, adjoint=False),
    "n = 20: spectral_radius": lambda: estimate(rc.spectral_radius, "20 x 5"),
    "n = 20: spectral_norm": lambda: estimate(rc.spectral_norm, "20 x 5"),
    "n = 20: perron_radius": lambda: estimate(rc.perron_radius, "20 x 5"),
    "n = 20: scaled_norm": lambda: estimate(rc.scaled_norm, "20 x 5"),
    "n = 20: check": lambda: estimate(rc.check, "20 x 5", activation="tanh"),
    "n = 20: vjp of 10 steps": lambda: small_chain(build=False),
    "n = 20: chain of 10 steps made, vjp": lambda: small_chain(build=True),
}


def serve() -> None:
    """Names of the measures; for lines [measure, calls] seconds a call and, for 0 calls, a digest of the result."""
    hide_version()
    print(json.dumps(list(MEASURES)), flush=True)
    held: tuple[str, Call | None] = ("", None)
    for line in sys.stdin:
        name, calls = json.loads(line)
        if held[0] != name:
            held = ("", None)  # gives its memory back before the next takes it
            held = (name, MEASURES[name]())
        call = held[1]
        assert call is not None
        # The second call and an estimate find the layouts that the first product leaves to be made.
        found = "" if calls else [digest(call()) for _ in range(3)][-1]
        print(json.dumps({"seconds": seconds_a_call(call, calls or 1), "digest": found}), flush=True)


def seconds_a_call(call: Call, calls: int) -> float:
    """The mean of so many calls; after another process had the caches, the first of several is not counted."""
    if calls > 1:
        call()
    gc.collect()
    gc.disable()
    begin = time.perf_counter()
    for _ in range(calls):
        call()
    seconds = time.perf_counter() - begin
    gc.enable()
    return seconds / calls


if __name__ == "__main__":
    serve()
