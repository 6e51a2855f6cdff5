"""Vectors as mantissa and exponent are arrays to NumPy, which say where an entry left the range of the dtype."""

import copy
import pickle
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rhochain as rc

DTYPES = [np.float16, np.float32, np.float64]


def vectors(mantissas, exponents):
    return rc.ScaledVectors(np.asarray(mantissas, dtype=np.float64), exponents)


def power(exponent):
    return Fraction(2) ** exponent if exponent >= 0 else Fraction(1, 2**-exponent)


def nearest(x, dtype):
    """The rational x in `dtype`, rounded once to the nearest, ties to even; and whether it is out of range."""
    info = np.finfo(dtype)
    least = int(info.minexp) - int(info.nmant)  # of the smallest number above 0
    if x == 0:
        return dtype(0), False
    size = abs(x)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= power(exponent) > size
    ulp = power(max(exponent - int(info.nmant), least))
    rounded = round(size / ulp) * ulp
    if rounded >= power(int(info.maxexp)):
        return dtype(np.inf if x > 0 else -np.inf), True
    lost = rounded != size and size < power(int(info.minexp))
    return dtype(float(rounded) * (1 if x > 0 else -1)), lost


@pytest.mark.parametrize("columns", [None, 1, 3])
def test_the_array_is_the_product(columns):
    rng = np.random.default_rng(4)
    W, S = rng.normal(size=(7, 7)), rng.random((5, 7))
    v = rng.normal(size=7 if columns is None else (7, columns))
    expected = v
    for s in S[::-1]:
        expected = (W * s).T @ expected
    result = rc.JacobianChain(W, slopes=S).vjp(v)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = np.asarray(result.vectors)
        assert got.dtype == np.float64
        assert got.shape == result.vectors.shape == v.shape
        np.testing.assert_allclose(got, expected, rtol=1e-12)
        mantissas, exponents = result.vectors
        np.testing.assert_array_equal(got, np.ldexp(mantissas, exponents))
        np.testing.assert_allclose(np.linalg.norm(result.vectors, axis=0), np.exp(result.log_norms[-1]), rtol=1e-12)
        np.testing.assert_array_equal(result.vectors - 2 * result.vectors, -got)
        np.testing.assert_array_equal(W @ result.vectors, W @ got)


@settings(deadline=None, max_examples=200)
@given(
    entries=st.lists(st.floats(-1.0, 1.0, allow_subnormal=True), min_size=1, max_size=4),
    exponent=st.integers(-1200, 1200) | st.sampled_from([-(10**12), 10**12]) | st.integers(-150, 130),
    dtype=st.sampled_from(DTYPES),
)
def test_every_entry_is_rounded_once_and_losses_are_counted(entries, exponent, dtype):
    reach = min(max(exponent, -5000), 5000)
    expected, lost = zip(*(nearest(Fraction(x) * power(reach), dtype) for x in entries), strict=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = np.asarray(vectors(entries, exponent), dtype=dtype)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, np.array(expected))
    beyond = sum(bool(np.isinf(x)) for x in expected)
    assert [w.category for w in caught] == [rc.RangeWarning] * any(lost)
    if caught:
        message = str(caught[0].message)
        assert message.startswith(f"of {len(entries):,} entries in {np.dtype(dtype)} ")
        assert (f"{beyond:,} beyond its range became inf" in message) == (beyond > 0)
        assert (f"{sum(lost) - beyond:,} near 0 became 0 or lost digits" in message) == (sum(lost) > beyond)


@pytest.mark.parametrize(
    "read", [np.asarray, np.linalg.norm, lambda v: v + 1.0, lambda v: np.ones(1) * v, lambda v: np.exp(v)]
)
def test_the_warning_names_the_line_of_the_caller_and_can_be_an_error(read):
    with pytest.warns(rc.RangeWarning, match="1 beyond its range became inf: mantissas") as caught:
        assert not np.isfinite(read(vectors([0.5], 2000))).all()
    assert [w.filename for w in caught if w.category is rc.RangeWarning] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error", rc.RangeWarning)
        with pytest.raises(rc.RangeWarning, match="1 near 0 became 0"):
            read(vectors([0.5], -2000))


def test_a_gradient_that_leaves_float64_on_the_way_comes_back_in_full():
    chain = rc.JacobianChain(np.diag([2.0, 0.5]), slopes=np.ones((3000, 2)))
    with pytest.warns(rc.RangeWarning, match="of 4 entries in float64 1 beyond its range became inf and 1 near 0"):
        np.testing.assert_array_equal(np.asarray(chain.vjp(np.eye(2)).vectors), [[np.inf, 0.0], [0.0, 0.0]])
    half = rc.JacobianChain(np.diag([1e-200, 1.0]), slopes=np.ones((1, 2)))
    np.testing.assert_array_equal(np.asarray(half.vjp([1.0, 2.0]).vectors), [1e-200, 2.0])


def test_zero_vectors_are_zero_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(np.asarray(vectors([0.0, 0.0], 0)), [0.0, 0.0])
        np.testing.assert_array_equal(
            np.asarray(vectors([[0.0, 0.5], [-0.0, 0.5]], np.array([-5000, 1]))), [[0.0, 1.0], [-0.0, 1.0]]
        )


def test_types_and_copies():
    v = vectors([0.5, -0.25], 3)
    assert np.asarray(v, dtype=np.complex64).dtype == np.complex64
    np.testing.assert_array_equal(np.asarray(v, dtype=complex), [4.0 + 0.0j, -2.0 + 0.0j])
    far = vectors([0.5], 2000)
    if np.finfo(np.longdouble).maxexp > 2000:
        assert np.asarray(far, dtype=np.longdouble)[0] == np.longdouble(2.0) ** 1999
    for dtype in (np.int64, object, "U8", bool):
        with pytest.raises(TypeError, match="dtype must be a real or complex floating type"):
            np.asarray(v, dtype=dtype)
    assert np.array(v, copy=True).flags.writeable
    assert not np.shares_memory(np.asarray(v), v.mantissas)
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        with pytest.raises(ValueError, match="copy must not be False"):
            np.array(v, copy=False)
    with pytest.raises(TypeError):
        v += 1.0  # the pair itself does not change


def test_the_pair_stays_a_pair():
    v = vectors([[0.5, 0.25], [0.0, 0.75]], np.array([3, -2]))
    assert isinstance(v, tuple)
    assert len(v) == 2
    assert v[0] is v.mantissas
    assert v[1] is v.exponents
    np.testing.assert_array_equal(np.ldexp(*v), np.asarray(v))
    for again in (pickle.loads(pickle.dumps(v)), copy.deepcopy(v)):
        assert type(again) is rc.ScaledVectors
        np.testing.assert_array_equal(again.mantissas, v.mantissas)
        np.testing.assert_array_equal(again.exponents, v.exponents)
