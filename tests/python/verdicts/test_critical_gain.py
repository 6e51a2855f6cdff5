"""The critical gain: its two ends against networks with that gain, in a report, in JSON and in words."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc

V = rc.Verdict
TRAP = np.array([[0.0, 10.0], [-0.012, 1.1]])


def test_the_trap():
    report = rc.check(TRAP, activation="tanh")
    critical = report.critical_gain
    assert critical.vanishes_below.value == pytest.approx(1 / 1.1, rel=2e-2)
    assert critical.explodes_above.value == pytest.approx(1 / 1.1, rel=1e-5)
    assert critical.vanishes_below.value <= critical.estimate <= critical.explodes_above.value
    assert critical.explodes_above.grade is rc.Grade.PROVED
    assert rc.check(0.999 * critical.vanishes_below.value * TRAP, activation="tanh").verdict is V.VANISHES


@given(
    seed=st.integers(0, 10_000),
    activation=st.sampled_from(["tanh", "logistic", "leaky_relu:0.5", "gelu", "identity"]),
    leak=st.sampled_from([1.0, 0.4]),
)
@settings(max_examples=30, deadline=None)
def test_networks_at_the_two_ends(seed, activation, leak):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    W = rng.standard_normal((n, n)) * rng.choice([0.2, 1.0, 5.0])
    critical = rc.check(W, activation=activation, leak=leak, seed=seed).critical_gain
    below, above = critical.vanishes_below, critical.explodes_above
    assert below.graded
    assert above is None or below.value <= above.value
    lo, hi = rc.activation(activation).slope_range
    # Slopes of one's own: below the first end no cycle grows, above the second its witness does.
    for _ in range(5):
        s = rng.uniform(lo, hi, (3, n))
        P = np.eye(n)
        for row in s:
            P = ((1 - leak) * np.eye(n) + leak * below.value * W * row) @ P
        assert max(abs(np.linalg.eigvals(P))) <= 1 + 1e-9
    if above is not None and above.value < math.inf:
        report = rc.check(1.02 * above.value * W, activation=activation, leak=leak, seed=seed)
        assert report.verdict not in (V.VANISHES, V.CANNOT_EXPLODE)


def test_norms_serve_with_any_leak():
    W = np.array([[0.0, 2.0], [0.5, 0.0]])
    for leak in (1.0, 0.3, 1e-3):
        critical = rc.check(W, activation="relu", leak=leak).critical_gain
        assert critical.vanishes_below.value == pytest.approx(1.0, rel=2e-3)
        assert critical.vanishes_below.value <= 1.0


def test_a_linear_network_has_the_inverse_of_its_radius():
    critical = rc.check(np.diag([0.5, -2.0]), activation="identity").critical_gain
    assert critical.vanishes_below.value == pytest.approx(0.5, rel=1e-3)
    assert critical.explodes_above.value == pytest.approx(0.5, rel=1e-3)
    assert critical.estimate == pytest.approx(0.5, rel=1e-3)
    leaky = rc.check(np.diag([0.5, -2.0]), activation="identity", leak=0.1).critical_gain
    # 0.9 + 0.1 g / 2 reaches 1 at 2, before 0.9 - 0.2 g reaches -1.
    assert 1.99 <= leaky.vanishes_below.value <= 2.0
    assert 2.0 <= leaky.explodes_above.value <= 2.01


def test_without_a_cycle_every_gain_vanishes():
    for options in ({"activation": "tanh"}, {"activation": "identity"}, {"gain": 2.0, "quick": True}):
        critical = rc.check(np.eye(4, k=1), **options).critical_gain
        assert critical.vanishes_below.value == math.inf
        assert str(critical) == "W times any factor: every gradient vanishes (PROVED)."
        assert json.loads(json.dumps(critical.to_dict()))["vanishes_below"]["value"] == "inf"


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e200, 1e305])
def test_no_gain_leaves_the_range_of_its_claim(scale):
    W = scale * np.array([[0.0, 2.0], [-0.5, 0.3]])
    critical = rc.check(W, activation="tanh").critical_gain
    below, above = critical.vanishes_below, critical.explodes_above
    if below is not None:
        assert below.value < math.inf
        assert below.value <= (1 / (0.3 * scale) if scale > 1e-300 else math.inf)
    if above is not None and below is not None:
        assert below.value <= above.value
    assert str(rc.check(W, activation="tanh"))


def test_counts_of_synapses_have_a_weight():
    counts = np.array([[0, 3], [2, 1]])
    for W in (counts, counts.astype(np.float32), sparse.csr_array(counts.astype(float))):
        report = rc.check(W, activation="tanh")
        assert report.critical_gain.per_unit_weight
        assert "the weight of one unit" in " ".join(str(report).split())
    for W in (counts + 0.5, np.zeros((2, 2))):
        assert not rc.check(W, activation="tanh").critical_gain.per_unit_weight


def test_gain_in_the_units_of_the_activation():
    report = rc.check(np.array([[0.0, 3.0], [2.0, 1.0]]), activation="logistic")
    plain = report.critical_gain.to_dict()
    assert list(plain) == ["vanishes_below", "explodes_above", "estimate", "as_gain", "per_unit_weight"]
    for end in ("vanishes_below", "explodes_above"):
        assert plain["as_gain"][end] == pytest.approx(0.25 * plain[end]["value"])
    assert "as a gain gamma" in " ".join(str(report).split())
    assert plain == json.loads(report.to_json())["critical_gain"]


def test_the_report_has_the_growth_in_json_and_in_words():
    report = rc.check(TRAP, activation="tanh")
    plain = report.to_dict()["worst_case_growth"]
    assert plain["slope_range"] == [0.0, 1.0]
    assert plain["period"] == report.worst_case_growth.active.shape[0] == len(plain["active"])
    assert plain["lower"]["grade"] == "PROVED"
    assert {"leak", "vanishes_below", "explodes_above"} <= set(plain)
    text = " ".join(str(report).split())
    assert "R(W): growth a step under the worst slopes in [0, 1]" in text
    assert "every gradient vanishes below" in text
    assert "some can explode above" in text


def test_a_gain_alone_names_the_slopes_it_assumes():
    by_gain, by_name = rc.check(TRAP, gain=1.0), rc.check(TRAP, activation="tanh")
    assert by_gain.worst_case_growth.slope_range == (-1.0, 1.0)
    assert any("slopes in [-1, 1]" in note and "sharper" in note for note in by_gain.notes)
    assert not any("sharper" in note for note in by_name.notes)
    assert by_gain.critical_gain.vanishes_below.value <= by_name.critical_gain.vanishes_below.value
    by_neuron = rc.check(TRAP, gain=np.array([2.0, 0.5]))
    assert by_neuron.worst_case_growth.slope_range == (-1.0, 1.0)
    assert any("of each neuron" in note for note in by_neuron.notes)


def test_growth_obeys_the_budget_and_the_callback():
    W = sparse.random_array(
        (3000, 3000), density=0.003, rng=np.random.default_rng(0), format="csr"
    ) - 0.5 * sparse.eye_array(3000)
    report = rc.check(W, activation="tanh", max_seconds=0.0)
    assert report.worst_case_growth.lower.value <= report.worst_case_growth.upper.value
    seen = []
    stopped = rc.check(W, activation="tanh", callback=lambda progress: seen.append(progress) or True)
    assert seen
    assert stopped.worst_case_growth is None
    assert stopped.perron_radius.lower.value <= stopped.perron_radius.upper.value


def test_the_numerical_radius_is_there_where_it_is_cheap_or_asked_for():
    assert rc.check(TRAP, activation="tanh").numerical_radius.upper.graded
    W = sparse.random_array((300, 300), density=0.3, rng=np.random.default_rng(0), format="csr")
    assert rc.check(W, activation="tanh").numerical_radius is None
    w = rc.check(W, activation="tanh", numerical_radius=True).numerical_radius
    assert w.lower.value <= w.upper.value
