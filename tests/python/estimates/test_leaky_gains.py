"""Factors on W under a leak: `rescale(leak=)` and the critical gains of linear networks, against dense eigenvalues."""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

SEED = int.from_bytes(os.urandom(4), "little")


def radius(W: np.ndarray, leak: float | np.ndarray, factor: float = 1.0) -> float:
    a = np.broadcast_to(leak, len(W))
    return float(np.abs(np.linalg.eigvals(np.diag(1 - a) + factor * a[:, None] * W)).max())


def first_root(W: np.ndarray, leak: float, target: float, high: float) -> float:
    """The factor with this radius, above 1 - a, by bisection: the radius is convex in the factor."""
    low = 0.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if radius(W, leak, middle) < target else (low, middle)
    return low


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("target", [0.95, 1.0, 1.3])
@pytest.mark.parametrize("leaks", ["one", "each"])
def test_the_radius_of_the_leaky_map_is_the_target(seed: int, target: float, leaks: str) -> None:
    rng = np.random.default_rng((SEED, seed))
    n = int(rng.integers(2, 120))
    W = rng.standard_normal((n, n)) * rng.uniform(0.1, 10.0)
    leak = rng.uniform(0.1, 1.0) if leaks == "one" else rng.uniform(0.1, 1.0, n)
    scaled, factor = rc.rescale(W, spectral_radius=target, leak=leak)
    print(SEED)
    assert factor > 0
    np.testing.assert_allclose(scaled, factor * W, rtol=1e-15)
    assert radius(scaled, leak) == pytest.approx(target, rel=2e-3)
    b = rc.spectral_radius(scaled, leak=leak)
    assert b.graded_upper.value >= target * (1 - 2e-3)
    if leaks == "one":
        assert radius(W, leak, 0.9 * factor) < target
    else:
        # No smaller factor on a grid as fine as that of the search.
        assert all(radius(W, leak, factor * 1.3**-k) < target * (1 + 1e-3) for k in range(12))


@pytest.mark.parametrize("seed", range(6))
def test_conservative_keeps_the_dense_truth_below_the_target(seed: int) -> None:
    rng = np.random.default_rng((SEED, seed))
    n = int(rng.integers(2, 60))
    W = rng.standard_normal((n, n))
    leak = rng.uniform(0.05, 1.0) if seed % 2 else rng.uniform(0.05, 1.0, n)
    scaled, factor = rc.rescale(W, spectral_radius=0.99, leak=leak, conservative=True, seed=seed)
    assert factor > 0
    assert radius(scaled, leak) <= 0.99 * (1 + 1e-12)
    assert radius(scaled, leak) >= min(0.8, 1 - np.min(leak))


def test_a_leak_of_one_is_no_leak() -> None:
    W = np.random.default_rng(SEED).standard_normal((20, 20))
    assert rc.rescale(W, spectral_radius=0.9)[1] == rc.rescale(W, spectral_radius=0.9, leak=np.ones(20))[1]


def test_below_one_minus_the_leak_the_smaller_of_two_factors_is_returned() -> None:
    # |0.5 - 0.5 f| = 0.2 at f = 0.6 and f = 1.4.
    assert rc.rescale([[-1.0]], spectral_radius=0.2, leak=0.5)[1] == pytest.approx(0.6, rel=1e-5)
    # max(|0.5 - 0.5 f|, |0.5 - f|): 0.3 is reached first at f = 0.4.
    assert rc.rescale(np.diag([-1.0, -2.0]), spectral_radius=0.3, leak=0.5)[1] == pytest.approx(0.4, rel=1e-5)
    # Least at f = 2/3, where both are 1/6.
    assert rc.rescale(np.diag([-1.0, -2.0]), spectral_radius=0.17, leak=0.5)[1] == pytest.approx(0.66, rel=1e-4)
    with pytest.raises(
        ValueError, match=r"within reach of a factor, with the leak 0\.5; got 0\.16.*0\.16\d+ is the least"
    ):
        rc.rescale(np.diag([-1.0, -2.0]), spectral_radius=0.16, leak=0.5)
    with pytest.raises(ValueError, match="within reach of a factor"):
        rc.rescale(np.eye(2), spectral_radius=0.3, leak=0.5)


