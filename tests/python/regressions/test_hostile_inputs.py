"""Inputs that once gave a wrong number, or ended the interpreter, without a word: now they count or are refused."""

import copy
import errno
import pickle

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

EYE = np.eye(3)
TWICE = ([0, 0, 1], [1, 1, 0])
V = rc.Verdict


def coo(values, kind=sparse.coo_array):
    """2 x 2 with (0, 1) listed twice; entries of any type, behind SciPy's back."""
    W = kind((np.ones(3), TWICE), shape=(2, 2))
    W.data = np.asarray(values)
    return W


@pytest.mark.parametrize(
    ("values", "total"),
    [
        (np.array([200, 200, 3], dtype=np.uint8), 400.0),
        (np.array([-100, -100, 3], dtype=np.int8), -200.0),
        (np.array([2**63 - 1, 2**63 - 1, 3]), 2.0**64),
        (np.array([True, True, True]), 2.0),
    ],
)
@pytest.mark.parametrize("form", ["coo", "csc", "bsr"])
def test_integers_listed_twice_are_summed_as_floats(values, total, form):
    W = coo(values)
    if form != "coo":  # (0, 1) twice; the last entry is (1, 0)
        parts = (np.array(values)[[2, 0, 1]], np.array([1, 0, 0]), np.array([0, 1, 3]))
        W = sparse.csc_array(parts, shape=(2, 2))
        if form == "bsr":
            parts = (np.array(values).reshape(3, 1, 1), np.array([1, 1, 0]), np.array([0, 2, 3]))
            W = sparse.bsr_array(parts, shape=(2, 2))
    A = rc.Matrix(W)
    assert A.dtype == np.float64
    assert (A @ np.array([0.0, 1.0]))[0] == total
    assert rc.check(W, gain=np.array([1.0, 1.0]), quick=True).nnz == 2


def test_float16_coo_becomes_float32():
    A = rc.Matrix(coo(np.array([60000, 60000, 1], dtype=np.float16)))
    assert A.dtype == np.float32
    np.testing.assert_array_equal(A @ np.eye(2), [[0, 120000], [1, 0]])


class Reusing:
    """An operator that returns the same buffer every time."""

    shape = (3, 3)

    def __init__(self, W):
        self._W, self._buffer = W, np.empty(3)

    def matvec(self, x):
        return np.dot(self._W, x, out=self._buffer)

    def rmatvec(self, y):
        return np.dot(self._W.T, y, out=self._buffer)


FULL = np.arange(1.0, 10.0).reshape(3, 3)


def test_a_reused_buffer_does_no_harm():
    A = rc.Matrix(Reusing(FULL))
    np.testing.assert_array_equal(A @ EYE, FULL)
    np.testing.assert_array_equal(A.T @ EYE, FULL.T)


def broken_csc():
    W = sparse.csc_array(EYE)
    W.indices = np.array([0, 1, 10**8], dtype=np.int32)
    return W


def broken_csr():
    W = sparse.csr_array(EYE)
    W.indices = np.array([0, -1, 2], dtype=np.int32)
    return W


@pytest.mark.parametrize(
    ("W", "error", "words"),
    [
        (broken_csc(), ValueError, "W is a broken csc matrix"),
        (broken_csr(), ValueError, "ind"),
        (np.ma.masked_array(EYE, EYE == 0), TypeError, "W must not be a masked array"),
        (EYE * 1j, TypeError, "W must be real"),
        (EYE * np.nan, ValueError, "finite|NaN|nan"),
        (np.ones(3), ValueError, "W must have two dimensions"),
        (np.eye(2), ValueError, "gain must have one number for each of the columns of W"),
    ],
)
def test_gains_check_the_matrix_as_without_them(W, error, words):
    with pytest.raises(error, match=words):
        rc.check(W, gain=np.ones(3))


GAINS = np.array([0.5, 0.25, 2.0])


