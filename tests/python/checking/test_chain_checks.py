"""`check_chain`: verdicts for the trajectory of any cell, from graded bounds alone."""

import json

import numpy as np
import pytest
from gated_cells import network

import rhochain as rc

CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}


def gated(cell, gain, K=200):
    net = network(cell, n=6, K=K, gain=gain, seed=1)
    return CHAINS[cell].from_gates(net.U, **net.gates())


def diagonal(factor, K=100):
    """P = factor^K I."""
    return rc.JacobianChain(factor * np.eye(3), slopes=np.ones((K, 3)))


@pytest.mark.parametrize("cell", CHAINS)
@pytest.mark.parametrize("gain", [0.3, 1.5, 4.0])
def test_the_verdict_of_a_gated_chain_is_that_of_its_norm(cell, gain):
    chain = gated(cell, gain)
    report = rc.check_chain(chain)
    norm = chain.norm()
    assert report.norm.value == norm.value
    assert report.steps == 200
    assert report.shape == chain.shape
    if norm.upper.graded and norm.upper.value < np.log(1e-3):
        assert report.verdict is rc.Verdict.VANISHES_ON_TRAJECTORY
    elif norm.lower.graded and norm.lower.value > np.log(1e3):
        assert report.verdict is rc.Verdict.EXPLODES_ON_TRAJECTORY
    else:
        assert report.verdict is rc.Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [
        (0.9, "VANISHES_ON_TRAJECTORY"),
        (1.0, "UNDECIDED"),
        (1.1, "EXPLODES_ON_TRAJECTORY"),
        (0.0, "VANISHES_ON_TRAJECTORY"),
    ],
)
def test_closed_forms(factor, verdict):
    report = rc.check_chain(diagonal(factor))
    assert str(report.verdict) == verdict
    assert verdict in str(report)
    assert "100 Jacobians, 3 x 3" in str(report)
    plain = json.loads(report.to_json())
    assert plain["verdict"] == verdict
    assert plain["steps"] == 100
    assert plain["norm"]["status"] == "converged"


def test_levels_move_the_verdict():
    chain = diagonal(0.9)
    assert rc.check_chain(chain, vanish_level=1e-5).verdict is rc.Verdict.UNDECIDED
    growing = diagonal(1.1)
    assert rc.check_chain(growing, explode_level=1e6).verdict is rc.Verdict.UNDECIDED


def test_it_agrees_with_check_where_that_leaves_the_trajectory_to_decide():
    W, chain = 1.1 * np.eye(3), diagonal(1.1)
    report = rc.check(W, gain=1.0, chain=chain)
    own = rc.check_chain(chain)
    assert report.verdict is own.verdict
    assert report.reason == own.reason


def test_misuse():
    chain = diagonal(0.5)
    with pytest.raises(
        TypeError, match="chain must be a JacobianChain, GRUChain, LSTMChain, StackChain or MatrixChain; got ndarray"
    ):
        rc.check_chain(np.eye(3))
    with pytest.raises(ValueError, match="levels must obey"):
        rc.check_chain(chain, vanish_level=2.0, explode_level=1.0)
    with pytest.raises(ValueError, match="rtol"):
        rc.check_chain(chain, rtol=0.0)
    with pytest.raises(ValueError, match=r"W beside a GRUChain must be its weights, .* \(3n, n\); got shape \(6, 6\)"):
        rc.check(np.eye(6), gain=1.0, chain=gated("gru", 1.0))


def test_check_hands_its_options_to_the_norm_of_the_chain_and_quick_leaves_out_what_cannot_matter():
    rng = np.random.default_rng(4)
    W = 1.4 * rng.standard_normal((40, 40)) / np.sqrt(40)
    chain = rc.JacobianChain(W, slopes=rng.uniform(0.5, 1.0, (300, 40)))
    own = rc.check(W, gain=1.0, chain=chain, delta=1e-3, max_matvecs=60).chain_norm
    assert own.matvecs <= 68
    assert own.upper.value == chain.norm(delta=1e-3, max_matvecs=60).upper.value
    small = 0.1 * W
    chain = rc.JacobianChain(small, slopes=np.ones((300, 40)))
    assert rc.check(small, gain=1.0, chain=chain, quick=True).chain_norm is None
    assert rc.check(small, gain=1.0, chain=chain).chain_norm is not None


def test_a_chain_beside_gains_for_each_neuron_is_not_said_to_obey_them():
    W = np.array([[0.0, 1.0], [3.0, 0.0]])
    report = rc.check(W, gain=[0.1, 1.0], chain=rc.JacobianChain(W, slopes=np.ones((300, 2))))
    assert report.verdict is rc.Verdict.VANISHES
    assert any("if its slopes obey the gain of each neuron, which was not compared" in note for note in report.notes)
