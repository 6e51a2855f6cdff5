"""Quantities close to 1: `check` narrows them where that decides, so that no report advises a smaller rtol."""

import re

import numpy as np
import pytest
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc
from rhochain.verdicts.conclusions import Verdict as V

N = 24


def of_radius_one(family, seed):
    """A matrix whose spectral radius is exactly 1, up to rounding."""
    rng = np.random.default_rng(seed)
    R = rng.random((N, N))
    rows = R / R.sum(axis=1, keepdims=True)
    if family == "row-stochastic":
        return rows
    if family == "column-stochastic":
        return rows.T
    if family == "similar to a stochastic one":
        d = 2.0 ** rng.uniform(-2, 2, N)
        return d[:, None] * rows / d
    if family == "permutation":
        return np.eye(N)[rng.permutation(N)]
    if family == "orthogonal":
        return np.linalg.qr(rng.standard_normal((N, N)))[0]
    if family == "symmetric":
        H = R + R.T
        return H / np.abs(np.linalg.eigvalsh(H)).max()
    if family == "I + N":
        return np.eye(N, k=0) + np.eye(N, k=1)
    return np.triu(rng.standard_normal((N, N)), 1) + np.eye(N)


FAMILIES = (
    "row-stochastic",
    "column-stochastic",
    "similar to a stochastic one",
    "permutation",
    "orthogonal",
    "symmetric",
    "I + N",
    "triangular with diagonal 1",
)


def said(report):
    return " ".join((report.reason, *report.notes))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("activation", "kind"), [("tanh", np.asarray), ("identity", np.asarray), ("tanh", aslinearoperator)]
)
def test_a_radius_of_one_gets_no_advice_on_rtol_and_none_decides(family, activation, kind):
    W = kind(of_radius_one(family, seed=len(family)))
    report = rc.check(W, activation=activation)
    assert "smaller rtol" not in said(report)
    assert "more products" not in said(report)
    assert report.verdict not in (V.VANISHES, V.EXPLODES, V.EXPLODES_FOR_SOME_SLOPES)
    for rtol in (1e-5, 1e-8):
        assert rc.check(W, activation=activation, rtol=rtol).verdict is report.verdict


@pytest.mark.parametrize("family", FAMILIES[:6])
@pytest.mark.parametrize("scale", [1 - 1e-5, 1 + 1e-5])
@pytest.mark.parametrize("activation", ["tanh", "identity"])
def test_a_radius_beside_one_is_decided_without_asking_for_a_smaller_rtol(family, scale, activation):
    verdict = rc.check(scale * of_radius_one(family, seed=3), activation=activation).verdict
    explodes = V.EXPLODES if activation == "identity" else V.EXPLODES_FOR_SOME_SLOPES
    assert verdict is (V.VANISHES if scale < 1.0 else explodes)


@pytest.mark.parametrize("family", ["row-stochastic", "similar to a stochastic one"])
@pytest.mark.parametrize("activation", ["tanh", "identity"])
@pytest.mark.parametrize("seed", [0, 1])
def test_an_open_report_says_what_was_tried(family, activation, seed):
    W = aslinearoperator((1 - 1e-6) * of_radius_one(family, seed))
    report = rc.check(W, activation=activation)
    assert report.verdict is V.UNDECIDED
    tried = re.search(r", at rtol=([\de-]+) and within ([\d,]+) products either", said(report))
    assert 1e-9 <= float(tried[1]) <= 1e-6 / 3
    assert int(tried[2].replace(",", "")) <= 4 * report.scaled_norm.matvecs + 100
    assert rc.check(W, activation=activation, rtol=float(tried[1])).verdict is V.VANISHES


def test_a_decay_found_by_a_second_attempt_is_dated():
    report = rc.check((1 - 1e-5) * of_radius_one("column-stochastic", 3), activation="tanh")
    assert report.verdict is V.VANISHES
    assert report.scaled_norm is not None
    assert "burn-in: " in said(report)


def test_quick_checks_narrow_too():
    W = (1 - 1e-5) * of_radius_one("similar to a stochastic one", 0)
    assert rc.check(W, activation="tanh", quick=True).verdict is V.VANISHES


def test_a_budget_holds_for_second_attempts():
    W = aslinearoperator((1 - 1e-5) * of_radius_one("orthogonal", 0))
    report = rc.check(W, activation="tanh", max_matvecs=700)
    brackets = (report.spectral_radius, report.spectral_norm, report.scaled_norm)
    assert all(b.matvecs <= 700 + N for b in brackets if b is not None)