@pytest.mark.parametrize(
    "given",
    [
        FULL,
        FULL.tolist(),
        np.asfortranarray(FULL),
        FULL.astype(np.float32),
        FULL.astype(np.uint8),
        *(sparse.coo_array(FULL).asformat(form) for form in ("csr", "csc", "coo", "lil", "dok", "dia")),
        aslinearoperator(FULL),
        rc.Matrix(aslinearoperator(FULL)),
        Reusing(FULL),
    ],
)
def test_gains_take_every_matrix(given):
    report = rc.check(given, gain=GAINS, rtol=1e-9)
    assert report.spectral_norm.value == pytest.approx(np.linalg.norm(FULL * GAINS, 2), rel=1e-6)
    assert report.spectral_radius.value == pytest.approx(abs(np.linalg.eigvals(FULL * GAINS)).max(), rel=1e-6)


def test_gains_leave_the_matrix_alone():
    W = sparse.csr_array((np.array([1.0, 2.0, 3.0]), np.array([1, 0, 1]), np.array([0, 2, 3])), shape=(2, 2))
    rc.check(W, gain=np.array([0.5, 0.25]), quick=True)
    np.testing.assert_array_equal(W.data, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(W.indices, [1, 0, 1])


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, sparse.csc_array])
@pytest.mark.parametrize(("w", "g"), [(1e-200, 1e-200), (1e-160, 1e-160), (1e200, 1e200)])
def test_gains_beyond_the_range_are_refused(w, g, form):
    W = form(np.array([[0.0, w], [w, 0.0]]))
    with pytest.raises(ValueError, match=r"gain times W must stay .* got gain .* for an entry .* of W"):
        rc.check(W, gain=np.array([g, 1.0]))


def test_gains_of_0_and_1_are_within_the_range():
    W = np.array([[0.0, 5e-324], [1.0, 0.0]])
    assert rc.check(W, gain=np.array([0.0, 1.0]), quick=True).verdict is V.VANISHES


MASKED = np.ma.masked_array([1.0, 9e9, 1.0], [False, True, False])
VECTORS = {
    "gain": lambda x: rc.check(EYE, gain=x),
    "start": lambda x: rc.spectral_norm(EYE + FULL, start=x),
    "x0": lambda x: rc.JacobianChain.from_rollout(EYE, x, steps=2),
    "bias": lambda x: rc.JacobianChain.from_rollout(EYE, np.zeros(3), steps=2, bias=x),
    "v": lambda x: rc.JacobianChain(EYE, slopes=np.ones((2, 3))).jvp(x),
    "h0": lambda x: rc.GRUChain.from_rollout(np.ones((9, 3)), np.zeros((2, 9)), x),
}


@pytest.mark.parametrize("name", VECTORS)
def test_masked_vectors_are_refused(name):
    with pytest.raises(TypeError, match=rf"{name} must not be a masked array; {name}\.filled\(0\)"):
        VECTORS[name](MASKED)


def test_masked_numbers_are_refused():
    for name in ("gain", "leak"):
        with pytest.raises(TypeError, match=f"{name} must not be a masked array"):
            rc.check(EYE, **{"gain": 1.0, name: np.ma.masked})


def test_numbers_may_be_tensors_that_require_grad():
    torch = pytest.importorskip("torch")
    half = torch.tensor(0.5, requires_grad=True)
    report = rc.check(EYE, gain=half, leak=half, quick=True)
    assert (report.gain, report.leak) == (0.5, 0.5)


