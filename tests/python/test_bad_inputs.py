"""Misuse: every kind of bad input gives its own clear error, and none ends the interpreter."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import rhochain as rc
from rhochain import _core

EYE = np.eye(3)


def csr(indptr=(0, 1, 2, 3), indices=(0, 1, 2), data=(1.0, 2.0, 3.0)):
    """A 3 x 3 CSR array whose parts are replaced behind SciPy's back."""
    W = sparse.csr_array(EYE)
    W.indptr, W.indices, W.data = (np.asarray(part) for part in (indptr, indices, data))
    return W


def compressed(kind, **parts):
    W = kind(EYE)
    for name, part in parts.items():
        setattr(W, name, np.asarray(part))
    return W


def tampered_coo():
    W = sparse.coo_matrix(EYE)
    W.row = np.array([0, 1, 10**6], dtype=np.int32)
    return W


class Products:
    """An operator by duck type."""

    def __init__(self, result, shape=(3, 3)):
        self.shape = shape
        self._result = result

    def matvec(self, x):
        return self._result

    rmatvec = matvec


def without_adjoint():
    return LinearOperator((3, 3), matvec=lambda x: 0.5 * x, dtype=np.float64)


def failing(_progress):
    raise LookupError("from the callback")


INT32, INT64 = np.int32, np.int64

MATRICES = {
    "nan": (np.array([[np.nan, 0.0], [0.0, 1.0]]), ValueError, "finite|NaN|nan"),
    "inf": (np.array([[np.inf, 0.0], [0.0, 1.0]]), ValueError, "finite|inf"),
    "sparse nan": (csr(data=[1.0, np.nan, 1.0]), ValueError, "finite|NaN|nan"),
    "sparse inf": (csr(data=[1.0, -np.inf, 1.0]), ValueError, "finite|inf"),
    "float32 nan": (np.full((2, 2), np.nan, dtype=np.float32), ValueError, "finite|NaN|nan"),
    "sum of duplicates overflows": (
        csr(indptr=[0, 2, 2, 2], indices=[1, 1], data=[1.7e308, 1.7e308]),
        ValueError,
        "finite|inf",
    ),
    "empty": (np.zeros((0, 0)), ValueError, r"rows and columns; got shape \(0, 0\)"),
    "no columns": (np.zeros((3, 0)), ValueError, r"got shape \(3, 0\)"),
    "sparse empty": (sparse.csr_matrix((0, 0)), ValueError, r"got shape \(0, 0\)"),
    "one dimension": (np.ones(3), ValueError, r"two dimensions; got shape \(3,\)"),
    "three dimensions": (np.ones((2, 2, 2)), ValueError, r"two dimensions; got shape \(2, 2, 2\)"),
    "a number": (3.0, ValueError, r"two dimensions; got shape \(\)"),
    "complex": (EYE * 1j, TypeError, "real; got complex128"),
    "sparse complex": (sparse.csr_array(EYE * 1j), TypeError, "real; got complex128"),
    "operator complex": (aslinearoperator(EYE * 1j), TypeError, "real; got complex128"),
    "long double": (EYE.astype(np.longdouble), TypeError, "float32 or float64; got"),
    "objects": (np.array([[None, 1], [2, 3]], dtype=object), TypeError, r"real numbers .*got None at W\[0, 0\]"),
    "text array": (np.array([["a", "b"], ["c", "d"]]), TypeError, "real numbers as entries"),
    "dates": (np.zeros((2, 2), dtype="datetime64[s]"), TypeError, "real numbers as entries"),
    "text": ("W.npz", ValueError, "W.npz: no such file"),
    "None": (None, TypeError, "an array, a SciPy sparse array.*got NoneType"),
    "any object": (object(), TypeError, "got object"),
    "ragged list": ([[1.0, 2.0], [3.0]], ValueError, "must be a matrix"),
    "masked": (np.ma.masked_array(EYE, EYE == 0), TypeError, "masked"),
    "indptr falls": (csr(indptr=[0, 2, 1, 3]), ValueError, "indptr"),
    "indptr starts late": (csr(indptr=[1, 1, 2, 3]), ValueError, "indptr"),
    "indptr ends late": (csr(indptr=[0, 1, 2, 9]), ValueError, "indptr|indices"),
    "indptr ends below 0": (csr(indptr=[0, 1, 2, -3]), ValueError, "indptr"),
    "indptr short": (csr(indptr=[0, 1, 3]), ValueError, "indptr"),
    "indptr long": (csr(indptr=[0, 1, 2, 3, 3]), ValueError, "indptr"),
    "indptr empty": (csr(indptr=np.zeros(0, dtype=INT32)), ValueError, "indptr"),
    "indptr of floats": (csr(indptr=[0.0, 1.0, 2.0, 3.0]), TypeError, "indptr must hold integers"),
    "indptr of two dimensions": (csr(indptr=[[0, 1], [2, 3]]), ValueError, "indptr must have one dimension"),
    "index too large": (csr(indices=[0, 1, 3]), ValueError, "ind"),
    "index negative": (csr(indices=[0, -1, 2]), ValueError, "ind"),
    "index beyond int64": (csr(indices=np.array([0, 1, 2**64 - 1], dtype=np.uint64)), ValueError, "ind"),
    "data longer than indices": (csr(data=np.ones(4)), ValueError, "indices|data|values"),
    "indices longer than data": (csr(indices=[0, 1, 2, 0]), ValueError, "indices|data|values"),
    "csc index too large": (compressed(sparse.csc_array, indices=[0, 1, 10**6]), ValueError, "broken csc"),
    "csc indptr falls": (compressed(sparse.csc_array, indptr=[0, 3, 1, 3]), ValueError, "broken csc"),
    "bsr index negative": (compressed(sparse.bsr_matrix, indices=[0, -7, 2]), ValueError, "broken bsr"),
    "coo index too large": (tampered_coo(), ValueError, "broken coo"),
    "operator of one dimension": (Products(np.ones(3), shape=(3,)), ValueError, "two dimensions"),
    "operator of text shape": (Products(np.ones(3), shape="ab"), TypeError, "integer"),
}


