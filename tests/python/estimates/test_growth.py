"""One residual proves growth: (|theta| - 1) / r is below the largest norm of the powers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

import rhochain as rc


def largest_power(J, most=4000):
    """max ||J^k|| over k <= most; inf once it is beyond 1e12."""
    P, largest = np.eye(len(J)), 1.0
    for _ in range(most):
        P = J @ P
        size = np.linalg.norm(P, 2)
        largest = max(largest, size)
        if size > 1e12:
            return math.inf
        if size < 1e-12:
            break
    return largest


@given(
    n=st.integers(2, 12),
    seed=st.integers(0, 2**32 - 1),
    radius=st.floats(0.5, 1.2),
    tail=st.floats(0.0, 30.0),
    noise=st.sampled_from([0.0, 1e-10, 1e-3, 0.1]),
    gain=st.sampled_from([1.0, 0.7, 1.3]),
    leak=st.sampled_from([1.0, 0.5]),
)
@settings(max_examples=150, deadline=None)
def test_never_above_the_largest_norm_of_the_powers(n, seed, radius, tail, noise, gain, leak):
    rng = np.random.default_rng(seed)
    W = np.triu(rng.standard_normal((n, n)) * tail, 1) + np.diag(rng.uniform(-radius, radius, n))
    Q = np.linalg.qr(rng.standard_normal((n, n)))[0]
    W = Q @ W @ Q.T
    J = (1 - leak) * np.eye(n) + leak * gain * W
    # Pseudo-eigenvectors as well as eigenvectors: the top right singular vector of a resolvent outside the spectrum.
    z = rng.uniform(1.0, 1.5) * np.exp(2j * np.pi * rng.uniform())
    x = np.linalg.svd(J - z * np.eye(n))[2][-1].conj()
    x = x + noise * (rng.standard_normal(n) + 1j * rng.standard_normal(n))
    bound = rc.growth_factor(W, x, gain=gain, leak=leak)
    assert bound.grade is rc.Grade.PROVED
    assert 1.0 <= bound.value <= largest_power(J) * (1.0 + 1e-9)


def test_a_nilpotent_matrix_grows_by_what_its_pseudospectrum_says_and_no_more():
    n = 60
    W = 2.0 * sparse.eye_array(n, k=1)
    x = 0.6 ** np.arange(n)
    bound = rc.growth_factor(W, x)
    assert 1e12 < bound.value <= 2.0 ** (n - 1)


def test_an_exact_eigenvector_proves_growth_far_beyond_any_level():
    bound = rc.growth_factor(np.diag([1.5, 0.5]), [1.0, 0.0])
    assert bound.value > 1e12
    assert rc.growth_factor(np.diag([0.9, 0.5]), [1.0, 0.0]).value == 1.0


def test_a_leak_changes_the_jacobian_and_with_it_the_growth():
    # theta = -1.2: the leaky Jacobian (1 - a) + a theta stays within the unit circle.
    W = np.diag([-1.2, 0.5])
    assert rc.growth_factor(W, [1.0, 0.0]).value > 1e12
    assert rc.growth_factor(W, [1.0, 0.0], leak=0.5).value == 1.0
    assert rc.growth_factor(-W, [1.0, 0.0], leak=0.5).value > 1e12


def test_a_nilpotent_matrix_may_grow_first_and_no_verdict_rests_on_it():
    W = 2.0**17 * np.array([[0.0, 1.0, 0.0], [-1.0, -2.0, 1.0], [-2.0, -3.0, 2.0]])
    assert not np.any(W @ W @ W)
    x = rc.spectral_radius(W).vector
    assert 1.0 <= rc.growth_factor(W, x).value <= np.linalg.norm(W @ W, 2)
    assert rc.check(W, "identity").verdict is not rc.Verdict.EXPLODES


def test_an_operator_gives_an_estimate():
    W = np.diag([1.5, 0.5, 0.2])
    A = LinearOperator((3, 3), matvec=lambda x: W @ x, rmatvec=lambda x: W.T @ x, dtype=float)
    assert rc.growth_factor(A, [1.0, 1e-9, 0.0]).grade is rc.Grade.ESTIMATE


@pytest.mark.parametrize("scale", [1e-300, 1e-20, 1e20, 1e300])
def test_the_vector_may_have_any_size(scale):
    W = np.array([[0.0, 2.0], [-2.0, 0.1]])
    x = rc.spectral_radius(W).vector
    assert rc.growth_factor(W, x * scale).value > 1e10


@pytest.mark.parametrize(
    ("factor", "gain", "leak"),
    [(1.3e200, 1e108, 1.0), (1.3e200, 1e108, 0.5), (1.0, 1.7e308, 1.0), (1e300, 1e300, 1.0), (1e200, 1e-100, 1e-60)],
)
def test_arguments_whose_product_leaves_the_range_prove_growth(factor, gain, leak):
    # theta = factor (1 + 1j), an exact eigenpair: the residual is rounding alone.
    W = factor * np.array([[1.0, 1.0], [-1.0, 1.0]])
    bound = rc.growth_factor(W, [1.0, 1.0j], gain=gain, leak=leak)
    assert bound.grade is rc.Grade.PROVED
    assert 1e12 < bound.value < math.inf


def test_no_eigenvector_is_given_where_none_was_found():
    W = np.array([[-3.45806541e-223, 1.04639512e298], [1.70495788e-254, 3.38813179e-021]])
    r = rc.spectral_radius(W)
    assert r.vector is None
    assert np.isnan(r.residual)
    with pytest.raises(TypeError, match="x must be a vector; got None"):
        rc.growth_factor(W, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(x=[1.0, 2.0, 3.0]), "x: got length 3, expected length 2"),
        (dict(x=[0.0, 0.0]), "x: got the zero vector"),
        (dict(x=[1.0, np.nan]), "not finite"),
        (dict(x=[[1.0], [2.0]]), "x must have shape"),
        (dict(x=[1.0, 0.0], gain=0.0), "gain"),
        (dict(x=[1.0, 0.0], leak=1.5), "leak"),
    ],
)
def test_misuse_names_the_argument(arguments, words):
    with pytest.raises(ValueError, match=words):
        rc.growth_factor(np.eye(2), **arguments)
