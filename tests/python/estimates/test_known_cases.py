"""Closed forms of docs/theory/22-known-answers.md: every bracket contains the truth, at sizes up to 1e5."""

from __future__ import annotations

import numpy as np
import pytest
from cases import EVERY_SIZE, SMALL, rotating_toeplitz, symmetric_toeplitz

import rhochain as rc

# What float32 storage does to the entries themselves.
STORAGE = {np.float32: 1e-5, np.float64: 1e-10}


def require(bracket: rc.Bracket, truth: float, slack: float) -> None:
    assert bracket.lower.value <= truth * (1 + slack) + 1e-300
    assert truth * (1 - slack) <= bracket.upper.value
    assert bracket.lower.value <= bracket.value <= bracket.upper.value
    if bracket.status == rc.Status.CONVERGED:
        assert bracket.value == pytest.approx(truth, rel=1.1e-3 + slack, abs=1e-300)


def stored(matrix, dtype, index):
    W = matrix.astype(dtype)
    W.indptr, W.indices = W.indptr.astype(index), W.indices.astype(index)
    return W


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", SMALL, ids=lambda make: make.__name__)
@pytest.mark.parametrize("n", [8, 120])
def test_small(make, n, dtype, index):
    case = make(n)
    W = stored(case.matrix, dtype, index)
    slack = STORAGE[dtype]
    require(rc.spectral_radius(W), case.radius, slack)
    if case.norm is not None:
        norm = rc.spectral_norm(W)
        require(norm, case.norm, slack)
        assert norm.status == rc.Status.CONVERGED
    if not np.isnan(case.perron):
        require(rc.perron_radius(W), case.perron, slack)


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("make", EVERY_SIZE, ids=lambda make: make.__name__)
def test_large(make, dtype, index):
    case = make(100_000)
    W = stored(case.matrix, dtype, index)
    slack = STORAGE[dtype]
    # The products that the bounds need, whatever the machine's speed: a clock would make the test depend on it.
    radius = rc.spectral_radius(W, max_matvecs=700)
    require(radius, case.radius, slack)
    assert radius.upper.value <= 1.1 * case.radius
    if case.norm is not None:
        norm = rc.spectral_norm(W, max_matvecs=100)
        require(norm, case.norm, slack)
        assert norm.upper.value <= 1.1 * case.norm
    if not np.isnan(case.perron):
        perron = rc.perron_radius(W, max_matvecs=100)
        require(perron, case.perron, slack)
        assert perron.upper.value <= 1.1 * case.perron


@pytest.mark.parametrize("make", [symmetric_toeplitz, rotating_toeplitz], ids=lambda make: make.__name__)
def test_large_toeplitz_brackets(make):
    # 1e5 eigenvalues on a segment: nothing converges, every bracket must hold all the same.
    case = make(100_000)
    require(rc.spectral_radius(case.matrix, max_seconds=1), case.radius, 1e-10)
    require(rc.spectral_norm(case.matrix, max_seconds=1), case.norm, 1e-10)
    require(rc.perron_radius(case.matrix, max_seconds=1), case.perron, 1e-10)


@pytest.mark.parametrize("make", SMALL, ids=lambda make: make.__name__)
def test_dense_arrays_in_both_orders(make):
    case = make(40)
    for order in "CF":
        W = np.array(case.matrix.toarray(), order=order)
        require(rc.spectral_radius(W), case.radius, 1e-10)
        if case.norm is not None:
            require(rc.spectral_norm(W), case.norm, 1e-10)


def test_exact_zeros():
    for W in (np.zeros((3, 3)), np.eye(5, k=1), np.triu(np.ones((6, 6)), 1), np.zeros((1, 1))):
        for estimate in (rc.spectral_radius, rc.perron_radius):
            r = estimate(W)
            assert (r.value, r.lower.value, r.upper.value) == (0.0, 0.0, 0.0)
            assert r.upper.grade == rc.Grade.PROVED
            assert r.status == rc.Status.CONVERGED
    assert rc.spectral_norm(np.zeros((4, 2))).upper.value == 0.0


def test_single_entry():
    r = rc.spectral_radius(np.array([[-2.5]]))
    assert (r.lower.value, r.value, r.upper.value) == (2.5, 2.5, 2.5)
    assert 2.5 in rc.spectral_norm(np.array([[-2.5]]))


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
def test_extreme_entries(scale):
    W = np.random.default_rng(3).standard_normal((30, 30))
    truth = np.abs(np.linalg.eigvals(W)).max() * scale
    require(rc.spectral_radius(W * scale), truth, 1e-10)
    require(rc.spectral_norm(W * scale), np.linalg.norm(W, 2) * scale, 1e-10)
    perron = np.abs(np.linalg.eigvals(np.abs(W))).max() * scale
    require(rc.perron_radius(W * scale), perron, 1e-10)