@pytest.mark.parametrize("kind", MATRICES)
def test_matrix(kind):
    W, error, words = MATRICES[kind]
    with pytest.raises(error, match=words):
        rc.Matrix(W)


def core_csr(rows, cols, indptr, indices, data):
    return _core.SparseOperator(rows, cols, *(np.asarray(part) for part in (indptr, indices, data)), 0)


GOOD_INDPTR, GOOD_INDICES = np.arange(4, dtype=INT32), np.arange(3, dtype=INT32)
CORE = {
    "mixed index types": ((3, 3, GOOD_INDPTR, GOOD_INDICES.astype(INT64), np.ones(3)), TypeError),
    "short index type": ((3, 3, GOOD_INDPTR.astype(np.int16), GOOD_INDICES.astype(np.int16), np.ones(3)), TypeError),
    "float16": ((3, 3, GOOD_INDPTR, GOOD_INDICES, np.ones(3, dtype=np.float16)), TypeError),
    "negative rows": ((-1, 3, GOOD_INDPTR, GOOD_INDICES, np.ones(3)), ValueError),
    "negative columns": ((3, -3, GOOD_INDPTR, GOOD_INDICES, np.ones(3)), ValueError),
    "rows that overflow": ((2**63 - 1, 3, GOOD_INDPTR, GOOD_INDICES, np.ones(3)), ValueError),
    "strided": ((3, 3, GOOD_INDPTR, GOOD_INDICES, np.ones(6)[::2]), ValueError),
}


@pytest.mark.parametrize("kind", CORE)
def test_native_operator(kind):
    arguments, error = CORE[kind]
    with pytest.raises(error):
        core_csr(*arguments)


