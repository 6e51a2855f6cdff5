"""Every bracket contains the truth, whatever the matrix; `converged` values are within rtol."""

from __future__ import annotations

import numpy as np
import pytest
from enclosures import radius
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

import rhochain as rc

entries = st.one_of(st.just(0.0), st.floats(-4, 4, allow_subnormal=False), st.integers(-2, 2).map(float))


def square_matrices(least: int = 1, most: int = 7):
    return st.integers(least, most).flatmap(lambda n: arrays(np.float64, (n, n), elements=entries))


@settings(max_examples=150, deadline=None)
@given(square_matrices())
def test_proved_bounds_hold(W):
    for bracket, truth in ((rc.spectral_radius(W), radius(W)), (rc.perron_radius(W), radius(np.abs(W)))):
        proved = bracket.upper.grade == rc.Grade.PROVED
        # A PROBABLE bound holds for a matrix that differs by rounding, which a defective eigenvalue magnifies.
        assert truth.at_most(bracket.upper.value if proved else bracket.upper.value * (1 + 1e-8) + 1e-8)
        if bracket.lower.grade == rc.Grade.PROVED:
            assert truth.at_least(bracket.lower.value)
    norm = rc.spectral_norm(W)
    sigma = np.linalg.norm(W, 2)
    assert norm.lower.value <= sigma * (1 + 1e-13)
    assert norm.upper.value >= sigma * (1 - 1e-13)


