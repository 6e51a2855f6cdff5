"""`sweep`: brackets and verdicts at each point, against dense eigenvalues and against `check` of the scaled matrix."""

import itertools
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc
from rhochain.estimates.scaled_brackets import scaled_bracket, widened_bracket

# Either of a sweep and a check may leave open what the other decides.
TAME, WILD = {"VANISHES", "CANNOT_EXPLODE"}, {"EXPLODES", "EXPLODES_FOR_SOME_SLOPES"}


def radius(W):
    return np.abs(np.linalg.eigvals(W)).max()


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(2, 40),
    activation=st.sampled_from(["tanh", "logistic", "identity", None]),
    targets=st.lists(st.floats(0.05, 2.5), min_size=1, max_size=3),
    leaks=st.lists(st.sampled_from([0.05, 0.3, 0.9, 1.0]), min_size=1, max_size=2, unique=True),
    gains=st.lists(st.sampled_from([0.5, 0.7, 1.0, 3.0]), min_size=1, max_size=2, unique=True),
    quick=st.booleans(),
)
def test_rows(seed, n, activation, targets, leaks, gains, quick):
    rng = np.random.default_rng(seed)
    Ws = [rng.standard_normal((n, n)) * (rng.random((n, n)) < density) + np.eye(n, k=1) for density in (0.2, 1.0)]
    Ws = [W + np.diag(rng.standard_normal(n)) for W in Ws]
    grid = rc.sweep(Ws, spectral_radius=targets, leak=leaks, gain=gains, activation=activation, quick=quick)
    points = list(itertools.product(range(2), targets, leaks, gains))
    assert list(zip(grid.matrix, grid.spectral_radius, grid.leak, grid.gain, strict=True)) == points
    gamma = 1.0 if activation is None else rc.activation(activation).gain
    for i, (k, target, a, g) in enumerate(points):
        rho = rc.spectral_radius(Ws[k], delta=1e-9)
        assert grid.radii[k].value == rho.value
        assert grid.factor[i] == target / rho.value
        W = grid.factor[i] * Ws[k]
        J = (1.0 - a) * np.eye(n) + a * gamma * g * W
        slack = 1e-7 * (1.0 + radius(J))
        assert grid.radius_lower[i] - slack <= radius(J) <= grid.radius_upper[i] + slack
        assert abs(grid.radius[i] - radius(J)) <= 0.01 * radius(J) + slack
        sigma = gamma * g * np.linalg.norm(W, 2)
        assert grid.norm_lower[i] * (1 - 1e-9) <= sigma <= grid.norm_upper[i] * (1 + 1e-9)
        single = {"gain": g} if activation is None else {"activation": activation}
        one = rc.check(W if activation is None else g * W, leak=a, **single)
        verdicts = {grid.verdict[i], str(one.verdict)}
        assert not (verdicts & TAME and verdicts & WILD)
        if grid.growth_lower_grade[i] and one.worst_case_growth is not None:
            assert grid.growth_lower[i] <= one.worst_case_growth.upper.value * (1 + 1e-9)
            assert grid.growth_upper[i] >= one.worst_case_growth.lower.value * (1 - 1e-9)


def test_a_sweep_decides_as_check_does_without_a_leak():
    rng = np.random.default_rng()
    W = sparse.csr_array(rng.standard_normal((60, 60)) * (rng.random((60, 60)) < 0.1) + np.diag(rng.random(60)))
    grid = rc.sweep([W], spectral_radius=[0.1, 0.3, 1.3, 2.0], activation="tanh")
    assert grid.verdict.tolist() == [str(rc.check(f * W, "tanh").verdict) for f in grid.factor]


@settings(max_examples=200, deadline=None)
@given(
    low=st.floats(0.0, 1e300),
    width=st.floats(0.0, 2.0),
    factor=st.floats(1e-300, 1e300),
    grade=st.sampled_from(list(rc.Grade)),
)
def test_scaled_ends_lie_outside_the_exact_products(low, width, factor, grade):
    high = low * (1.0 + width)
    delta = 1e-6 if grade is rc.Grade.PROBABLE else None
    ends = rc.Bound(low, grade, delta, "s"), rc.Bound(high, grade, delta, "s")
    behind = (
        {}
        if ends[0].graded
        else {
            "graded_lower": rc.Bound(low / 2, rc.Grade.PROVED, None, "s"),
            "graded_upper": rc.Bound(2 * high, rc.Grade.PROVED, None, "s"),
        }
    )
    bracket = rc.Bracket(low, *ends, rc.Status.CONVERGED, **behind)
    scaled = scaled_bracket(bracket, factor)
    assert Fraction(scaled.lower.value) <= Fraction(low) * Fraction(factor)
    if np.isfinite(scaled.upper.value):
        assert Fraction(scaled.upper.value) >= Fraction(high) * Fraction(factor)
        assert scaled.upper.value <= np.nextafter(np.nextafter(high * factor, np.inf), np.inf)
    assert (scaled.lower.grade, scaled.upper.delta) == (grade, delta)
    assert scaled.lower.value <= scaled.value <= scaled.upper.value
    if behind:
        assert scaled.graded_lower.value <= scaled.lower.value
        assert scaled.graded_upper.value >= scaled.upper.value