NOT_SQUARE = np.ones((2, 3))
ESTIMATES = {
    "not square, rho": (lambda: rc.spectral_radius(NOT_SQUARE), ValueError, r"square; got shape \(2, 3\)"),
    "not square, rho(|W|)": (lambda: rc.perron_radius(NOT_SQUARE), ValueError, "square"),
    "not square, components": (lambda: rc.components(NOT_SQUARE), ValueError, "square"),
    "not square, check": (lambda: rc.check(NOT_SQUARE, gain=1.0), ValueError, "square"),
    "operator, rho(|W|)": (lambda: rc.perron_radius(aslinearoperator(EYE)), TypeError, "entries"),
    "operator, components": (lambda: rc.components(aslinearoperator(EYE)), TypeError, "entries"),
    "operator without adjoint": (lambda: rc.spectral_norm(without_adjoint()), ValueError, "without rmatvec"),
    "operator of wrong length": (lambda: rc.spectral_norm(Products(np.ones(4))), ValueError, "must return 3 numbers"),
    "operator returns nan": (lambda: rc.spectral_norm(Products(np.full(3, np.nan))), ValueError, "NaN or Inf"),
    "operator returns complex": (lambda: rc.spectral_norm(Products(1j * np.ones(3))), TypeError, "real numbers"),
    "operator returns text": (lambda: rc.spectral_norm(Products("abc")), TypeError, "real numbers"),
    "rtol 0": (lambda: rc.spectral_radius(EYE, rtol=0.0), ValueError, "rtol must lie between 0 and 1"),
    "rtol negative": (lambda: rc.spectral_norm(EYE, rtol=-1e-3), ValueError, "rtol"),
    "rtol 1": (lambda: rc.perron_radius(EYE, rtol=1.0), ValueError, "rtol"),
    "rtol nan": (lambda: rc.spectral_norm(EYE, rtol=np.nan), ValueError, "rtol.*nan"),
    "rtol text": (lambda: rc.spectral_norm(EYE, rtol="small"), TypeError, "rtol must be a number; got 'small'"),
    "delta 0": (lambda: rc.spectral_norm(EYE, delta=0.0), ValueError, "delta"),
    "delta 1": (lambda: rc.spectral_norm(EYE, delta=1.0), ValueError, "delta"),
    "delta negative": (lambda: rc.spectral_radius(EYE, delta=-0.1), ValueError, "delta"),
    "seed negative": (lambda: rc.spectral_norm(EYE, seed=-1), ValueError, "seed must be an integer from 0"),
    "seed too large": (lambda: rc.spectral_norm(EYE, seed=2**64), ValueError, "seed"),
    "seed float": (lambda: rc.spectral_norm(EYE, seed=1.5), TypeError, "seed must be an integer; got 1.5"),
    "threads 0": (lambda: rc.spectral_norm(EYE, threads=0), ValueError, "threads must be an integer from 1"),
    "threads negative": (lambda: rc.spectral_norm(EYE, threads=-2), ValueError, "threads"),
    "threads float": (lambda: rc.spectral_norm(EYE, threads=2.0), TypeError, "threads must be an integer"),
    "threads of a matrix": (lambda: rc.Matrix(EYE, threads=0), ValueError, "threads"),
    "threads too many": (lambda: rc.Matrix(EYE, threads=2**40), ValueError, "threads"),
    "max_matvecs 0": (lambda: rc.spectral_norm(EYE, max_matvecs=0), ValueError, "max_matvecs"),
    "max_matvecs float": (lambda: rc.spectral_norm(EYE, max_matvecs=1e3), TypeError, "max_matvecs"),
    "upper_rtol negative": (lambda: rc.spectral_norm(EYE, upper_rtol=-0.1), ValueError, "upper_rtol"),
    "upper_rtol nan": (lambda: rc.spectral_norm(EYE, upper_rtol=np.nan), ValueError, "upper_rtol"),
    "upper_rtol text": (lambda: rc.spectral_norm(EYE, upper_rtol="wide"), TypeError, "upper_rtol"),
    "max_seconds negative": (lambda: rc.spectral_norm(EYE, max_seconds=-1), ValueError, "max_seconds"),
    "max_seconds nan": (lambda: rc.spectral_norm(EYE, max_seconds=np.nan), ValueError, "max_seconds"),
    "start short": (
        lambda: rc.spectral_norm(EYE, start=np.ones(2)),
        ValueError,
        r"start must have shape \(3,\); got \(2,\)",
    ),
    "start square": (lambda: rc.spectral_norm(EYE, start=EYE), ValueError, "start must have shape"),
    "start zero": (lambda: rc.spectral_radius(EYE, start=np.zeros(3)), ValueError, "zero vector"),
    "start nan": (lambda: rc.perron_radius(EYE, start=[1, np.nan, 1]), ValueError, "start must hold finite"),
    "start complex": (lambda: rc.spectral_radius(EYE, start=1j * np.ones(3)), TypeError, "start must be a real vector"),
    "callback a number": (lambda: rc.spectral_norm(EYE, callback=3), TypeError, "callback must be callable"),
    "callback raises": (lambda: rc.spectral_norm(EYE + 1, callback=failing), LookupError, "from the callback"),
    "product of wrong length": (lambda: rc.Matrix(EYE) @ np.ones(4), ValueError, "dimension mismatch|matmul|shape"),
    "product of text": (lambda: rc.Matrix(EYE) @ np.array(["a", "b", "c"]), ValueError, "could not convert"),
    "threads of the native product": (lambda: _core.DenseOperator(EYE).apply(np.ones((4, 1)), 1), ValueError, "shape"),
}


