"""R(W): both ends against enumerations, dense eigenvalues and random products; exact cases."""

from __future__ import annotations

import math

import growth_cases as cases
import numpy as np
import pytest
from growth_checks import MODELS, ROUNDING, assert_honest, model_of, solve
from growth_oracle import (
    best_cycle,
    enclose_growth,
    jacobians,
    numerical_radius_on_grid,
    radii,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc

# Every kind of matrix, at the size where dense eigenvalues are cheap.
SMALL = {
    **{f"iid {n} x {d}": (lambda n=n, d=d: cases.iid(n, d, n + d)) for n in (30, 100, 250) for d in (3, 10, 25)},
    **{f"dense iid {n}": (lambda n=n: cases.dense_iid(n, n)) for n in (5, 20, 60, 150)},
    **{f"Dale {n} x {d}": (lambda n=n, d=d: cases.dale(n, d, n)) for n in (30, 200) for d in (5, 20)},
    **{f"Dale, {share} inhibit": (lambda s=share: cases.dale(150, 10, 3, s)) for share in (0.1, 0.5)},
    **{f"rows of one sign {n}": (lambda n=n: cases.by_rows(n, 8, n)) for n in (40, 160)},
    **{f"ring {n}": (lambda n=n: cases.ring(n, n)) for n in (40, 250)},
    **{f"lattice {side}": (lambda s=side: cases.lattice(s, s)) for side in (6, 15)},
    **{f"lattice with drift {drift}": (lambda d=drift: cases.lattice(12, 5, d)) for drift in (0.0, 1.0)},
    **{f"symmetric {n}": (lambda n=n: cases.symmetric(n, 8, n)) for n in (30, 200)},
    **{f"skew {n}": (lambda n=n: cases.skew(n, 8, n)) for n in (31, 200)},
    **{f"rank {r} and noise": (lambda r=r: cases.low_rank(120, r, r)) for r in (1, 2, 5)},
    **{f"power law {n}": (lambda n=n: cases.power_law(n, n)) for n in (60, 300)},
    **{f"trained {n}": (lambda n=n: cases.trained(n, n)) for n in (20, 80)},
    "acyclic": lambda: np.triu(cases.dense_iid(40, 1), 1),
    "triangular": lambda: np.triu(cases.dense_iid(40, 2)),
    "three blocks": lambda: sparse.block_diag([cases.dense_iid(k, k) for k in (9, 30, 50)]).tocsr(),
    "rotations": lambda: np.linalg.qr(cases.dense_iid(50, 4))[0],
    "one cycle": lambda: np.roll(np.diag(np.linspace(-1.5, 2.0, 12)), 1, axis=0),
    "zero rows and columns": lambda: (
        cases.dense_iid(50, 6) * (np.arange(50)[:, None] % 7 > 0) * (np.arange(50) % 5 > 0)
    ),
}


@pytest.mark.parametrize("kind", SMALL)
def test_no_product_contradicts_the_bracket(kind):
    W = SMALL[kind]()
    n = W.shape[0]
    rng = np.random.default_rng()
    for name in ("tanh", rng.choice(list(MODELS)[1:])):
        g = solve(W, name, seed=int(rng.integers(1000)))
        assert_honest(W, g)
        assert g.matvecs <= 10_100
        # Cycles of one to three random slopes.
        lo, hi = g.slope_range
        for p in (1, 1, 2, 3):
            product = np.eye(n)
            for slopes in rng.choice([lo, hi], (p, n)) if rng.random() < 0.7 else rng.uniform(lo, hi, (p, n)):
                product = (1 - g.leak) * product + g.leak * (cases.dense(W) * slopes) @ product
            assert radii(product) ** (1 / p) <= g.upper.value * (1 + ROUNDING)
        if lo <= 0 or hi == 1:
            constant = cases.dense(W) * hi * g.leak + (1 - g.leak) * np.eye(n)
            assert radii(constant) <= g.upper.value * (1 + ROUNDING)


@pytest.mark.parametrize("name", MODELS)
def test_small_matrices_against_enumeration(name):
    rng = np.random.default_rng()
    for n in (1, 2, 2, 3, 3, 4):
        W = rng.standard_normal((n, n)) * rng.choice([0.4, 1.5, 5.0])
        low, high = enclose_growth(W, **model_of(name))
        g = solve(W, name)
        assert_honest(W, g)
        assert g.lower.value <= high * (1 + ROUNDING)
        assert g.upper.value >= low * (1 - ROUNDING)


@pytest.mark.parametrize("n", [5, 6])
def test_five_and_six_neurons(n):
    W = np.random.default_rng().standard_normal((n, n))
    g = solve(W)
    assert g.upper.value >= max(best_cycle(W, p) for p in (1, 2)) * (1 - ROUNDING)
    assert_honest(W, g)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_search_finds_nearly_the_best_cycle(n):
    W = cases.dense_iid(n, 2 * n)
    best = max(best_cycle(W, p) for p in (1, 2))
    g = solve(W)
    assert g.lower.value >= 0.98 * best
    assert g.upper.value <= 1.15 * best


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
    zeros=st.floats(0, 0.7),
    lo=st.sampled_from([-1.0, -0.3, 0.0, 0.2, 1.0]),
    hi=st.sampled_from([0.25, 1.0, 1.3, 8.0]),
    leak=st.sampled_from([1.0, 1.0, 0.7, 0.1]),
    exponent=st.sampled_from([0, 0, -40, 30]),
)
def test_any_range_of_slopes_leak_and_scale(n, seed, zeros, lo, hi, leak, exponent):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((n, n)) * (rng.random((n, n)) >= zeros)
    lo = min(lo, hi)
    slope_range = (np.ldexp(lo, -exponent), np.ldexp(hi, -exponent))
    g = rc.worst_case_growth(np.ldexp(W, exponent), slope_range=slope_range, leak=leak)
    best = max(best_cycle(W, p, lo=lo, hi=hi, leak=leak) for p in (1, 2, 3))
    high = np.linalg.norm(jacobians(W, lo, hi, leak), 2, axis=(1, 2)).max()
    assert g.upper.value >= best * (1 - ROUNDING)
    assert g.lower.value <= high * (1 + ROUNDING)
    assert_honest(np.ldexp(W, exponent), g)


