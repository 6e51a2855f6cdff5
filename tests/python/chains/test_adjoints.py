"""Bounds from products with W and W^T are worth nothing where the second are not the adjoint of the first."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.linalg import LinearOperator

import rhochain as rc


def random_dense(m, n, seed):
    return np.random.default_rng(seed).standard_normal((m, n)) / np.sqrt(n)


def by_products(W, adjoint):
    return LinearOperator(W.shape, matvec=lambda x: W @ x, rmatvec=lambda y: adjoint @ y, dtype=float)


def chain_norm(W):
    return rc.JacobianChain(W, np.full((3, W.shape[0]), 0.5)).norm()


def gradient(W):
    return rc.JacobianChain(W, np.full((3, W.shape[0]), 0.5)).vjp(np.ones(W.shape[0]))


ESTIMATES = {
    "spectral_norm": rc.spectral_norm,
    "scaled_norm": rc.scaled_norm,
    "chain.norm": chain_norm,
    "chain.vjp": gradient,
}
WRONG = {
    "matvec": lambda W: W,
    "twice": lambda W: 2 * W.T,
    "negative": lambda W: -W.T,
    "zero": lambda W: 0 * W.T,
    "next row": lambda W: np.roll(W.T, 1, axis=0),
    "cut short": lambda W: W.T * (np.arange(W.shape[0]) < 0.5 * W.shape[0]),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("estimate", ESTIMATES)
@pytest.mark.parametrize("n", [2, 300])
def test_a_wrong_adjoint_is_refused(estimate, wrong, n):
    W = random_dense(n, n, n)
    A = by_products(W, WRONG[wrong](W))
    with pytest.raises(ValueError, match="W: got an rmatvec that is not the adjoint of matvec"):
        ESTIMATES[estimate](A)


@given(m=st.integers(1, 40), n=st.integers(1, 40), seed=st.integers(0, 2**32 - 1), exponent=st.integers(-200, 200))
def test_an_adjoint_passes(m, n, seed, exponent):
    W = np.ldexp(random_dense(m, n, seed), exponent)
    b = rc.spectral_norm(by_products(W, W.T))
    assert b.lower.value <= np.linalg.norm(W, 2) * (1 + 1e-12)
    assert np.linalg.norm(W, 2) <= b.upper.value * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_products_in_half_precision_pass(seed):
    W = random_dense(30, 20, seed).astype(np.float16)
    A = SimpleNamespace(
        shape=W.shape, matvec=lambda x: W @ x.astype(np.float16), rmatvec=lambda y: W.T @ y.astype(np.float16)
    )
    np.testing.assert_allclose(rc.spectral_norm(A, max_matvecs=60).value, np.linalg.norm(W.astype(float), 2), rtol=0.02)


@pytest.mark.parametrize("W", [np.zeros((3, 3)), np.full((3, 3), 1e-300)])
def test_where_rounding_is_all_nothing_is_refused(W):
    assert rc.spectral_norm(by_products(W, W.T)).upper.value <= 1e-299
