"""Tracker: after every change of W the brackets contain sigma_1 and rho(|W|), and stay within the margin."""

from __future__ import annotations

import secrets

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc
import rhochain._core as _core


@pytest.fixture
def rng():
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # shown where a test fails
    return np.random.default_rng(seed)


def truths(W):
    dense = (W.toarray() if sparse.issparse(W) else np.asarray(W)).astype(np.float64)
    return np.linalg.norm(dense, 2), np.abs(np.linalg.eigvals(np.abs(dense))).max()


def assert_follows(tracker, W, margin, radius_tolerance=1e-9):
    sigma, rho = truths(W)
    norm, radius = tracker.spectral_norm, tracker.perron_radius
    assert norm.lower.value <= sigma * (1 + 1e-12)
    assert norm.upper.value >= sigma * (1 - 1e-12)
    assert norm.upper.value <= (1 + margin) * norm.lower.value
    assert radius.lower.value <= rho * (1 + radius_tolerance)
    assert radius.upper.value >= rho * (1 - radius_tolerance)
    assert radius.upper.value <= (1 + margin) * radius.lower.value
    assert norm.upper.graded
    assert radius.upper.grade is radius.lower.grade is norm.lower.grade is rc.Grade.PROVED


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(3, 40),
    kind=st.sampled_from(["float64", "float32", "fortran", "csr", "csr32"]),
    scale=st.sampled_from([1.0, 1e-170, 1e150, 3e-5]),
    margin=st.sampled_from([0.02, 0.1, 0.5]),
)
def test_brackets_follow_a_random_walk(seed, n, kind, scale, margin):
    rng = np.random.default_rng(seed)
    if kind in ("float32", "csr32"):
        scale = max(min(scale, 1e15), 1e-15)
    dtype = np.float32 if kind in ("float32", "csr32") else np.float64

    def given_form(D):
        D = (scale * D).astype(dtype)
        return sparse.csr_array(D) if kind.startswith("csr") else np.asfortranarray(D) if kind == "fortran" else D

    D = rng.standard_normal((n, n))
    tracker = rc.Tracker(given_form(D), margin=margin)
    for size in 10.0 ** rng.uniform(-6, -0.5, 8):
        D = D + size * rng.standard_normal((n, n))
        tracker.update(given_form(D))
        assert_follows(tracker, given_form(D), margin)
    assert tracker.updates == 8


def test_small_changes_need_no_fresh_bound_and_large_ones_do(rng):
    W = rng.standard_normal((200, 200)) / np.sqrt(200)
    tracker = rc.Tracker(W, margin=0.1)
    for _ in range(30):
        W = W + 1e-5 * rng.standard_normal(W.shape)
        tracker.update(W)
        assert_follows(tracker, W, 0.1)
    assert (tracker.fresh_norms, tracker.fresh_radii) == (1, 1)
    tracker.update(-3.0 * W.T)
    assert_follows(tracker, -3.0 * W.T, 0.1)
    assert tracker.fresh_norms == 2


def test_an_update_in_place_is_seen(rng):
    W = rng.standard_normal((60, 60))
    tracker = rc.Tracker(W)
    W *= 4.0
    tracker.update(W)
    assert_follows(tracker, W, 0.1)


def test_a_sparse_pattern_that_changes_with_duplicates_and_unsorted_indices(rng):
    n = 80
    tracker = rc.Tracker(sparse.random_array((n, n), density=0.2, rng=rng, format="csr"))
    for _ in range(6):
        rows, columns = rng.integers(0, n, (2, 1500))
        W = sparse.coo_array((rng.standard_normal(1500), (rows, columns)), shape=(n, n))
        order = np.argsort(rows, kind="stable")
        indptr = np.searchsorted(rows[order], np.arange(n + 1))
        listed_twice = sparse.csr_array((W.data[order], columns[order], indptr), shape=(n, n))
        before = listed_twice.copy()
        tracker.update(listed_twice)
        assert_follows(tracker, W, 0.1)
        assert np.array_equal(listed_twice.data, before.data)  # the caller's matrix stays as it is
        assert np.array_equal(listed_twice.indices, before.indices)


