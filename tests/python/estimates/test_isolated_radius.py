"""Isolated dominant eigenvalues: both ends of rho graded at a fraction of the products, and only there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import rhochain as rc

SEEDS = st.integers(0, 2**32 - 1)


def orthogonal(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def disk(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_normal((n, n)) / np.sqrt(n)


def outlier(rng: np.random.Generator, n: int, size: float) -> np.ndarray:
    u, v = rng.standard_normal((2, n)) / np.sqrt(n)
    return disk(rng, n) + size * np.outer(u, u + v)


def pair(rng: np.random.Generator, n: int, size: float) -> np.ndarray:
    angle = rng.uniform(0.2, 2.9)
    U = rng.standard_normal((n, 2)) / np.sqrt(n)
    turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return disk(rng, n) + U @ turn @ (U + 0.5 * rng.standard_normal((n, 2)) / np.sqrt(n)).T


def sparse_outlier(n: int, size: float, seed: int, adjoint: bool = True) -> LinearOperator:
    """A sparse disk of radius 1 and one eigenvalue near `size`, by products."""
    rng = np.random.default_rng(seed)
    indptr = np.arange(0, 10 * n + 1, 10, dtype=np.int32)
    indices = rng.integers(0, n, 10 * n, dtype=np.int32)
    W = sparse.csr_array((rng.standard_normal(10 * n) / np.sqrt(10), indices, indptr), shape=(n, n))
    u = rng.standard_normal(n) / np.sqrt(n)
    forward = lambda x: W @ x.ravel() + size * u * (u @ x.ravel())  # noqa: E731
    backward = lambda x: W.T @ x.ravel() + size * u * (u @ x.ravel())  # noqa: E731
    return LinearOperator((n, n), matvec=forward, rmatvec=backward if adjoint else None, dtype=np.float64)


@given(seed=SEEDS, n=st.integers(150, 400), size=st.floats(2.0, 4.0), make=st.sampled_from([outlier, pair]))
@settings(max_examples=30, deadline=None)
def test_both_ends_are_graded_and_meet_to_rtol(seed, n, size, make):
    W = make(np.random.default_rng(seed), n, size)
    moduli = np.sort(np.abs(np.linalg.eigvals(W)))[::-1]
    alone = moduli[1 if make is outlier else 2]
    r = rc.spectral_radius(aslinearoperator(W), seed=seed)
    slack = 1e-11 * moduli[0]
    assert r.lower.value <= moduli[0] + slack
    assert r.upper.value >= moduli[0] - slack
    if make is outlier and np.isclose(moduli[0], moduli[1], rtol=1e-9):
        return  # the rank-one part met the disk: a pair
    if alone < 0.6 * moduli[0]:
        assert r.lower.grade is rc.Grade.PROBABLE
        assert r.upper.grade is rc.Grade.PROBABLE
        assert r.lower.value >= (1 - 1e-3) * r.value
        assert r.width <= 1e-3
        assert r.status is rc.Status.CONVERGED
        assert r.matvecs <= 320


def jordan(rng: np.random.Generator, n: int) -> np.ndarray:
    Q = orthogonal(rng, n)
    return Q @ (rng.uniform(0.3, 1.5) * np.eye(n) + rng.uniform(0.1, 2.0) * np.eye(n, k=1)) @ Q.T


def grcar(rng: np.random.Generator, n: int) -> np.ndarray:
    Q = orthogonal(rng, n)
    return Q @ (sum(np.eye(n, k=k) for k in range(4)) - np.eye(n, k=-1)) @ Q.T


def nilpotent(rng: np.random.Generator, n: int) -> np.ndarray:
    Q = orthogonal(rng, n)
    return Q @ np.triu(rng.standard_normal((n, n)), 1) @ Q.T / np.sqrt(n) + 1e-3 * disk(rng, n)


def hidden(rng: np.random.Generator, n: int) -> np.ndarray:
    """An eigenvalue with a condition number of 1e6, which rules the first powers, and a slightly larger one."""
    T = np.diag(rng.uniform(-0.5, 0.5, n))
    T[0, 0], T[1, 1] = 1.0, rng.uniform(1.02, 1.3)
    T[0, 2:] = 1e6 * rng.standard_normal(n - 2) / np.sqrt(n)
    Q = orthogonal(rng, n)
    return Q @ T @ Q.T


def coupled(rng: np.random.Generator, n: int) -> np.ndarray:
    """An outlier inside a Jordan chain."""
    T = rng.uniform(0.3, 1.0) * np.eye(n) + rng.uniform(0.1, 1.0) * np.eye(n, k=1)
    T[n // 2, n // 2] = rng.uniform(1.05, 3.0)
    Q = orthogonal(rng, n)
    return Q @ T @ Q.T


HARD: list[Callable[[np.random.Generator, int], np.ndarray]] = [jordan, grcar, nilpotent, hidden, coupled]


@given(seed=SEEDS, make=st.sampled_from(HARD), rtol=st.sampled_from([1e-2, 1e-3, 1e-5]))
@settings(max_examples=30, deadline=None)
def test_graded_ends_hold_for_matrices_far_from_normal(seed, make, rtol):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 13))
    W = make(rng, n)
    with mp.workdps(60):
        truth = float(max(abs(z) for z in mp.eig(mp.matrix(W.tolist()), left=False, right=False)))
    # Of the rounding in W @ x: a backward error, magnified by at most the n-th root of an ill-conditioned eigenvalue.
    slack = 1e-9 * truth if make in (hidden, coupled) else 1e-3 * truth
    r = rc.spectral_radius(aslinearoperator(W), seed=seed, rtol=rtol)
    assert r.graded_lower is None or r.graded_lower.value <= truth + slack
    assert r.graded_upper.value >= truth - slack
    if make is hidden and r.status is rc.Status.CONVERGED:
        assert r.value == pytest.approx(truth, rel=2 * rtol)


def equal_moduli(rng: np.random.Generator, n: int) -> np.ndarray:
    return orthogonal(rng, n)


def double(rng: np.random.Generator, n: int) -> np.ndarray:
    """Three equal eigenvalues: powers settle at once, and nothing is isolated."""
    d = rng.uniform(-0.5, 0.5, n)
    d[:3] = 1.5
    X = orthogonal(rng, n) + 0.1 * disk(rng, n)
    return X @ np.diag(d) @ np.linalg.inv(X)


@given(seed=SEEDS, make=st.sampled_from([equal_moduli, double]))
@settings(max_examples=20, deadline=None)
def test_where_nothing_is_isolated_no_lower_bound_is_graded(seed, make):
    W = make(np.random.default_rng(seed), 120)
    r = rc.spectral_radius(aslinearoperator(W), seed=seed)
    assert r.lower.grade is rc.Grade.ESTIMATE or r.lower.value == 0.0
    assert r.graded_lower is None or r.graded_lower.value == 0.0
    truth = 1.0 if make is equal_moduli else 1.5
    assert r.lower.value <= truth * (1 + 1e-9)
    assert r.upper.value >= truth * (1 - 1e-9)


@pytest.mark.parametrize(("size", "products"), [(2.0, 170), (1.5, 250)])
def test_an_outlier_beside_a_large_disk_takes_a_tenth_of_the_products_of_a_disk(size, products):
    W = sparse_outlier(10_000, size, 1)
    r = rc.spectral_radius(W)
    assert r.matvecs <= products
    assert r.width <= 1e-3
    assert (r.lower.grade, r.upper.grade) == (rc.Grade.PROBABLE, rc.Grade.PROBABLE)
    value = rc.spectral_radius(W, upper_rtol=np.inf)
    assert value.matvecs <= 0.75 * r.matvecs
    assert value.value == pytest.approx(r.value, rel=1e-5)
    assert value.lower.grade is rc.Grade.ESTIMATE
    assert rc.spectral_radius(sparse_outlier(10_000, 0.0, 1)).matvecs >= 1500


def test_without_an_adjoint_the_value_is_confirmed_by_a_second_start():
    r = rc.spectral_radius(sparse_outlier(3000, 2.0, 2, adjoint=False))
    graded = rc.spectral_radius(sparse_outlier(3000, 2.0, 2))
    assert r.lower.grade is rc.Grade.ESTIMATE
    assert r.status is rc.Status.CONVERGED
    assert r.value == pytest.approx(graded.value, rel=1e-5)
    assert r.upper.value <= (1 + 1e-3) * r.value
    assert r.matvecs <= 250


def test_a_wrong_adjoint_grades_nothing():
    W = outlier(np.random.default_rng(3), 200, 3.0)
    wrong = LinearOperator(W.shape, matvec=lambda x: W @ x, rmatvec=lambda x: W @ x, dtype=np.float64)
    assert rc.spectral_radius(wrong).lower.grade is rc.Grade.ESTIMATE
    assert rc.spectral_radius(aslinearoperator(W)).lower.grade is rc.Grade.PROBABLE


@given(seed=SEEDS)
@settings(max_examples=5, deadline=None)
def test_the_same_bits_on_one_thread_and_on_two(seed):
    W = sparse.csr_array(outlier(np.random.default_rng(seed), 500, 3.0))
    one, two = (rc.spectral_radius(W, seed=seed, threads=threads) for threads in (1, 2))
    assert (one.value, one.lower, one.upper, one.matvecs) == (two.value, two.lower, two.upper, two.matvecs)
    assert np.array_equal(one.vector, two.vector)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_an_isolated_component_among_others_is_graded(seed):
    rng = np.random.default_rng(seed)
    inner, outer = outlier(rng, 80, 2.5), outlier(rng, 90, 4.0)
    W = sparse.block_diag([inner, outer]).tolil()
    W[3, 85] = 2.0
    truth = max(np.abs(np.linalg.eigvals(A)).max() for A in (inner, outer))
    r = rc.spectral_radius(W.tocsr(), seed=seed)
    assert r.graded_lower is None or r.graded_lower.value <= truth * (1 + 1e-11)
    assert r.upper.value >= truth * (1 - 1e-11)
    if r.lower.grade is rc.Grade.PROBABLE:
        assert r.lower.delta == 1e-6


@pytest.mark.parametrize("upper_rtol", [0.1, np.inf])
@pytest.mark.parametrize("seed", range(4))
def test_a_wide_upper_bound_costs_no_more_and_the_value_stays(upper_rtol, seed):
    W = outlier(np.random.default_rng(seed), 600, [0.0, 1.5, 2.0, 3.0][seed])
    truth = np.abs(np.linalg.eigvals(W)).max()
    r, wide = rc.spectral_radius(W, seed=seed), rc.spectral_radius(W, seed=seed, upper_rtol=upper_rtol)
    assert wide.matvecs <= r.matvecs + 64
    assert wide.upper.value >= truth * (1 - 1e-11)
    assert wide.status is not rc.Status.CONVERGED or wide.value == pytest.approx(truth, rel=1e-3)


@pytest.mark.parametrize("upper_rtol", [-0.1, np.nan])
def test_an_upper_rtol_below_zero_is_named(upper_rtol):
    with pytest.raises(ValueError, match="upper_rtol"):
        rc.spectral_radius(np.eye(3), upper_rtol=upper_rtol)
