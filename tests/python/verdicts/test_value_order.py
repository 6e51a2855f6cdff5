"""`check`: no value lies below one that it cannot be below, operators with ESTIMATEs alone included."""

import numpy as np
import pytest
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

ROTATION = np.array([[0.6, 0.8], [-0.8, 0.6]])
RANDOM = np.random.default_rng(1).standard_normal((60, 60)) / 7.5
OPERATORS = {
    "two swapped": np.array([[0.0, 9.0], [6.0, 0.0]]),
    "rotation": 0.999999 * ROTATION,
    "identity": np.eye(4),
    "random": RANDOM,
    "nilpotent": np.triu(np.ones((6, 6)), 1),
    "rank one": np.outer(np.arange(1.0, 9.0), np.arange(8.0, 0.0, -1.0)) / 100,
}


@pytest.mark.parametrize("activation", ["tanh", "identity"])
@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("name", OPERATORS)
def test_values_keep_the_order_of_the_quantities(name, stored, activation):
    W = OPERATORS[name]
    report = rc.check(W if stored else aslinearoperator(W), activation=activation, numerical_radius=True)
    rho, sigma = report.spectral_radius.value, report.spectral_norm.value
    between = [report.numerical_radius, report.scaled_norm, report.worst_case_growth]
    for bracket in between:
        if bracket is not None:
            assert bracket.lower.value <= bracket.value <= bracket.upper.value
            assert min(rho, bracket.upper.value) <= bracket.value
    values = [b.value for b in between[:2] if b is not None]
    assert min(max(values, default=0.0), report.spectral_norm.upper.value) <= sigma
    assert report.spectral_norm.lower.value <= sigma <= report.spectral_norm.upper.value


def test_an_estimate_that_cannot_decide_is_named():
    W = aslinearoperator(OPERATORS["two swapped"])
    mu = rc.check(W, activation="tanh")
    assert mu.scaled_norm.value == pytest.approx(np.sqrt(54.0), rel=2e-3)
    assert "give the entries of W and it can be PROVED" in mu.reason
    linear = rc.check(W, activation="identity")
    assert linear.verdict is rc.Verdict.UNDECIDED
    assert "the lower one is above 1 but an ESTIMATE, which decides nothing: give the entries of W" in linear.reason
    assert rc.check(OPERATORS["two swapped"], activation="identity").verdict is rc.Verdict.EXPLODES


@pytest.mark.parametrize("estimator", [rc.spectral_norm, rc.spectral_radius])
@pytest.mark.parametrize("seed", range(3))
def test_a_krylov_space_that_ends_is_noticed(estimator, seed):
    rng = np.random.default_rng(seed)
    U, V = rng.standard_normal((2000, 5)), rng.standard_normal((5, 2000)) / 2000
    truth = {
        rc.spectral_norm: np.sqrt(np.abs(np.linalg.eigvals(U.T @ U @ V @ V.T)).max()),
        rc.spectral_radius: np.abs(np.linalg.eigvals(V @ U)).max(),
    }[estimator]
    for W in (aslinearoperator(U) @ aslinearoperator(V), rc.LowRankUpdate(np.zeros((2000, 2000)), U, V)):
        b = estimator(W, seed=seed)
        assert b.value == pytest.approx(truth, rel=1e-6)
        assert b.status is rc.Status.CONVERGED
        assert b.matvecs <= (30 if estimator is rc.spectral_norm else 150)
