"""Explosion under some slopes, its witness and its three tiers; what cannot explode; linear networks."""

import math
import re

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator
from source_tree import ROOT

import rhochain as rc
from rhochain.inputs.input_reach import InputReach, input_reach
from rhochain.verdicts.decision import decide
from rhochain.verdicts.evidence import Evidence

PROVED, PROBABLE, ESTIMATE = rc.Grade.PROVED, rc.Grade.PROBABLE, rc.Grade.ESTIMATE
V = rc.Verdict
TRAP = np.array([[0.0, 10.0], [-0.012, 1.1]])
CELEGANS = ROOT / "examples/data/celegans_chemical.mtx"


def bound(value, grade=PROVED):
    return rc.Bound(value, grade, 1e-9 if grade is PROBABLE else None, "by hand")


def bracket(lower, upper, grades=(PROVED, PROVED)):
    return rc.Bracket(0.5 * (lower + upper), bound(lower, grades[0]), bound(upper, grades[1]), rc.Status.BRACKETED)


def growth(lower, upper, grades=(PROVED, PROBABLE), active=((1, 0), (1, 1))):
    base = bracket(lower, upper, grades)
    return rc.WorstCaseGrowth(**base.__dict__, active=np.array(active, dtype=bool))


def evidence(*, rho=(0.5, 1.5), sigma=(1.5, 2.0), linear=False, leak=1.0, **extra):
    slopes = {"activation": "tanh", "slope_range": (0.0, 1.0)} if not linear else {"slope_range": (1.0, 1.0)}
    return Evidence(
        1.0,
        leak,
        linear,
        rc.Components(2, 1, -1, np.zeros(2, np.int64)),
        bracket(*rho),
        bracket(*sigma),
        **slopes | extra,
    )