def test_entries_with_strides_are_read_where_they_lie(rng):
    W = sparse.csr_array(rng.standard_normal((40, 40)))
    tracker = rc.Tracker(W)
    spread = np.zeros(2 * W.nnz)
    spread[::2] = W.data + 0.02 * rng.standard_normal(W.nnz)
    spread[1::2] = W.data  # what a reader without strides would take for the entries
    strided = sparse.csr_array((spread[::2], W.indices, W.indptr), shape=W.shape)
    strided.data = spread[::2]
    tracker.update(strided)
    assert_follows(tracker, strided, 0.1)
    with pytest.raises(TypeError):
        _core.distance_above(spread[::2], W.data)
    exact = np.linalg.norm(spread[::2] - W.data)
    assert exact <= _core.distance_above(np.ascontiguousarray(spread[::2]), W.data) <= exact * (1 + 1e-9)


def test_a_reducible_matrix_is_bounded_at_every_update(rng):
    W = np.triu(rng.standard_normal((50, 50)))
    tracker = rc.Tracker(W)
    for _ in range(3):
        W = W + 1e-6 * np.triu(rng.standard_normal((50, 50)))
        tracker.update(W)
        rho = np.abs(np.diag(W)).max()
        assert tracker.perron_radius.lower.value <= rho * (1 + 1e-12)
        assert rho * (1 - 1e-12) <= tracker.perron_radius.upper.value
        assert np.linalg.norm(W, 2) <= tracker.spectral_norm.upper.value * (1 + 1e-12)


@pytest.mark.parametrize("W", [np.zeros((4, 4)), np.zeros((1, 1)), np.array([[-2.0]]), np.eye(5, k=1)])
def test_zero_and_tiny_matrices(W):
    tracker = rc.Tracker(W)
    for step in (W, 2.0 * W, W):
        tracker.update(step)
        sigma, _ = truths(step)
        assert tracker.spectral_norm.lower.value <= sigma <= tracker.spectral_norm.upper.value
        assert tracker.perron_radius.upper.value == pytest.approx(abs(step[0, 0]), rel=1e-12)


def test_the_same_bits_for_any_number_of_threads(rng):
    W = rng.standard_normal((300, 300))
    D = 1e-4 * rng.standard_normal((300, 300))
    results = []
    for threads in (1, 2):
        tracker = rc.Tracker(W, threads=threads, seed=3)
        for k in range(1, 5):
            tracker.update(W + k * D)
        norm, radius = tracker.spectral_norm, tracker.perron_radius
        results.append((norm.lower.value, norm.upper.value, radius.lower.value, radius.upper.value))
    assert results[0] == results[1]


def test_misuse_names_the_argument_and_leaves_the_brackets(rng):
    W = rng.standard_normal((6, 6))
    tracker = rc.Tracker(W)
    before = tracker.spectral_norm
    with pytest.raises(ValueError, match=r"W must have the shape of the first, \(6, 6\); got \(5, 5\)"):
        tracker.update(W[:5, :5])
    with pytest.raises(ValueError, match="expected a finite number"):
        tracker.update(np.where(W[2, 3] == W, np.nan, W))
    assert tracker.spectral_norm is before
    with pytest.raises(ValueError, match="square"):
        rc.Tracker(W[:3])
    with pytest.raises(ValueError, match="margin must lie between 0 and 1"):
        rc.Tracker(W, margin=1.0)
    with pytest.raises(TypeError, match="known by its products alone"):
        rc.Tracker(sparse.linalg.aslinearoperator(W))
    with pytest.raises(TypeError, match="must be real"):
        rc.Tracker(W + 1j)


@pytest.mark.parametrize("first", [np.array, sparse.csr_array], ids=["dense", "sparse"])
def test_dense_and_sparse_matrices_may_alternate(first, rng):
    W = rng.standard_normal((12, 12)) / 4
    tracker = rc.Tracker(first(W), margin=0.2)
    for step in range(6):
        W += 0.02 * rng.standard_normal((12, 12))
        tracker.update(np.asfortranarray(W) if step % 2 else sparse.csc_array(W))
        assert_follows(tracker, W, 0.2)