@pytest.mark.parametrize("kind", ESTIMATES)
def test_estimate(kind):
    call, error, words = ESTIMATES[kind]
    with pytest.raises(error, match=words):
        call()


class Chain:
    """A chain by duck type."""

    steps = 5

    def __init__(self, shape=(3, 3), gain=1.0):
        self.shape, self.gain = shape, gain


CHECKS = {
    "unknown activation": ({"activation": "tanhh"}, ValueError, "tanhh"),
    "unbounded activation": ({"activation": "exp"}, ValueError, "exp.*"),
    "activation parameter text": ({"activation": "leaky_relu:x"}, ValueError, "parameter must be a number"),
    "activation parameter nan": ({"activation": "elu:nan"}, ValueError, "finite"),
    "activation without parameter": ({"activation": "tanh:2"}, ValueError, "tanh"),
    "activation a function": ({"activation": np.clip}, TypeError, "must be a name, .*got the function numpy.clip"),
    "activation and gain": ({"activation": "tanh", "gain": 1.0}, ValueError, "either activation or gain, .*; got both"),
    "neither activation nor gain": ({}, ValueError, "got neither"),
    "gain 0": ({"gain": 0.0}, ValueError, "gain must be finite and above 0; got 0.0"),
    "gain negative": ({"gain": -1.0}, ValueError, "gain"),
    "gain nan": ({"gain": np.nan}, ValueError, "gain"),
    "gain inf": ({"gain": np.inf}, ValueError, "gain"),
    "gain a number in text": ({"gain": "0.5"}, TypeError, "gain must be a number; got '0.5'"),
    "gain text": ({"gain": "one"}, TypeError, "gain must be a number"),
    "leak 0": ({"gain": 1.0, "leak": 0.0}, ValueError, "leak"),
    "leak above 1": ({"gain": 1.0, "leak": 1.5}, ValueError, "leak"),
    "levels in the wrong order": ({"gain": 1.0, "vanish_level": 2.0, "explode_level": 1.0}, ValueError, "levels"),
    "chain of another shape": ({"gain": 1.0, "chain": Chain(shape=(4, 4))}, ValueError, "chain must be of W"),
    "chain beyond the gain": ({"gain": 1.0, "chain": Chain(gain=1.5)}, ValueError, "slopes reach 1.5"),
}


@pytest.mark.parametrize("kind", CHECKS)
def test_check(kind):
    options, error, words = CHECKS[kind]
    with pytest.raises(error, match=words):
        rc.check(EYE, **options)