def test_a_factor_of_one_changes_no_bound():
    bracket = rc.spectral_radius(np.random.default_rng().standard_normal((50, 50)))
    scaled = scaled_bracket(bracket, 1.0)
    assert (scaled.lower, scaled.value, scaled.upper) == (bracket.lower, bracket.value, bracket.upper)
    wide = widened_bracket(bracket, 1e-9, 1.0)
    assert wide.lower.value < bracket.lower.value
    assert wide.upper.value > bracket.upper.value


def test_without_targets_the_matrix_stays():
    W = np.diag([0.5, -0.25])
    grid = rc.sweep([W], gain=[1.0, 1.5, 3.0], activation="tanh")
    assert grid.factor.tolist() == [1.0] * 3
    assert np.isnan(grid.spectral_radius).all()
    assert grid.verdict.tolist() == ["VANISHES", "VANISHES", "EXPLODES_FOR_SOME_SLOPES"]
    np.testing.assert_allclose(grid.radius, [0.5, 0.75, 1.5], rtol=1e-12)


def test_rows_of_a_matrix_that_fails():
    Ws = [np.diag([0.5, 1.0]), np.eye(3, k=1), np.ones((2, 3))]
    grid = rc.sweep(Ws, spectral_radius=[0.5, 1e308], activation="tanh")
    assert grid.status.tolist() == ["done", "done", *["failed"] * 4]
    assert grid.error[2] == "ValueError: no factor brings rho(W) = 0.0 to 0.5"
    assert grid.error[4].startswith("ValueError: W must be square")
    assert grid.radii.status.tolist() == ["converged", "converged", "failed"]
    assert np.isnan(grid.radius[2:]).all()
    with pytest.raises(ValueError, match=r"Ws\[1\]: no factor brings"):
        rc.sweep(Ws, spectral_radius=0.5, activation="tanh", on_error="raise")
    assert rc.sweep(Ws[1:2], activation="tanh").verdict.tolist() == ["VANISHES"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spectral_radius": [0.5, 0.0]}, "spectral_radius must be finite and above 0"),
        ({"spectral_radius": []}, "spectral_radius must be finite and above 0, one or a list"),
        ({"gain": [-1.0]}, "gain must be finite and above 0"),
        ({"leak": [0.5, 1.5]}, "leak must be above 0 and at most 1"),
        ({"leak": []}, "got an empty list"),
        ({"on_error": "skip"}, "on_error must be"),
    ],
)
def test_misuse(options, message):
    with pytest.raises(ValueError, match=message):
        rc.sweep([np.eye(2)], activation="tanh", **options)


def test_a_point_out_of_range_fails_alone():
    grid = rc.sweep(
        [1e-200 * np.diag([1.0, 0.5])], spectral_radius=[0.5, 1e100], gain=[1.0, 1e250], leak=0.5, activation="tanh"
    )
    assert grid.status.tolist() == ["done", "failed", "done", "failed"]
    assert "gain times factor leaves the range of float64" in grid.error[3]
    tiny = rc.sweep([1e308 * np.eye(2)], spectral_radius=0.5, gain=[1.0, 1e-3], leak=0.5, activation="tanh")
    assert tiny.status.tolist() == ["done", "failed"]


def test_the_estimates_of_a_matrix_share_its_seconds(monkeypatch):
    W = np.random.default_rng(5).standard_normal((300, 300)) / 300
    options = {"leak": [0.2, 0.8], "activation": "tanh", "quick": True, "max_seconds": 1000.0}
    in_time = rc.sweep([W], **options)
    clock = SimpleNamespace(monotonic=itertools.count(0.0, 400.0).__next__)
    monkeypatch.setattr("rhochain.estimates.shared_clock.time", clock)
    late = rc.sweep([W], **options)
    assert (in_time.radius_lower > 0.0).all()
    assert (late.radius_lower == 0.0).all()
    assert (late.radius_upper >= in_time.radius_lower).all()


def test_frame():
    pytest.importorskip("pandas")
    table = rc.sweep([np.eye(2), np.eye(3)], spectral_radius=[0.5, 2.0], activation="tanh").to_frame()
    assert table.query("verdict == 'VANISHES'").matrix.tolist() == [0, 1]
    assert "radii" not in table
