"""The same bits for any number of threads, from every public function."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc


def matrix(n: int = 40_000, degree: int = 6):
    rng = np.random.default_rng(17)
    indptr = np.arange(0, n * degree + 1, degree)
    W = sparse.csr_array((rng.standard_normal(n * degree), rng.integers(0, n, n * degree), indptr), shape=(n, n))
    W.sum_duplicates()
    return W


W = matrix()


def comparable(bracket: rc.Bracket):
    vector = None if bracket.vector is None else bracket.vector.tobytes()
    return (bracket.value, bracket.lower, bracket.upper, repr(bracket.residual), bracket.matvecs, vector)


@pytest.mark.parametrize("estimate", [rc.spectral_radius, rc.spectral_norm, rc.perron_radius])
def test_estimates(estimate):
    one, two = (comparable(estimate(W, threads=t, max_matvecs=1000)) for t in (1, 2))
    assert one == two


def test_products():
    rng = np.random.default_rng(18)
    for dtype in (np.float32, np.float64):
        A = W.astype(dtype)
        for x in (rng.standard_normal(W.shape[0]), rng.standard_normal((W.shape[0], 5))):
            one, two = rc.Matrix(A, threads=1), rc.Matrix(A, threads=2)
            assert (one @ x).tobytes() == (two @ x).tobytes()
            assert (one.T @ x).tobytes() == (two.T @ x).tobytes()
    D = rng.standard_normal((700, 900))
    x, y = rng.standard_normal(900), rng.standard_normal(700)
    one, two = rc.Matrix(D, threads=1), rc.Matrix(D, threads=2)
    assert (one @ x).tobytes() == (two @ x).tobytes()
    assert (one.T @ y).tobytes() == (two.T @ y).tobytes()


def test_chain():
    S = np.random.default_rng(19).uniform(0.2, 1.0, (6, W.shape[0]))
    g = np.random.default_rng(20).standard_normal(W.shape[0])

    def bits(threads: int):
        chain = rc.JacobianChain(W, slopes=S, threads=threads)
        results = chain.vjp(g), chain.jvp(g)
        norm = chain.norm()
        parts = [r.vectors[0].tobytes() + r.log_norms.tobytes() for r in results]
        return (*parts, norm.value, norm.lower, norm.upper)

    assert bits(1) == bits(2)


def test_check():
    smaller = matrix(20_000)

    def report(threads: int):
        found = rc.check(smaller, activation="tanh", threads=threads).to_dict()
        return strip_times(found)

    assert report(1) == report(2)


def strip_times(value):
    if isinstance(value, dict):
        return {k: strip_times(v) for k, v in value.items() if k not in ("seconds", "threads", "history")}
    return value
