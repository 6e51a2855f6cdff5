"""The cycle of slopes behind the lower end of R(W), and the gains between vanishing and exploding."""

from __future__ import annotations

import growth_cases as cases
import numpy as np
import pytest
from growth_checks import ROUNDING, solve
from growth_oracle import (
    apply_jacobian,
    enclose_growth,
    radii,
    simulated_rate,
)

import rhochain as rc

# Witnesses


@pytest.mark.parametrize("name", ["tanh", "leaky_relu:0.5", "gelu", "tanh, leak 0.5"])
@pytest.mark.parametrize("kind", ["iid", "Dale", "C. elegans", "trained"])
def test_a_witness_reproduces_in_a_chain_and_in_numpy(kind, name):
    W = {
        "iid": lambda: cases.iid(300, 10),
        "Dale": lambda: cases.dale(300, 10),
        "C. elegans": lambda: cases.celegans(0)[0],
        "trained": lambda: cases.trained(60),
    }[kind]()
    g = solve(W, name)
    p, K = len(g.slopes), 480
    slopes = np.tile(g.slopes, (-(-K // p), 1))
    chain = rc.JacobianChain(W, slopes=slopes, leak=g.leak)
    # ||A^m|| >= rho(A)^m.
    assert chain.norm(max_matvecs=4 * K).upper.value / len(slopes) >= np.log(g.lower.value) - ROUNDING
    # Row 0 acts first: the chain's product of a vector is that of the simulation.
    x = np.random.default_rng(1).standard_normal(W.shape[0])
    y = x
    for s in g.slopes:
        y = apply_jacobian(W, s, y, g.leak)
    once = rc.JacobianChain(W, slopes=g.slopes, leak=g.leak)
    v = np.random.default_rng(2).standard_normal(W.shape[0])
    mantissas, exponents = once.vjp(v).vectors
    assert v @ y == pytest.approx(np.ldexp(mantissas, exponents) @ x, rel=1e-9, abs=1e-9)
    assert simulated_rate(W, g.slopes, g.leak) >= g.lower.value * (1 - 1e-7)


def test_the_order_of_a_cycle_matters():
    # A cycle of three with a rate of its own against the reversed one, found among random small matrices.
    rng = np.random.default_rng(5)
    for _ in range(200):
        W = rng.standard_normal((3, 3))
        g = rc.worst_case_growth(W)
        if len(g.active) < 3:
            continue
        product, reverse = np.eye(3), np.eye(3)
        for s in g.slopes:
            product = (W * s) @ product
        for s in g.slopes[::-1]:
            reverse = (W * s) @ reverse
        rate, other = radii(product) ** (1 / len(g.active)), radii(reverse) ** (1 / len(g.active))
        if other < 0.999 * rate:
            assert rate >= g.lower.value * (1 - ROUNDING)
            assert other < g.lower.value
            return
    pytest.skip("no cycle whose order matters")


def test_leaky_relu_allows_no_slope_of_zero():
    # With slopes {0, 1} the second neuron is switched off: rate 1.1. With slopes from 0.5 to 1 all cycles are slower.
    trap = np.array([[0.0, 10.0], [-0.012, 1.1]])
    free = rc.worst_case_growth(trap)
    leaky = rc.worst_case_growth(trap, "leaky_relu:0.5")
    _, high = enclose_growth(trap, 1e-3, lo=0.5)
    assert high < 1.09
    assert leaky.lower.value <= high * (1 + ROUNDING)
    assert free.lower.value > 1.0999
    assert (leaky.slopes >= 0.5).all()


def test_gelu_grows_faster_than_its_upper_slope_alone():
    # Columns of both signs: slopes of both signs make all of W act with one sign.
    W = np.array([[1.0, -1.0], [1.0, -1.0]])
    lo, hi = rc.activation("gelu").slope_range
    g = rc.worst_case_growth(W, "gelu")
    assert lo < 0
    assert g.lower.value == pytest.approx(hi - lo, rel=1e-3)
    assert g.lower.value > hi * rc.worst_case_growth(W).upper.value * 1.05


def test_with_a_leak_the_critical_gain_is_not_one_over_the_growth():
    # One neuron, w < 0, a = 1/2: |1/2 + a g w s| with s in [0, 1] exceeds 1 from g |w| = 3 on.
    g = rc.worst_case_growth([[-1.0]], leak=0.5)
    assert g.vanishes_below.value == pytest.approx(3.0, rel=1e-6)
    assert g.explodes_above is None or g.explodes_above.value >= 3.0 * (1 - ROUNDING)
    # Growth at the gain 4: 3/2, not 4 / 2 + 1/2.
    four = rc.worst_case_growth([[-4.0]], leak=0.5)
    assert four.lower.value == pytest.approx(1.5, rel=1e-6)
    assert four.upper.value == pytest.approx(1.5, rel=1e-6)
    # Nonnegative: the same gain at any leak.
    for leak in (1.0, 0.5, 0.05):
        g = rc.worst_case_growth([[0.5, 0.25], [0.25, 0.5]], leak=leak)
        assert g.explodes_above.value == pytest.approx(1 / 0.75, rel=1e-3)
        assert g.vanishes_below.value == pytest.approx(1 / 0.75, rel=1e-3)


# Critical gain


@pytest.mark.parametrize("name", ["tanh", "gelu", "tanh, leak 0.5", "gelu, leak 0.3"])
@pytest.mark.parametrize("n", [2, 3, 40])
def test_critical_gains_agree_with_growth_at_these_gains(n, name):
    W = cases.dense_iid(n, int(np.random.default_rng().integers(1000)))
    g = solve(W, name)
    lo, hi = g.slope_range
    below, above = g.vanishes_below, g.explodes_above
    assert below is not None
    if above is None:
        # With a leak the search may find no gain; without one the growth of any witness gives it.
        assert g.leak < 1
        return
    assert below.value < above.value

    def at(gain):
        return rc.worst_case_growth(W, slope_range=(gain * lo, gain * hi), leak=g.leak)

    # Nothing may explode just below the first, something explodes above the second; the growth rises with the gain.
    assert at(0.999 * below.value).lower.value <= 1
    assert at(1.001 * above.value).upper.value >= 1
    if n <= 3:
        for gain, one_side in ((below.value, 1), (above.value, -1)):
            low, high = enclose_growth(W, 2e-3, lo=gain * lo, hi=gain * hi, leak=g.leak)
            assert (low <= 1 + ROUNDING) if one_side == 1 else (high >= 1 - ROUNDING)
    growth = [at(c * above.value) for c in (0.5, 1.0, 2.0)]
    assert growth[0].lower.value <= growth[1].upper.value
    assert growth[1].lower.value <= growth[2].upper.value
    if g.leak == 1:
        assert below.value == pytest.approx(1 / g.upper.value, rel=1e-12)
        assert above.value == pytest.approx(1 / g.lower.value, rel=1e-12)
