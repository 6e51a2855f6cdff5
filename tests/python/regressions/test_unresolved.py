"""Spectra that fill a disk: no eigenpair settles, and the bracket is tight all the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc


def disk(n: int, degree: int, seed: int):
    rng = np.random.default_rng(seed)
    indptr = np.arange(0, n * degree + 1, degree, dtype=np.int32)
    indices = rng.integers(0, n, n * degree, dtype=np.int32)
    W = sparse.csr_array((rng.standard_normal(n * degree) / np.sqrt(degree), indices, indptr), shape=(n, n))
    W.sum_duplicates()
    return W


def long_growth(W, steps: int) -> float:
    """Growth over the second half of `steps` powers from a start of its own."""
    x = np.random.default_rng(99).standard_normal(W.shape[0])
    log = 0.0
    for step in range(steps):
        x = W @ x
        norm = np.linalg.norm(x)
        x /= norm
        log += np.log(norm) if step >= steps // 2 else 0.0
    return np.exp(log / (steps - steps // 2))


@pytest.mark.parametrize(
    ("n", "degree"),
    [(6_000, 10), (3_000, 40), pytest.param(20_000, 10, marks=pytest.mark.slow)],
)
def test_values_agree_with_a_run_ten_times_as_long(n, degree):
    W = disk(n, degree, 5)
    r = rc.spectral_radius(W, delta=1e-6)
    long = long_growth(W, 20_000)
    assert r.value == pytest.approx(long, rel=3e-3)
    assert r.lower.value <= long <= r.upper.value


def test_a_large_disk_is_bracketed_within_one_and_a_half_percent():
    W = disk(100_000, 10, 6)
    r = rc.spectral_radius(W, delta=1e-6)
    assert r.width <= 0.015
    assert r.upper.grade == rc.Grade.PROBABLE
    assert r.upper.delta == 1e-6


def test_where_no_pair_settles_the_growth_of_powers_is_the_answer():
    W = disk(30_000, 20, 1)
    unsettled = rc.spectral_radius(W, delta=1e-6, rtol=1e-12)
    assert unsettled.status == rc.Status.BRACKETED
    assert unsettled.lower.source == "growth rate less its spread"
    assert unsettled.width <= 0.02
    settled = rc.spectral_radius(W, delta=1e-6)
    assert unsettled.lower.value <= settled.value <= unsettled.upper.value
    assert unsettled.value == pytest.approx(settled.value, rel=3e-3)


def test_a_stricter_delta_costs_products_and_never_the_grade():
    W = disk(20_000, 10, 7)
    loose, strict = (rc.spectral_radius(W, delta=delta) for delta in (1e-3, 1e-9))
    assert loose.upper.value <= strict.upper.value
    assert strict.upper.delta == 1e-9


def test_a_budget_that_ends_early_leaves_the_growth_rate_as_the_value():
    """Not the middle of bounds that are orders of magnitude apart."""
    W = disk(5000, 10, 8)
    full = rc.spectral_radius(W)
    for products in (150, 300):
        cut = rc.spectral_radius(W, max_matvecs=products)
        assert cut.status == rc.Status.BUDGET_SPENT
        assert cut.value == pytest.approx(full.value, rel=0.1)