def test_sparse_weights_and_float32_stay() -> None:
    W = sparse.random_array((300, 300), density=0.05, rng=np.random.default_rng(1), dtype=np.float32).tocsr()
    scaled, _ = rc.rescale(W, spectral_radius=0.9, leak=0.3)
    assert scaled.format == "csr"
    assert scaled.dtype == np.float32
    assert rc.spectral_radius(scaled, leak=0.3).value == pytest.approx(0.9, rel=1e-3)


def test_a_target_of_zero_is_the_zero_matrix() -> None:
    for kind in (np.asarray, sparse.csr_array):
        scaled, factor = rc.rescale(kind(np.eye(3)), spectral_radius=0)
        assert factor == 0.0
        assert abs(scaled).sum() == 0.0
    assert rc.rescale(np.eye(3, k=1), spectral_radius=0.0)[1] == 0.0


@pytest.mark.parametrize(
    ("W", "wish", "words"),
    [
        (np.eye(3, k=1), {"spectral_radius": 0.9}, "W has no cycle, so no factor changes it; scale by spectral_norm"),
        (np.eye(3, k=1), {"spectral_radius": 0.9, "leak": 0.5}, "without a cycle.*spectral_norm"),
        (np.eye(3), {"spectral_radius": 0.5, "leak": 0.5}, r"must not be 1 - min\(leak\)"),
        (np.eye(3), {"spectral_norm": 0.5, "leak": 0.5}, "leak goes with spectral_radius alone"),
        (np.eye(3), {"spectral_radius": 0.9, "leak": [0.5, 0.5]}, r"leak must have shape \(3,\)"),
        (np.array([[1.0, -1.0], [1.0, -1.0]]), {"spectral_radius": 1.5, "leak": 0.5}, "within reach of a factor"),
    ],
)
def test_what_no_factor_reaches_is_named(W: np.ndarray, wish: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rc.rescale(W, **wish)


@pytest.mark.parametrize("n", [3, 15, 80])
@pytest.mark.parametrize("leak", [0.05, 0.6])
def test_linear_gains_enclose_the_dense_one(n: int, leak: float) -> None:
    rng = np.random.default_rng((SEED, n))
    W = rng.standard_normal((n, n)) / np.sqrt(n)
    W += 1.5 * rng.choice([-1.0, 1.0]) * np.outer(np.ones(n), np.ones(n)) / n
    critical = rc.check(W, "identity", leak=leak).critical_gain
    dense = first_root(W, leak, 1.0, 2.0 * (2.0 - leak) / (leak * radius(W, 1.0)))
    print(SEED, n, leak, critical, dense)
    assert critical.vanishes_below is not None
    assert critical.vanishes_below.value <= dense * (1 + 1e-9)
    assert critical.vanishes_below.value >= 0.9 / radius(W, 1.0)
    if critical.explodes_above is not None:
        assert dense * (1 - 1e-9) <= critical.explodes_above.value <= 1.3 * dense
    assert critical.estimate == pytest.approx(dense, rel=1e-2)


def test_a_real_dominant_eigenvalue_has_both_linear_gains() -> None:
    rng = np.random.default_rng(SEED)
    for sign in (1.0, -1.0):
        for leak in (0.3, 0.7):
            W = 0.05 * rng.standard_normal((40, 40)) / np.sqrt(40) + sign * np.ones((40, 40)) / 40
            critical = rc.check(W, "identity", leak=leak).critical_gain
            dense = first_root(W, leak, 1.0, 100.0)
            assert critical.explodes_above is not None
            assert 0.99 * dense <= critical.vanishes_below.value <= dense
            assert dense <= critical.explodes_above.value <= 1.01 * dense


def test_a_linear_network_is_judged_at_its_gains() -> None:
    W = np.diag([0.5, -2.0, 0.1]) + 0.01 * np.random.default_rng(SEED).standard_normal((3, 3))
    critical = rc.check(W, "identity", leak=0.1).critical_gain
    assert critical.explodes_above is not None
    above = rc.check(1.001 * critical.explodes_above.value * W, "identity", leak=0.1)
    below = rc.check(0.999 * critical.vanishes_below.value * W, "identity", leak=0.1)
    assert above.verdict is rc.Verdict.EXPLODES
    assert below.verdict is rc.Verdict.VANISHES
