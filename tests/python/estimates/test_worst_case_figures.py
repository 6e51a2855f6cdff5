"""The width of the bracket of R(W) on networks of the sizes that people use."""

from __future__ import annotations

import growth_cases as cases
import numpy as np
import pytest
from growth_checks import assert_honest
from growth_oracle import (
    simulated_rate,
)

import rhochain as rc

# Figures


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("degree", [10, 100])
def test_iid_of_a_thousand_neurons(degree, seed):
    W = cases.iid(1000, degree, seed)
    rho = cases.radius(W)
    g = rc.worst_case_growth(W)
    assert g.lower.value >= 1.17 * rho
    assert g.upper.value <= 1.42 * rho
    assert g.matvecs <= 10_000
    assert_honest(W, g)


def test_iid_in_units_of_the_circular_law():
    # rho of a draw spreads by some percent around 1; the growth under the worst slopes hardly does.
    g = rc.worst_case_growth(cases.iid(1000, 10, int(np.random.default_rng().integers(10_000))))
    assert g.lower.value >= 1.15
    assert g.upper.value <= 1.45


def test_the_trap_closes():
    # rho = 0.98, but neuron 0 off leaves the entry 1.1.
    trap = np.array([[0.0, 10.0], [-0.012, 1.1]])
    g = rc.worst_case_growth(trap)
    assert g.lower.value == pytest.approx(1.1, abs=1e-3)
    assert g.upper.value == pytest.approx(1.1, abs=1e-3)
    assert g.matvecs <= 10_000


@pytest.mark.parametrize("seed", range(10))
def test_celegans_with_inhibition(seed):
    W, excitatory = cases.celegans(seed)
    g = rc.worst_case_growth(W)
    assert g.lower.value >= cases.radius(cases.dense(W)[np.ix_(excitatory, excitatory)]) * (1 - 1e-4)
    assert g.lower.grade is rc.Grade.PROVED
    assert g.upper.value <= 1.10 * g.lower.value
    assert g.matvecs <= 10_000


# Large ones: both ends against long products


LARGE = {
    "iid 2000 x 10": lambda: cases.iid(2000, 10, 1),
    "Dale 3000 x 20": lambda: cases.dale(3000, 20, 1),
    "ring 4000": lambda: cases.ring(4000, 1),
    "lattice 50": lambda: cases.lattice(50, 1),
    "power law 5000": lambda: cases.power_law(5000, 1),
    "low rank 400": lambda: cases.low_rank(400, 3, 1),
}


@pytest.mark.parametrize("kind", LARGE)
def test_large_networks(kind):
    W = LARGE[kind]()
    g = rc.worst_case_growth(W)
    assert 0 < g.lower.value <= g.upper.value
    assert g.matvecs <= 10_000
    assert simulated_rate(W, g.slopes) >= g.lower.value * (1 - 1e-2)
    # Slopes of 0 and 1 at random, the same ones again: a cycle.
    rng = np.random.default_rng()
    for p in (1, 4):
        cycle = (rng.random((p, W.shape[0])) < 0.5 + 0.5 * rng.random()).astype(float)
        assert simulated_rate(W, cycle, steps=200) <= g.upper.value * 1.02


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["iid", "Dale", "lattice"])
def test_twenty_thousand_neurons(kind):
    n = 20_000
    W = {
        "iid": lambda: cases.iid(n, 10, 2),
        "Dale": lambda: cases.dale(n, 10, 2),
        "lattice": lambda: cases.lattice(141, 2),
    }[kind]()
    g = rc.worst_case_growth(W)
    assert g.lower.value <= g.upper.value
    assert g.matvecs <= 10_000
    assert simulated_rate(W, g.slopes, steps=200) >= g.lower.value * (1 - 1e-3)
    if kind == "iid":
        rho = rc.spectral_radius(W).value
        assert g.lower.value >= 1.18 * rho
        assert g.upper.value <= 1.45 * rho
