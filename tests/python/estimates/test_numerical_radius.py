"""w(W) between its bounds: against a grid of angles, known cases, any budget and any kind of input."""

from __future__ import annotations

import growth_cases as cases
import numpy as np
import pytest
from growth_oracle import numerical_radius_on_grid
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc

ROUNDING = 1e-9


def assert_holds(W, b, angles=720):
    low, high = numerical_radius_on_grid(cases.dense(W), angles)
    assert b.lower.value <= high * (1 + ROUNDING)
    assert b.upper.value >= low * (1 - ROUNDING)
    assert b.lower.value <= b.value <= b.upper.value


def form(W, x):
    """|x* W x| / x* x."""
    return abs(np.vdot(x, W @ x)) / np.vdot(x, x).real


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 8),
    seed=st.integers(0, 2**32 - 1),
    density=st.sampled_from([0.2, 0.6, 1.0]),
    kind=st.sampled_from(["any", "skew", "acyclic", "rotation", "near -I", "one sign"]),
    rtol=st.sampled_from([1e-1, 1e-2, 1e-3]),
    exponent=st.sampled_from([0, 0, -700, 600]),
)
def test_small_matrices_against_a_grid(n, seed, density, kind, rtol, exponent):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((n, n)) * (rng.random((n, n)) < density)
    W = {
        "any": W,
        "skew": W - W.T,
        "acyclic": np.triu(W, 1),
        "rotation": np.linalg.qr(rng.standard_normal((n, n)))[0],
        "near -I": 0.1 * W - np.eye(n),
        "one sign": -np.abs(W),
    }[kind]
    b = rc.numerical_radius(np.ldexp(W, exponent), rtol=rtol, seed=seed % 1000)
    low, high = (np.ldexp(v, exponent) for v in numerical_radius_on_grid(W))
    assert b.lower.value <= high * (1 + ROUNDING)
    assert b.upper.value >= low * (1 - ROUNDING)
    assert b.lower.grade is rc.Grade.PROVED
    assert b.upper.value - b.lower.value <= rtol * b.value * (1 + ROUNDING)
    if np.any(W):
        assert form(W, b.vector) >= np.ldexp(b.lower.value, -exponent) * (1 - ROUNDING)


KINDS = {
    "iid": lambda: cases.iid(200, 8, 1),
    "dense iid": lambda: cases.dense_iid(100, 2),
    "Dale": lambda: cases.dale(200, 10, 3),
    "ring": lambda: cases.ring(150, 4),
    "lattice": lambda: cases.lattice(14, 5),
    "symmetric": lambda: cases.symmetric(150, 8, 6),
    "skew": lambda: cases.skew(150, 8, 7),
    "low rank": lambda: cases.low_rank(120, 2, 8),
    "power law": lambda: cases.power_law(200, 9),
    "trained": lambda: cases.trained(60),
}


@pytest.mark.parametrize("kind", KINDS)
def test_networks_against_a_grid(kind):
    W = KINDS[kind]()
    b = rc.numerical_radius(W, seed=int(np.random.default_rng().integers(1000)))
    assert_holds(W, b, 36)
    assert b.lower.grade is rc.Grade.PROVED
    assert b.upper.value - b.lower.value <= 1e-2 * b.value
    assert form(W, b.vector) >= b.lower.value * (1 - ROUNDING)
    # rho <= w <= sigma_1 <= 2 w.
    assert cases.radius(W) <= b.upper.value * (1 + ROUNDING)
    sigma = np.linalg.norm(cases.dense(W), 2)
    assert b.lower.value <= sigma * (1 + ROUNDING)
    assert sigma <= 2 * b.upper.value * (1 + ROUNDING)


@pytest.mark.parametrize(
    ("W", "expected"),
    [
        ([[0.0, 1.0], [0.0, 0.0]], 0.5),
        ([[0.0, 3.0], [-3.0, 0.0]], 3.0),
        ([[-2.0]], 2.0),
        (np.diag([1.0, -4.0, 2.0]), 4.0),
        # A Jordan block of 0: cos(pi / (n + 1)).
        (np.eye(5, k=1), np.cos(np.pi / 6)),
        # Its range is an ellipse with foci 1 and -1 and the minor axis 2.
        ([[1.0, 2.0], [0.0, -1.0]], np.sqrt(2.0)),
        (np.zeros((3, 3)), 0.0),
    ],
)
def test_known_radii(W, expected):
    b = rc.numerical_radius(W, rtol=1e-4)
    assert b.lower.value <= expected * (1 + ROUNDING)
    assert b.upper.value >= expected * (1 - ROUNDING)
    assert b.value == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("n", [1, 6, 80])
