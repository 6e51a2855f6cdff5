"""rescale: the quantity asked for becomes the target, in the format and dtype of the input."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc

ESTIMATORS = {
    "spectral_radius": rc.spectral_radius,
    "spectral_norm": rc.spectral_norm,
    "perron_radius": rc.perron_radius,
    "scaled_norm": rc.scaled_norm,
}


@pytest.mark.parametrize("quantity", ESTIMATORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_central_and_conservative(quantity, dtype):
    W = np.random.default_rng(3).standard_normal((60, 60)).astype(dtype)
    scaled, factor = rc.rescale(W, **{quantity: 0.9})
    assert scaled.dtype == dtype
    assert scaled == pytest.approx(factor * W, rel=1e-6)
    tolerance = 1.1e-2 if quantity == "scaled_norm" else 1.1e-3
    assert ESTIMATORS[quantity](scaled).value == pytest.approx(0.9, rel=tolerance)
    _, smaller = rc.rescale(W, **{quantity: 0.9}, conservative=True)
    upper = ESTIMATORS[quantity](W).upper
    assert smaller <= factor
    assert smaller * upper.value <= 0.9


@settings(deadline=None)
@given(n=st.integers(1, 30), seed=st.integers(0, 2**32 - 1), target=st.floats(1e-3, 1e3))
def test_conservative_keeps_the_dense_truth_below_the_target(n, seed, target):
    W = np.random.default_rng(seed).standard_normal((n, n))
    scaled, _ = rc.rescale(W, spectral_norm=target, conservative=True)
    assert np.linalg.norm(scaled, 2) <= target * (1 + 1e-13)


def test_float32_entries_are_rounded_once():
    W = np.random.default_rng(1).standard_normal((40, 40)).astype(np.float32)
    scaled, factor = rc.rescale(W, spectral_norm=0.3)
    assert scaled.dtype == np.float32
    assert np.array_equal(scaled, (W.astype(np.float64) * factor).astype(np.float32))


@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csc_array, sparse.coo_array, sparse.csr_matrix])
def test_sparse_formats_stay(kind):
    W = kind(np.array([[0, 4], [1, 0]]))
    scaled, factor = rc.rescale(W, spectral_radius=1.0)
    assert type(scaled) is kind
    assert scaled.dtype == np.float64
    assert factor == pytest.approx(0.5)
    assert (W.toarray() == [[0, 4], [1, 0]]).all()


def test_lists_and_options():
    scaled, factor = rc.rescale([[0, 4], [1, 0]], perron_radius=4.0, rtol=1e-6)
    assert factor == pytest.approx(2.0, rel=1e-6)
    assert scaled[0, 1] == pytest.approx(8.0, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "give exactly one of .*; got none"),
        ({"radius": 0.9}, ValueError, "give exactly one of spectral_radius, .*; got radius"),
        ({"spectral_radius": 1.0, "spectral_norm": 1.0}, ValueError, "got spectral_radius, spectral_norm"),
        ({"spectral_radius": -1.0}, ValueError, "spectral_radius must be finite and at least 0"),
        ({"spectral_norm": np.nan}, ValueError, "spectral_norm must be finite and at least 0"),
        ({"spectral_norm": "big"}, TypeError, "spectral_norm must be a number"),
    ],
)
def test_misuse(arguments, error, message):
    with pytest.raises(error, match=message):
        rc.rescale(np.eye(3), **arguments)


def test_what_cannot_be_rescaled():
    with pytest.raises(TypeError, match="got a Matrix"):
        rc.rescale(rc.Matrix(np.eye(3)), spectral_radius=0.9)
    with pytest.raises(TypeError, match="dtype complex"):
        rc.rescale(1j * np.eye(3), spectral_radius=0.9)


@pytest.mark.parametrize(
    ("W", "wish", "words"),
    [
        ([[1e-300]], {"spectral_norm": 1e300}, r"spectral_norm must be within reach of a factor; got 1e\+300"),
        ([[1e300]], {"spectral_radius": 1e-300}, "spectral_radius must be within reach of a factor; got 1e-300"),
        ([[1e-3, 1e300], [0.0, 1e-3]], {"spectral_radius": 1e10}, "must keep the entries within float64"),
        (np.eye(2, dtype=np.float32), {"spectral_norm": 1e-60}, "must keep entries above 0 in float32"),
        (np.eye(2, dtype=np.float32), {"spectral_norm": 1e60}, "must keep the entries within float32"),
    ],
)
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, sparse.lil_array])
def test_nothing_beyond_the_range_is_returned(W, wish, words, kind):
    with pytest.raises(ValueError, match=words):
        rc.rescale(kind(W), **wish)


def test_conservative_holds_exactly():
    for k in range(1, 200):
        W = np.array([[k / 7.0, 0.1], [0.0, 0.3]])
        upper = rc.spectral_norm(W).upper.value
        _, factor = rc.rescale(W, spectral_norm=0.9, conservative=True)
        assert Fraction(factor) * Fraction(upper) <= Fraction(0.9)
        assert factor == pytest.approx(0.9 / upper, rel=1e-15)


def test_a_bracket_that_has_not_converged_is_told():
    W = np.random.default_rng(5).standard_normal((50, 50))
    with pytest.warns(RuntimeWarning, match=r"spectral_norm that is not converged.*0\.9.*Bracket\(") as caught:
        rc.rescale(W, spectral_norm=0.9, max_matvecs=4)
    assert caught[0].filename == __file__
    rc.rescale(W, spectral_norm=0.9, max_matvecs=4, conservative=True)  # an upper bound is one all the same


@pytest.mark.parametrize("quantity", ESTIMATORS)
@pytest.mark.parametrize("conservative", [False, True])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, sparse.csc_array, sparse.lil_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_target_of_zero_gives_the_zero_matrix(quantity, conservative, kind, dtype):
    # Also where no other factor has an effect: without a cycle, and for W = 0.
    for W in ([[1.0, -4.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]):
        given = kind(np.array(W, dtype=dtype))
        scaled, factor = rc.rescale(given, **{quantity: 0}, conservative=conservative)
        assert factor == 0.0
        assert type(scaled) is type(given)
        assert scaled.dtype == dtype
        assert abs(scaled).sum() == 0.0
        assert ESTIMATORS[quantity](scaled).upper.value == 0.0


def test_a_grid_of_radii_may_begin_at_zero():
    W = np.random.default_rng(0).standard_normal((20, 20))
    radii = [rc.spectral_radius(rc.rescale(W, spectral_radius=r)[0]).value for r in np.linspace(0.0, 1.2, 4)]
    assert radii == pytest.approx([0.0, 0.4, 0.8, 1.2], rel=1e-3)


@pytest.mark.parametrize("quantity", ["spectral_radius", "perron_radius", "scaled_norm"])
@pytest.mark.parametrize("conservative", [False, True])
def test_why_no_factor_reaches_a_radius(quantity, conservative):
    words = f"the {quantity} must not be 0: W has no cycle, so no factor changes it; scale by spectral_norm instead"
    for W in (np.eye(3, k=1), sparse.csr_array(np.tri(4, k=-1)), np.eye(120, k=1)):
        with pytest.raises(ValueError, match=words):
            rc.rescale(W, **{quantity: 0.9}, conservative=conservative)
        assert rc.spectral_norm(rc.rescale(W, spectral_norm=0.9)[0]).value == pytest.approx(0.9, rel=1e-3)


@pytest.mark.parametrize("quantity", ESTIMATORS)
def test_no_factor_changes_the_zero_matrix(quantity):
    with pytest.raises(ValueError, match=f"the {quantity} must not be 0: W is 0, and so is every multiple"):
        rc.rescale(np.zeros((3, 3)), **{quantity: 0.9})