@pytest.mark.parametrize("hi", [0.25, 1.129, 10.0])
def test_components_with_slopes_beyond_one(hi):
    # Row sums of the first block exceed the second's entry, its growth does not.
    W = np.zeros((3, 3))
    W[:2, :2] = [[5, -5], [5, 5]]
    W[2, 2] = 9
    for order in (slice(None), slice(None, None, -1)):
        g = rc.worst_case_growth(W[order, order], slope_range=(0.0, hi))
        assert g.lower.value == pytest.approx(9 * hi, rel=1e-6)
        assert g.upper.value >= 9 * hi * (1 - ROUNDING)
    g = rc.worst_case_growth(np.diag([0.9, 0.5]) + np.diag([0.4], 1), slope_range=(0.0, hi))
    assert g.lower.value <= 0.9 * hi * (1 + ROUNDING)


# Exact cases


@pytest.mark.parametrize("w", [-0.65, -1e-5, 3.0, -40.0])
@pytest.mark.parametrize("leak", [0.7, 0.1])
def test_one_neuron_of_equal_slopes(w, leak):
    g = rc.worst_case_growth(np.array([[w]]), slope_range=(1.0, 1.0), leak=leak)
    exact = abs(1 - leak + leak * w)
    assert g.upper.graded
    assert exact * (1 - ROUNDING) <= g.upper.value <= exact * 1.01


