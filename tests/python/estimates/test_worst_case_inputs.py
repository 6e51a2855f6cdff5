"""worst_case_growth: kinds of inputs, budgets, threads, misuse."""

from __future__ import annotations

import growth_cases as cases
import numpy as np
import pytest
from growth_checks import ROUNDING, assert_honest, model_of, solve
from growth_oracle import (
    enclose_growth,
)
from scipy import sparse

import rhochain as rc

# Inputs, budgets, threads


def identical(a, b):
    return (
        (a.lower.value, a.value, a.upper.value, a.matvecs, a.status)
        == (b.lower.value, b.value, b.upper.value, b.matvecs, b.status)
        and np.array_equal(a.active, b.active)
        and (a.vanishes_below, a.explodes_above) == (b.vanishes_below, b.explodes_above)
    )


@pytest.mark.parametrize("name", ["tanh", "gelu", "tanh, leak 0.5"])
def test_the_same_bits_for_any_number_of_threads(name):
    W = cases.iid(9000, 4, 8)
    one, two, three = (solve(W, name, threads=t, max_matvecs=1500) for t in (1, 2, 3))
    assert identical(one, two)
    assert identical(one, three)


def test_formats_of_one_matrix():
    W = cases.iid(80, 6, 2)
    W.sum_duplicates()
    expected = rc.worst_case_growth(W)
    for other in (W.tocsc(), W.tocoo(), W.toarray(), np.asfortranarray(W.toarray())):
        g = rc.worst_case_growth(other)
        assert g.lower.value <= expected.upper.value
        assert expected.lower.value <= g.upper.value
        assert g.value == pytest.approx(expected.value, rel=0.03)
        assert_honest(W, g)
    single = W.toarray().astype(np.float32)
    assert_honest(single.astype(np.float64), rc.worst_case_growth(single))


def test_entries_given_twice_add_up():
    # Column 1 holds 1 and -3 in one place: it is negative.
    W = sparse.csr_matrix((np.array([1.0, -3.0, 2.0, 0.5]), np.array([1, 1, 0, 1]), np.array([0, 2, 4])), shape=(2, 2))
    assert_honest(W, rc.worst_case_growth(W))
    low, high = enclose_growth(W.toarray(), 1e-3)
    g = rc.worst_case_growth(W)
    assert g.lower.value <= high * (1 + ROUNDING)
    assert g.upper.value >= low * (1 - ROUNDING)


@pytest.mark.parametrize("leak", [1.0, 0.5])
def test_operators(leak):
    W = cases.iid(120, 8, 4)
    operator = sparse.linalg.aslinearoperator(W)
    g = rc.worst_case_growth(operator, leak=leak)
    entries = rc.worst_case_growth(W, leak=leak)
    assert g.lower.value <= entries.upper.value
    assert g.upper.value >= entries.lower.value
    assert g.lower.grade is not rc.Grade.PROVED or g.lower.value <= 1 - leak
    assert_honest(W, g)


@pytest.mark.parametrize("name", ["tanh", "gelu", "tanh, leak 0.5"])
def test_any_budget_gives_true_bounds(name):
    W = np.random.default_rng().standard_normal((3, 3))
    low, high = enclose_growth(W, **model_of(name))
    blocks = sparse.block_diag([W, W.T / 2, cases.dense_iid(8, 1) / 9]).tocsr()
    for budget in (1, 2, 3, 5, 8, 13, 30, 80, 200, 500, 1300):
        for matrix in (W, blocks):
            g = solve(matrix, name, max_matvecs=budget)
            assert g.upper.value >= low * (1 - ROUNDING)
            assert g.lower.value <= high * (1 + ROUNDING)
            assert_honest(matrix, g)
    g = solve(W, name, max_seconds=0.0)
    assert g.upper.value >= low * (1 - ROUNDING)
    assert g.lower.value <= high * (1 + ROUNDING)


def test_a_callback_may_stop_the_run():
    seen = []
    g = rc.worst_case_growth(cases.iid(200, 5), callback=lambda progress: seen.append(progress) or True)
    assert seen
    assert g.upper.graded


@pytest.mark.parametrize(
    "options",
    [
        {"leak": 0.0},
        {"leak": 1.5},
        {"leak": float("nan")},
        {"slope_range": (0.0, 0.0)},
        {"slope_range": (1.0, 0.5)},
        {"slope_range": (0.0, float("inf"))},
        {"activation": "tanh", "slope_range": (0.0, 0.5)},
        {"activation": "exp"},
    ],
)
def test_misuse(options):
    with pytest.raises(ValueError, match=r"leak|slope_range|activation|exp"):
        rc.worst_case_growth(np.eye(2), **options)


@pytest.mark.parametrize("given_range", [0.5, (1.0,), "up"])
def test_a_slope_range_is_a_pair_of_numbers(given_range):
    with pytest.raises(TypeError):
        rc.worst_case_growth(np.eye(2), slope_range=given_range)


@pytest.mark.parametrize("seed", range(8))
def test_slopes_of_both_signs_where_a_neuron_only_sends(seed):
    rng = np.random.default_rng(seed)
    n = 46
    W = rng.standard_normal((n, n)) * (rng.random((n, n)) < 0.15)
    W[np.arange(n), np.roll(np.arange(n), 1)] = 0.7  # a ring: one component
    W[0] = 0.0  # but neuron 0, which receives nothing
    W[1, 1] = W[2, -1] = 0.7
    whole, inner = (rc.worst_case_growth(V, slope_range=(-1.0, 1.0), seed=seed) for V in (W, W[1:, 1:]))
    assert rc.components(W).cyclic == 1
    assert whole.upper.value >= inner.lower.value
    assert inner.upper.value >= whole.lower.value
    assert whole.upper.value <= 1.05 * inner.upper.value