def test_one_sign_up_to_signature_is_proved(n):
    rng = np.random.default_rng(n)
    W = -rng.random((n, n))
    b = rc.numerical_radius(W)
    expected = np.linalg.eigvalsh((W + W.T) / 2)[0]
    assert b.upper.grade is b.lower.grade is rc.Grade.PROVED
    assert b.lower.value <= -expected * (1 + 1e-12)
    assert b.upper.value >= -expected * (1 - 1e-12)


def test_unitary_similarity_and_transpose_keep_it():
    W = cases.dense_iid(40, 1)
    Q = np.linalg.qr(cases.dense_iid(40, 2))[0]
    a, b, c = rc.numerical_radius(W), rc.numerical_radius(Q @ W @ Q.T), rc.numerical_radius(W.T)
    for x in (b, c):
        assert a.lower.value <= x.upper.value
        assert x.lower.value <= a.upper.value


def test_powers():
    # Berger: w(W^k) <= w(W)^k.
    W = cases.dense_iid(30, 5)
    w = rc.numerical_radius(W).upper.value
    for k in (2, 3, 5):
        assert rc.numerical_radius(np.linalg.matrix_power(W, k)).lower.value <= w**k * (1 + ROUNDING)


def test_a_fine_bracket_lies_within_a_coarse_one():
    W = cases.iid(300, 8, 2)
    coarse, fine = rc.numerical_radius(W, rtol=0.1), rc.numerical_radius(W, rtol=1e-3)
    assert fine.upper.value - fine.lower.value <= 1e-3 * fine.value
    assert coarse.lower.value <= fine.upper.value
    assert fine.lower.value <= coarse.upper.value


def test_any_budget_gives_true_bounds():
    W = np.random.default_rng().standard_normal((6, 6))
    for matrix in (
        W,
        sparse.linalg.aslinearoperator(W),
        np.zeros((2, 2)),
        sparse.linalg.aslinearoperator(np.eye(3) * 0),
    ):
        dense = W if matrix.shape == (6, 6) else np.zeros(matrix.shape)
        for budget in (1, 2, 3, 7, 19, 40, 61, 90, 124, 160, 300, 600):
            b = rc.numerical_radius(matrix, max_matvecs=budget)
            assert_holds(dense, b, 180)
        assert_holds(dense, rc.numerical_radius(matrix), 180)
        assert_holds(dense, rc.numerical_radius(matrix, max_seconds=0.0), 180)


@pytest.mark.parametrize("n", [300, 9000])
def test_the_same_bits_for_any_number_of_threads(n):
    W = cases.iid(n, 5, 3)
    one, two = (rc.numerical_radius(W, threads=t, max_matvecs=800) for t in (1, 2))
    assert (one.lower, one.value, one.upper, one.matvecs) == (two.lower, two.value, two.upper, two.matvecs)
    assert np.array_equal(one.vector, two.vector)


def test_formats_of_one_matrix():
    W = cases.iid(60, 6, 1)
    for other in (W.tocsc(), W.tocoo(), W.toarray(), np.asfortranarray(W.toarray()), sparse.linalg.aslinearoperator(W)):
        assert_holds(W, rc.numerical_radius(other))
    single = W.toarray().astype(np.float32)
    assert_holds(single, rc.numerical_radius(single))


def test_a_callback_may_stop_the_run():
    seen = []
    b = rc.numerical_radius(cases.iid(300, 5), callback=lambda progress: seen.append(progress) or True)
    assert seen
    assert_holds(cases.iid(300, 5), b, 36)


@pytest.mark.slow
def test_twenty_thousand_neurons():
    W = cases.iid(20_000, 10, 1)
    b = rc.numerical_radius(W)
    assert b.upper.value - b.lower.value <= 1e-2 * b.value
    assert form(W, b.vector) >= b.lower.value * (1 - ROUNDING)
    # A little above sqrt(2), that of a dense iid W of unit radius.
    assert 1.4 < b.value < 1.7