@pytest.mark.parametrize("name", VECTORS)
def test_vectors_may_be_tensors_that_require_grad(name):
    torch = pytest.importorskip("torch")
    VECTORS[name](torch.ones(3, dtype=torch.float64, requires_grad=True))
    VECTORS[name](torch.ones(3, dtype=torch.bfloat16))


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support:UserWarning")
def test_tensors():
    torch = pytest.importorskip("torch")
    W = torch.tensor(FULL, requires_grad=True)
    wanted = np.linalg.norm(FULL * GAINS, 2)
    gains = torch.tensor(GAINS, requires_grad=True)
    for given in (W, W.detach().to_sparse(), W.to(torch.bfloat16), W.detach().to(torch.float16).to_sparse()):
        assert rc.check(given, gain=gains).spectral_norm.value == pytest.approx(wanted, rel=1e-3)
        scaled, factor = rc.rescale(given, spectral_norm=1.0)
        assert abs(scaled - factor * FULL).max() < 1e-6
    twice = torch.sparse_coo_tensor(
        TWICE, torch.tensor([200, 200, 3], dtype=torch.uint8), (2, 2), check_invariants=True
    )
    np.testing.assert_array_equal(rc.Matrix(twice) @ np.eye(2), [[0, 400], [3, 0]])


BRACKET = rc.spectral_norm(FULL)
CHAIN = rc.JacobianChain(EYE, slopes=np.full((4, 3), 0.5))
ERRORS = {
    "Interrupted": lambda: rc.Interrupted(BRACKET),
    "ChainInterrupted": lambda: rc.ChainInterrupted(CHAIN.jvp(np.ones(3))),
    "LyapunovInterrupted": lambda: rc.LyapunovInterrupted(CHAIN.lyapunov(1)),
    "CheckpointError": lambda: rc.CheckpointError("run.npz", OSError(errno.ENOSPC, "No space left"), BRACKET),
    "CheckpointError without number": lambda: rc.CheckpointError("run.npz", OSError("odd"), BRACKET),
    "FileError": lambda: rc.FileError("W.mtx", "no such\nfile"),
}


@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("again", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_exceptions_are_pickled(kind, again):
    error = ERRORS[kind]()
    error.step = 3
    other = again(error)
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert other.args == error.args
    assert other.step == 3
    for name in ("errno", "filename", "strerror"):
        assert getattr(other, name, None) == getattr(error, name, None)
    for name in ("bracket", "result"):
        assert repr(getattr(other, name, None)) == repr(getattr(error, name, None))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_operator_of_tiny_products_is_refused_or_has_its_values_between_the_bounds(seed):
    # The powers lost bits in each step until they vanished, rho <= 0 with a grade; or the reciprocal of a norm
    # overflowed, and the message blamed the operator for the NaN.
    D = np.diag([1.0, *np.random.default_rng(seed).uniform(0.1, 0.9, 7)])
    for exponent in (-600, -1000, -1004, -1018, -1030, -1070):
        A, truth = aslinearoperator(np.ldexp(D, exponent)), np.ldexp(1.0, exponent)
        for estimate in (rc.spectral_radius, rc.spectral_norm):
            if exponent < -1010:
                with pytest.raises(
                    ValueError, match=r"W: got products below 2\^-1010 times .*; expected an operator of"
                ):
                    estimate(A, seed=seed)
                continue
            found = estimate(A, seed=seed)
            assert found.lower.value <= truth * (1 + 1e-12)
            assert truth <= found.upper.value * (1 + 1e-12)
            assert found.value == pytest.approx(truth, rel=1e-2)


@pytest.mark.parametrize("estimate", [rc.spectral_radius, rc.spectral_norm])
@pytest.mark.parametrize("size", [1e-300, 1e-310, 5e-324, 1e300, 1.7e308])
def test_a_start_of_any_length_is_as_good_as_one_of_length_1(estimate, size):
    W = np.random.default_rng(3).standard_normal((40, 40))
    found = estimate(aslinearoperator(W), start=np.full(40, size))
    truth = np.linalg.norm(W, 2) if estimate is rc.spectral_norm else np.abs(np.linalg.eigvals(W)).max()
    assert found.lower.value <= truth * (1 + 1e-12)
    assert truth <= found.upper.value * (1 + 1e-12)
    assert found.value == pytest.approx(truth, rel=1e-2)