@pytest.mark.parametrize("leak", [1.0, 0.4])
def test_no_cycle_no_growth(leak):
    g = rc.worst_case_growth(np.zeros((3, 3)), leak=leak)
    assert g.upper.value == g.lower.value == pytest.approx(1 - leak, abs=1e-15)
    assert g.upper.grade is g.lower.grade is rc.Grade.PROVED
    if leak == 1:
        assert rc.worst_case_growth(np.triu(np.ones((4, 4)), 1)).upper.value == 0


@pytest.mark.parametrize("n", [1, 7, 60])
def test_nonnegative_up_to_signature_both_ends_are_rho(n):
    rng = np.random.default_rng(n)
    W = rng.random((n, n)) * np.outer(signs := rng.choice([-1.0, 1.0], n), signs) / n
    g = rc.worst_case_growth(W)
    rho = cases.radius(W)
    assert g.upper.grade is g.lower.grade is rc.Grade.PROVED
    assert g.lower.value <= rho * (1 + 1e-12)
    assert g.upper.value >= rho * (1 - 1e-12)
    assert g.upper.value - g.lower.value <= 1e-2 * rho
    assert g.active.all()


@pytest.mark.parametrize("kind", ["symmetric", "skew", "rotation"])
def test_normal_matrices_meet_at_rho(kind):
    W = {
        "symmetric": lambda: cases.symmetric(100, 8, 1),
        "skew": lambda: cases.skew(100, 8, 1),
        "rotation": lambda: np.linalg.qr(cases.dense_iid(40, 4))[0],
    }[kind]()
    g = rc.worst_case_growth(W)
    rho = cases.radius(W)
    assert g.lower.value <= rho * (1 + ROUNDING)
    assert g.upper.value >= rho * (1 - ROUNDING)
    assert g.upper.value - g.lower.value <= 2e-2 * rho
    assert_honest(W, g)


def test_the_transpose_has_the_same_growth():
    W = cases.iid(120, 6, 5)
    a, b = rc.worst_case_growth(W), rc.worst_case_growth(W.T.tocsr())
    assert a.lower.value <= b.upper.value
    assert b.lower.value <= a.upper.value
    assert a.value == pytest.approx(b.value, rel=0.03)


@pytest.mark.parametrize("factor", [2.0**-300, 1e-9, 3.0, 2.0**400])
def test_growth_is_homogeneous(factor):
    W = cases.dense_iid(12, 3)
    a, b = rc.worst_case_growth(W), rc.worst_case_growth(factor * W)
    for x, y in ((a.lower, b.lower), (a.upper, b.upper)):
        assert y.value == pytest.approx(factor * x.value, rel=1e-2)
    assert b.vanishes_below.value == pytest.approx(a.vanishes_below.value / factor, rel=1e-2)


def test_the_upper_end_is_at_most_the_numerical_radius():
    W = cases.dense_iid(6, 11)
    g = rc.worst_case_growth(W)
    _, high = numerical_radius_on_grid(W)
    assert g.upper.value <= high * 1.02


def test_words_over_tiny_slopes_and_entries_do_not_underflow():
    W = np.array([[1.0, -3.27339060789614187e150], [2.938735877055719e-39, 0.0]])
    g = 1.0195788231247692e-56
    rate = math.sqrt(-W[0, 1] * W[1, 0]) * g * (1 + 1e-12)  # rho(|W|), which no witness exceeds
    found = rc.worst_case_growth(W, slope_range=(-g, g))
    assert found.lower.value <= rate
    assert found.lower.value > 0.999 * rate


@pytest.mark.parametrize("leak", [0.1, 0.5, 0.9])
def test_without_a_cycle_the_leak_alone_is_the_growth(leak: float) -> None:
    found = rc.worst_case_growth(np.triu(np.ones((6, 6)), 1), leak=leak)
    assert found.upper.value - found.lower.value <= 1e-15
    assert found.lower.value <= 1.0 - leak <= found.upper.value
    assert found.vanishes_below.value == np.inf