DECISIONS = {
    "R above 1": (evidence(worst_case_growth=growth(1.1, 1.3)), V.EXPLODES_FOR_SOME_SLOPES, "R(W) >= 1.1 > 1"),
    "R below 1": (evidence(worst_case_growth=growth(0.8, 0.9)), V.VANISHES, "R(W) <= 0.9 < 1"),
    "R straddles": (evidence(worst_case_growth=growth(0.8, 1.2)), V.UNDECIDED, "between 0.8 (PROVED) and 1.2"),
    "R straddles, no norm certifies": (
        evidence(rho=(1.0, 1.0), worst_case_growth=growth(0.8, 1.2)),
        V.EXPLOSION_NOT_EXCLUDED,
        "no slopes are known",
    ),
    "an estimated rate decides nothing": (
        evidence(worst_case_growth=growth(1.1, 1.3, (ESTIMATE, ESTIMATE))),
        V.UNDECIDED,
        "1.1 (ESTIMATE)",
    ),
    "a norm below 1 comes before a rate": (
        evidence(sigma=(0.8, 0.9), worst_case_growth=growth(0.7, 0.75)),
        V.VANISHES,
        "gamma * sigma_1(W) <= 1 * 0.9",
    ),
    "a rate comes before a norm of 1": (
        evidence(sigma=(1.0, 1 + 2**-40), worst_case_growth=growth(1 + 2**-45, 1.1)),
        V.EXPLODES_FOR_SOME_SLOPES,
        "> 1",
    ),
    "a norm of 1 comes before doubt": (
        evidence(sigma=(1.0, 1 + 2**-40), rho=(1.0, 1.0), worst_case_growth=growth(0.9, 1.1)),
        V.CANNOT_EXPLODE,
        "gamma * sigma_1(W) <= 1 + 9.1e-13 (upper bound PROVED)",
    ),
    "no rounding": (evidence(sigma=(1.0, 1 + 2e-9), rho=(0.9, 1.1)), V.UNDECIDED, ""),
    "the numerical radius": (
        evidence(numerical_radius=bracket(0.8, 0.9)),
        V.VANISHES,
        "gamma * w(W) <= 1 * 0.9 = 0.9 < 1 (upper bound PROVED, Theorem E)",
    ),
    "no numerical radius for slopes of both signs": (
        evidence(numerical_radius=bracket(0.8, 0.9), slope_range=(-1.0, 1.0)),
        V.UNDECIDED,
        "",
    ),
    "rho at the gain is a rate": (
        evidence(rho=(1.2, 1.4)),
        V.EXPLODES_FOR_SOME_SLOPES,
        "R(W) >= gamma * rho(W) >= 1.2",
    ),
    "rho is no rate with a leak": (evidence(rho=(1.2, 1.4), leak=0.5), V.EXPLOSION_NOT_EXCLUDED, ""),
    "linear, R above 1 with a leak": (
        evidence(rho=(3.0, 3.0), linear=True, leak=0.5, worst_case_growth=growth(1.1, 1.2)),
        V.EXPLODES,
        "linear and the spectral radius of (1 - a) I + a W >= 1.1 > 1",
    ),
    "linear, R below 1 with a leak": (
        evidence(rho=(1.6, 1.6), linear=True, leak=0.5, worst_case_growth=growth(0.3, 0.4)),
        V.VANISHES,
        "spectral radius of (1 - a) I + a W is at most 0.4 < 1",
    ),
    "linear, norm 1": (evidence(rho=(1.0, 1.0), sigma=(1.0, 1.0), linear=True), V.CANNOT_EXPLODE, "||P||_2 <= 1"),
    "linear and open": (evidence(linear=True), V.UNDECIDED, "rho(W) lies between 0.5 (PROVED) and 1.5 (PROVED)"),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_decision(case):
    found, verdict, words = DECISIONS[case]
    decision = decide(found)
    assert decision.verdict is verdict, decision.reason
    assert words in decision.reason
    if found.linear:
        assert "input" not in " ".join((decision.reason, *decision.notes)).replace("whatever the inputs", "")


def test_the_sentence_tells_rate_neurons_and_steps():
    reason = decide(evidence(worst_case_growth=growth(1.1, 1.3))).reason
    assert "a cycle of 2 choices of slopes, 1 to 2 of 2 neurons at 1 and the others at 0" in reason
    steps = math.ceil(math.log(1000) / math.log(1.1))
    assert f"a factor of 1000 in {steps} steps" in reason


STATES = {
    "at rest": ({"steepest_at_zero": True, "rho": (1.1, 1.2)}, "Without bias and input it happens at x = 0 itself"),
    "at rest, by the cycle": (
        {"steepest_at_zero": True, "leak": 0.5, "worst_case_growth": growth(1.1, 1.3, active=((1, 1),))},
        "at x = 0 itself",
    ),
    "rest is another matter": ({"steepest_at_zero": True}, "was not examined"),
    "free": ({"inputs": InputReach.FREE}, "Inputs that drive every neuron by itself bring about this rate"),
    "free, slopes assumed": ({"inputs": InputReach.FREE, "activation": None}, "if the activation has these slopes"),
    "free and at rest": (
        {"inputs": InputReach.FREE, "steepest_at_zero": True, "rho": (1.1, 1.2)},
        "; inputs that drive",
    ),
    "unknown": ({}, "Whether inputs bring these slopes about was not examined"),
    "deficient": ({"inputs": InputReach.DEFICIENT}, "The input matrix has a rank below n"),
    "too large": ({"inputs": InputReach.TOO_LARGE}, "if the input matrix has rank n, which was not computed"),
}


@pytest.mark.parametrize("case", STATES)
def test_one_sentence_says_what_brings_the_slopes_about(case):
    extra, words = STATES[case]
    reason = decide(evidence(**{"worst_case_growth": growth(1.3, 1.4)} | extra)).reason
    assert words in reason
    tail = reason.split(" steps. ", 1)[1]
    assert tail.endswith(".")
    assert ". " not in tail


def test_what_inputs_reach():
    A, large = rc.Matrix(np.eye(3)), rc.Matrix(sparse.eye_array(2001))
    assert input_reach(None, A) is InputReach.UNKNOWN
    assert input_reach("free", A) is InputReach.FREE
    assert input_reach(np.eye(3, 4), A) is InputReach.FREE
    assert input_reach(sparse.eye_array(3), A) is InputReach.FREE
    assert input_reach(np.ones((3, 4)), A) is InputReach.DEFICIENT
    assert input_reach(np.eye(3, 2), A) is InputReach.DEFICIENT
    assert input_reach(sparse.eye_array(2001), large) is InputReach.TOO_LARGE
    assert input_reach(sparse.csr_array((2001, 7)), large) is InputReach.DEFICIENT
    with pytest.raises(ValueError, match='inputs must be "free"'):
        input_reach("all", A)
    with pytest.raises(ValueError, match="a row for each of the 3 neurons"):
        rc.check(np.eye(3), activation="tanh", inputs=np.eye(2))
    with pytest.raises(TypeError, match="inputs must be an input matrix with entries"):
        input_reach(aslinearoperator(np.eye(3)), A)


@pytest.mark.parametrize(
    ("activation", "leak", "factor"),
    [("relu", 1.0, 1.0), ("leaky_relu:0.5", 1.0, 1.2), ("gelu", 1.0, 1.0), ("relu", 0.5, 1.2)],
)
def test_the_witness_of_a_report_grows_at_its_rate(activation, leak, factor):
    """Many rounds of the cycle, multiplied by `JacobianChain` and by NumPy, against the graded rate."""
    rng = np.random.default_rng(5)
    W = factor * rng.standard_normal((40, 40)) / math.sqrt(40) * 1.1
    report = rc.check(W, activation=activation, leak=leak)
    assert report.verdict is V.EXPLODES_FOR_SOME_SLOPES
    found = report.worst_case_growth
    rounds = -(-400 // len(found.slopes))
    slopes = np.tile(found.slopes, (rounds, 1))
    measured = rc.JacobianChain(W, slopes=slopes, leak=leak).norm()
    assert measured.lower.value >= len(slopes) * math.log(found.lower.value) * (1 - 1e-9)
    P = np.eye(40)
    for s in found.slopes:
        P = ((1 - leak) * np.eye(40) + leak * W * s) @ P
    rate = max(abs(np.linalg.eigvals(P))) ** (1 / len(found.slopes))
    assert rate >= found.lower.value * (1 - 1e-9)


def test_tanh_at_rest_explodes_literally():
    reason = rc.check(np.diag([1.5, 0.1]), activation="tanh").reason
    assert "at x = 0 itself, where all slopes are 1 and gradients grow by at least 1.5 a step" in reason
    assert "x = 0" not in rc.check(np.diag([1.5, 0.1]), activation="relu").reason
    assert "x = 0" not in rc.check(np.diag([6.0, 0.1]), activation="logistic").reason
    assert "x = 0" not in rc.check(TRAP, activation="tanh").reason


def test_an_input_normalised_connectome_cannot_explode():
    W = abs(rc.load(CELEGANS))
    sums = np.asarray(W.sum(axis=1)).ravel()
    W = sparse.diags_array(1.0 / np.where(sums > 0, sums, 1.0)) @ W
    report = rc.check(W, activation="tanh")
    assert report.verdict is V.CANNOT_EXPLODE
    found = re.search(
        r"\|\|P\|\|_inf <= \(1 \+ (\S+)\)\^K, growth by less than 1 % over the first (\S+) steps", report.reason
    )
    eta, steps = float(found[1]), float(found[2])
    assert eta <= 1e-13
    assert steps * math.log1p(eta) == pytest.approx(math.log(1.01), rel=0.1)
    assert "their 1-norm" in report.reason
    assert "their largest entry" in rc.check(sparse.csr_array(W.T), activation="tanh").reason


@pytest.mark.parametrize("activation", ["tanh", "identity"])
def test_a_defective_unit_eigenvalue_is_never_said_not_to_explode(activation):
    """Powers of I + N grow like K, though mu_D(I + N) = 1."""
    for n in (2, 5, 30):
        for W in (np.eye(n) + np.eye(n, k=1), np.eye(n) + 1e-3 * np.eye(n, k=1)):
            report = rc.check(W, activation=activation)
            assert report.verdict is not V.CANNOT_EXPLODE
            assert report.verdict is not V.VANISHES


def test_a_known_scaling_counts_with_its_kappa():
    scaled = rc.ScaledNorm(
        **bracket(1.0, 1.0).__dict__, scaling=np.log([1.0, 8.0]), attained=rc.Bound(1.0, PROVED, None, "by hand")
    )
    decision = decide(evidence(rho=(1.0, 1.0), scaled_norm=scaled))
    assert decision.verdict is V.CANNOT_EXPLODE
    assert "||P||_2 <= 8" in decision.reason
    assert "beyond the factor max D / min D" in decision.reason


def test_what_cannot_explode_keeps_its_verdict_beside_a_chain_that_grew():
    chain = rc.JacobianChain(np.eye(3), slopes=np.full((60, 3), 0.5))
    assert rc.check(np.eye(3), gain=1.0, chain=chain).verdict is V.VANISHES_ON_TRAJECTORY
    still = rc.JacobianChain(np.eye(3), slopes=np.ones((60, 3)))
    assert rc.check(np.eye(3), gain=1.0, chain=still).verdict is V.CANNOT_EXPLODE


def test_linear_networks_do_not_depend_on_inputs():
    for W, leak, verdict in (
        (np.eye(3), 1.0, V.CANNOT_EXPLODE),
        (np.eye(3), 0.3, V.CANNOT_EXPLODE),
        (-1.6 * np.eye(3), 0.3, V.VANISHES),
        (np.diag([1.5, -3.0]), 0.3, V.EXPLODES),
        (np.diag([1.5, -3.0]), 1.0, V.EXPLODES),
        (np.eye(3) + np.eye(3, k=1), 1.0, V.EXPLOSION_NOT_EXCLUDED),
    ):
        report = rc.check(W, activation="identity", leak=leak)
        assert report.verdict is verdict
        assert "depends on the inputs" not in str(report)
        assert "slopes in" not in str(report)


def test_a_linear_network_tells_how_far_its_powers_grow():
    W = np.random.default_rng(0).standard_normal((80, 80)) / math.sqrt(80) * 1.2
    report = rc.check(W, activation="identity")
    if report.verdict is not V.EXPLODES:
        assert any("some power of W has a 2-norm of at least" in note for note in report.notes)


def test_an_estimate_of_an_operator_is_named_as_one():
    report = rc.check(aslinearoperator(np.array([[0.0, 9.0], [6.0, 0.0]])), gain=1 / 7)
    assert report.scaled_norm is None or report.scaled_norm.value >= report.spectral_radius.lower.value
    if report.verdict is V.UNDECIDED:
        assert "rtol" not in report.reason
        assert "ESTIMATE: give the entries of W" in report.reason