def reservoir(seed: int):
    rng = np.random.default_rng(seed)
    n = (300, 500)[seed % 2]
    W = sparse.random_array((n, n), density=(0.01, 0.03, 0.1)[seed % 3], rng=rng, format="csr")
    law = (rng.standard_normal, lambda k: rng.uniform(-1, 1, k), lambda k: rng.choice([-1.0, 1.0], k))[seed // 3 % 3]
    W.data = law(W.nnz)
    return W


@pytest.mark.parametrize("seed", range(24))
def test_reservoirs_against_dense(seed):
    W = reservoir(seed)
    truth = np.abs(np.linalg.eigvals(W.toarray())).max()
    r = rc.spectral_radius(W, seed=seed)
    assert r.lower.value <= truth <= r.upper.value
    assert r.upper.graded
    if r.status == rc.Status.CONVERGED:
        assert r.value == pytest.approx(truth, rel=1e-3)
    s = rc.spectral_norm(W, seed=seed)
    assert np.linalg.norm(W.toarray(), 2) in s
    assert s.status == rc.Status.CONVERGED


def test_eigenpair_and_singular_vector_are_what_they_say():
    W = reservoir(5)
    r = rc.spectral_radius(W)
    x = r.vector
    Wx = W @ x
    theta = np.vdot(x, Wx) / np.vdot(x, x)
    assert abs(theta) == pytest.approx(r.value, rel=1e-3)
    assert np.linalg.norm(Wx - theta * x) == pytest.approx(r.residual, rel=0.5, abs=1e-12)
    s = rc.spectral_norm(W)
    assert np.linalg.norm(W @ s.vector) == pytest.approx(s.value, rel=1e-10)


def test_a_nonnegative_matrix_has_a_proved_norm():
    W = abs(reservoir(11))
    s = rc.spectral_norm(W)
    assert s.lower.grade == s.upper.grade == rc.Grade.PROVED
    assert s.status == rc.Status.CONVERGED
    assert s.width <= 1e-3
    assert s.lower.value * (1 - 1e-12) <= np.linalg.norm(W.toarray(), 2) <= s.upper.value * (1 + 1e-12)


def test_disconnected_blocks_take_the_maximum():
    rng = np.random.default_rng(7)
    blocks = [g * rng.standard_normal((20, 20)) for g in (0.1, 1.0, 0.3)]
    W = sparse.block_diag(blocks, format="csr")
    truth = max(np.abs(np.linalg.eigvals(B)).max() for B in blocks)
    order = rng.permutation(60)
    r = rc.spectral_radius(W[order][:, order])
    assert r.value == pytest.approx(truth, rel=1e-9)
    x = r.vector
    assert np.count_nonzero(x) == 20
    assert np.linalg.norm(W[order][:, order] @ x) == pytest.approx(truth * np.linalg.norm(x), rel=1e-6)


def test_probable_upper_bounds_fail_no_more_often_than_delta():
    rng = np.random.default_rng(11)
    delta, trials, failures = 0.05, 400, 0
    for trial in range(trials):
        W = rng.standard_normal((12, 12))
        W[:, 0] *= 6
        s = rc.spectral_norm(W, delta=delta, seed=trial, rtol=0.9, max_matvecs=6)
        failures += s.upper.value < np.linalg.norm(W, 2) * (1 - 1e-12)
    assert failures <= delta * trials + 4 * np.sqrt(delta * trials)


def test_reducible_vertices_outside_a_giant_component():
    rng = np.random.default_rng(13)
    core = rng.standard_normal((150, 150))
    W = np.zeros((160, 160))
    W[:150, :150] = core
    W[150:155, :150] = rng.standard_normal((5, 150))
    W[:150, 155:] = rng.standard_normal((150, 5))
    order = rng.permutation(160)
    W = W[np.ix_(order, order)]
    truth = np.abs(np.linalg.eigvals(core)).max()
    for form in (W, np.asfortranarray(W), sparse.csr_array(W)):
        r = rc.spectral_radius(form)
        assert truth in r
        assert r.value == pytest.approx(truth, rel=1e-3)
        # The five vertices that lead to the component belong to the eigenvector, the five that it leads to do not.
        assert np.count_nonzero(r.vector) == 155
        assert np.linalg.norm(W @ r.vector - r.eigenvalue * r.vector) <= min(1e-2 * truth, r.residual)
    assert np.abs(np.linalg.eigvals(np.abs(core))).max() in rc.perron_radius(W)


@pytest.mark.parametrize("estimate", [rc.spectral_radius, rc.spectral_norm, rc.perron_radius])
def test_a_warm_start_never_changes_what_is_true_and_saves_products(estimate):
    W = reservoir(4)
    oracle = {
        rc.spectral_radius: lambda D: np.abs(np.linalg.eigvals(D)).max(),
        rc.spectral_norm: lambda D: np.linalg.norm(D, 2),
        rc.perron_radius: lambda D: np.abs(np.linalg.eigvals(np.abs(D))).max(),
    }[estimate]
    truth = oracle(W.toarray())
    cold = estimate(W, rtol=1e-6 if estimate is rc.perron_radius else 1e-3)
    for start in (cold.vector.real, np.eye(W.shape[0])[3], -np.ones(W.shape[0])):
        warm = estimate(W, start=start, rtol=1e-3)
        assert truth in warm
        assert warm.value == pytest.approx(truth, rel=1e-3)
    if estimate is rc.perron_radius:
        assert estimate(W, start=cold.vector).matvecs < estimate(W).matvecs


def test_tiny_entries_do_not_underflow_into_a_certificate():
    report = rc.check(np.diag([1e-170, 2e-170]), gain=1e171)
    assert report.verdict != rc.Verdict.VANISHES


def test_a_tiny_start_gives_no_false_bound():
    W = np.array([[1.6, 0, 0], [0, 1.6, 0.1], [0, -0.1, 1.6]])
    assert rc.spectral_norm(W, start=[5e-324, 0, 0]).lower.value <= np.linalg.norm(W, 2)
    assert 3.0 in rc.perron_radius(np.array([[1.0, 2.0], [2.0, 1.0]]), start=[1e-320, 0], max_matvecs=1)


def test_a_cycle_of_huge_and_tiny_weights_is_not_zero():
    W = np.array([[0.0, 2.0**1000], [2.0**-100, 0.0]])
    assert 2.0**450 in rc.spectral_radius(W)
    assert 2.0**450 in rc.perron_radius(W)
    assert rc.check(W, activation="tanh").verdict != rc.Verdict.VANISHES


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e200, 1e300])
def test_operators_far_from_one(scale):
    W = np.random.default_rng(4).standard_normal((80, 80))
    far = LinearOperator((80, 80), matvec=lambda x: scale * (W @ x), rmatvec=lambda x: scale * (W.T @ x), dtype=float)
    norm = rc.spectral_norm(far)
    assert norm.value == pytest.approx(scale * np.linalg.norm(W, 2), rel=2e-3)
    assert np.isfinite(norm.residual)
    radius = rc.spectral_radius(far)
    assert radius.lower.value <= scale * np.abs(np.linalg.eigvals(W)).max() <= radius.upper.value
