"""rho((1 - a) I + a W): the radius that decides a linear network with leak."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc


def dense_radius(W: np.ndarray, leak: float | np.ndarray) -> float:
    a = np.broadcast_to(leak, len(W))
    return float(np.abs(np.linalg.eigvals(np.diag(1 - a) + a[:, None] * W)).max())


@pytest.mark.parametrize("seed", range(3))
def test_radius_of_the_leaky_map(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 200))
    W = rng.standard_normal((n, n)) / np.sqrt(n)
    for leak in (0.1, 0.7, rng.uniform(0.05, 1.0, n)):
        b = rc.spectral_radius(W, leak=leak, seed=seed)
        rho = dense_radius(W, leak)
        assert b.value == pytest.approx(rho, rel=2e-3)
        assert b.graded_upper is not None
        assert b.graded_upper.value >= rho * (1 - 1e-12)
        assert b.graded_lower is None or b.graded_lower.value <= rho * (1 + 1e-12)


def test_the_maximiser_is_not_an_outer_eigenvalue_of_w() -> None:
    # |0.7 + 0.3 lambda| is largest at 1.5, which is not the outermost eigenvalue.
    b = rc.spectral_radius(np.diag([1.5, -3.0]), leak=0.3)
    assert b.value == pytest.approx(1.15, rel=1e-6)
    assert b.lower.graded
    assert b.lower.value > 1.149
    assert rc.spectral_radius(-1.6 * np.eye(3), leak=0.3).value == pytest.approx(0.22, rel=1e-6)


def test_nonnegative_weights_are_proved_at_both_ends() -> None:
    W = abs(sparse.random_array((300, 300), density=0.05, rng=np.random.default_rng(1))).tocsr()
    b = rc.spectral_radius(W, leak=0.25, rtol=1e-5)
    assert b.lower.grade is rc.Grade.PROVED
    assert b.upper.grade is rc.Grade.PROVED
    assert b.value == pytest.approx(0.75 + 0.25 * rc.spectral_radius(W, rtol=1e-6).value, rel=2e-5)


def test_a_leak_of_one_changes_no_bit() -> None:
    W = np.random.default_rng(5).standard_normal((60, 60))
    plain, leaky = rc.spectral_radius(W), rc.spectral_radius(W, leak=np.ones(60))
    assert (plain.value, plain.lower, plain.upper) == (leaky.value, leaky.lower, leaky.upper)


@pytest.mark.parametrize("leak", [0.0, -0.5, 1.5, np.nan, [0.5, 0.0, 0.5]])
def test_a_leak_outside_its_range_is_named(leak: object) -> None:
    with pytest.raises(ValueError, match=r"^leak(\[1\])? must be above 0 and at most 1; got"):
        rc.spectral_radius(np.eye(3), leak=leak)


def test_a_leak_of_the_wrong_length_is_named() -> None:
    with pytest.raises(ValueError, match=r"leak must have shape \(3,\); got \(2,\)"):
        rc.spectral_radius(np.eye(3), leak=[0.5, 0.5])
