"""What a check computes, in which order, and when it stops; gains per neuron; the burn-in of a certificate."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

V = rc.Verdict


def reservoir(n: int, degree: int, seed: int):
    rng = np.random.default_rng(seed)
    W = sparse.random_array((n, n), density=degree / n, rng=rng, data_sampler=rng.standard_normal, format="csr")
    return W / np.sqrt(degree)


def test_a_scaled_norm_certifies_where_neither_condition_does():
    W = reservoir(600, 10, 1)
    m = rc.scaled_norm(W)
    W = W * (0.97 / m.upper.value)
    report = rc.check(W, gain=1.0)  # slopes of both signs, which the numerical radius does not serve
    assert report.spectral_norm.lower.value > 1.0
    assert report.perron_radius.lower.value > 1.0
    assert report.verdict is V.VANISHES
    assert "mu_D(W)" in report.reason
    assert report.scaled_norm.upper.value < 1.0
    assert any("burn-in: growth by up to" in note for note in report.notes)
    assert report.to_dict()["scaled_norm"]["burn_in"] == report.scaled_norm.burn_in(1.0)


def test_the_dual_bound_proves_that_no_scaling_helps():
    W = reservoir(600, 10, 2)
    W = W / rc.scaled_norm(W).lower.value * 1.1
    report = rc.check(W, gain=1.0)
    assert report.spectral_radius.value < 0.9  # which decides nothing
    assert report.verdict is V.EXPLOSION_NOT_EXCLUDED
    assert "mu_D(W)" in report.reason
    assert report.scaled_norm.lower.grade is rc.Grade.PROVED
    assert rc.check(W, activation="tanh").verdict is V.VANISHES  # slopes in [0, 1]: R(W) < 1 < mu_D(W)


def test_rho_of_absolute_values_is_given_a_burn_in():
    W = np.array([[0.0, 40.0], [0.01, 0.0]])
    report = rc.check(W, activation="tanh")
    assert report.verdict is V.VANISHES
    assert report.scaled_norm is not None
    assert any("burn-in: growth" in note for note in report.notes)
    plain = rc.check(0.5 * np.eye(2), activation="tanh")
    assert plain.scaled_norm is None


@pytest.mark.parametrize(
    ("W", "computed"),
    [
        (np.eye(5, k=1), set()),  # no cycle
        (np.full((4, 4), 0.2), set()),  # the O(nnz) norms
        (np.array([[0.0, 40.0], [0.01, 0.0]]), {"perron_radius"}),
        (np.array([[0.3, 10.0], [-0.05, 0.5]]), {"perron_radius", "worst_case_growth"}),
        (np.array([[0.0, 10.0], [-0.012, 1.1]]), {"perron_radius", "worst_case_growth"}),
    ],
)
def test_quick_stops_at_the_first_proof(W, computed):
    quick, full = (rc.check(W, activation="tanh", quick=q) for q in (True, False))
    assert quick.verdict is full.verdict
    names = ("perron_radius", "worst_case_growth", "scaled_norm", "spectral_radius", "spectral_norm")
    assert {name for name in names if getattr(quick, name) is not None} == computed
    assert str(quick)
    assert quick.to_dict().keys() == full.to_dict().keys()


def test_quick_of_a_linear_network_asks_for_rho_first():
    report = rc.check(np.diag([3.0, 0.1]), activation="identity", quick=True)
    assert report.verdict is V.EXPLODES
    assert report.scaled_norm is None


def test_products_alone_are_enough_for_a_certificate():
    W = np.array([[0.3, 10.0], [-0.05, 0.5]])
    report = rc.check(aslinearoperator(W), activation="tanh")
    assert report.verdict is V.VANISHES
    assert report.scaled_norm.upper.grade is rc.Grade.PROBABLE


@pytest.mark.parametrize("form", [np.array, sparse.csr_array, sparse.csc_matrix, aslinearoperator])
def test_gains_per_neuron_stand_beside_w(form):
    W = np.array([[0.0, 2.0], [1.5, 0.0]])
    gains = np.array([0.4, 1.0])
    report = rc.check(form(W), gain=gains)
    assert report.local_gains
    assert report.gain == 1.0
    expected = W @ np.diag(gains)
    assert report.spectral_norm.value == pytest.approx(np.linalg.norm(expected, 2), rel=2e-3)
    assert rc.check(form(W), gain=1.0).verdict is not V.VANISHES
    assert rc.check(form(W), gain=np.array([0.3, 1.0])).verdict is V.VANISHES
    assert "gains per neuron" in str(report)


@pytest.mark.parametrize(
    ("gain", "message"),
    [
        (np.ones(3), "one number for each of the columns"),
        (np.array([1.0, -1.0]), "at least 0"),
        (np.array([1.0, np.nan]), "at least 0"),
        (np.ones((2, 2)), "a vector of them"),
        (np.array(["a", "b"]), "a vector of them"),
    ],
)
def test_bad_gains(gain, message):
    with pytest.raises(ValueError, match=message):
        rc.check(np.eye(2), gain=gain)


def test_a_matrix_only_borrows():
    with pytest.raises(TypeError, match="got a Matrix"):
        rc.check(rc.Matrix(np.eye(2)), gain=np.ones(2))


def test_a_large_matrix_has_a_budget_and_says_what_was_left_out(monkeypatch):
    W = reservoir(3000, 10, 4)
    whole = rc.check(W, activation="tanh")
    assert whole.worst_case_growth is not None
    assert not any("as W is large" in note for note in whole.notes)
    # As if W had a million rows.
    monkeypatch.setattr("rhochain.verdicts.investigation._WORK", 9_000_000)
    monkeypatch.setattr("rhochain.verdicts.investigation._DECISIVE_WORK", 60_000_000)
    report = rc.check(W, activation="tanh")
    assert report.worst_case_growth is None
    assert report.spectral_radius.matvecs < whole.spectral_radius.matvecs
    assert report.spectral_norm.matvecs < whole.spectral_norm.matvecs
    notes = " ".join(report.notes)
    assert "R(W), the growth under the worst slopes, was left out" in notes
    assert "sigma_1(W) has an upper bound within 10 %" in notes
    # A budget of the caller's own is used for everything.
    asked = rc.check(W, activation="tanh", max_matvecs=10_000)
    assert asked.worst_case_growth is not None
    assert not any("as W is large" in note for note in asked.notes)
    # A linear network is decided by its radius, which has no budget.
    assert rc.check(W, activation="identity").spectral_radius.matvecs > report.spectral_radius.matvecs
