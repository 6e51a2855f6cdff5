"""Many matrices at once: every row is the bracket of the call for one matrix, to the last bit."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

FIELDS = (
    "value",
    "lower",
    "upper",
    "graded_lower",
    "graded_upper",
    "status",
    "residual",
    "condition",
    "runner_up",
    "matvecs",
    "eigenvalue",
    "no_vector",
)
KINDS = ("dense", "fortran", "float32", "csr", "coo", "int64 indices", "unsorted", "integers", "Matrix", "operator")


def random_matrix(rng, n, density, kind):
    A = rng.standard_normal((n, n)) * (rng.random((n, n)) < density)
    if kind == "dense":
        return A
    if kind == "fortran":
        return np.asfortranarray(A)
    if kind == "float32":
        return A.astype(np.float32)
    if kind == "coo":
        return sparse.coo_array(A)
    if kind == "integers":
        return np.rint(3 * A).astype(np.int64)
    if kind == "Matrix":
        return rc.Matrix(A)
    if kind == "operator":
        return aslinearoperator(A)
    W = sparse.csr_array(A)
    if kind == "int64 indices":
        return sparse.csr_array((W.data, W.indices.astype(np.int64), W.indptr.astype(np.int64)), shape=W.shape)
    if kind == "unsorted":
        W.indices, W.data = W.indices.copy(), W.data.copy()
        for i in range(n):
            row = slice(W.indptr[i], W.indptr[i + 1])
            W.indices[row], W.data[row] = W.indices[row][::-1], W.data[row][::-1]
    return W


def same(many, one):
    for name in FIELDS:
        assert repr(getattr(many, name)) == repr(getattr(one, name)), name
    assert (many.vector is None) == (one.vector is None)
    if one.vector is not None:
        assert many.vector.dtype == one.vector.dtype
        assert many.vector.tobytes() == one.vector.tobytes()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shapes=st.lists(
        st.tuples(st.integers(1, 130), st.sampled_from([0.03, 0.1, 0.3, 1.0]), st.sampled_from(KINDS)),
        min_size=1,
        max_size=6,
    ),
    threads=st.sampled_from([1, 2, 3]),
    options=st.fixed_dictionaries(
        {},
        optional={
            "rtol": st.sampled_from([1e-2, 1e-5]),
            "seed": st.integers(0, 9),
            "delta": st.sampled_from([1e-3, 1e-9]),
            "max_matvecs": st.integers(1, 400),
            "upper_rtol": st.sampled_from([0.1, np.inf]),
        },
    ),
)
def test_rows_have_the_bits_of_single_calls(seed, shapes, threads, options):
    rng = np.random.default_rng(seed)
    Ws = [random_matrix(rng, *shape) for shape in shapes]
    calls = ((rc.spectral_radius_many, rc.spectral_radius), (rc.spectral_norm_many, rc.spectral_norm))
    for of_many, of_one in calls:
        many = of_many(Ws, threads=threads, vectors=True, **options)
        assert len(many) == len(Ws)
        for row, W in zip(many, Ws, strict=True):
            same(row, of_one(W, **options))


@pytest.mark.parametrize("options", [{"proved": True}, {"condition": True}, {"leak": 0.3}])
def test_options_of_the_radius(options):
    rng = np.random.default_rng(int.from_bytes(os.urandom(4), "little"))
    Ws = [random_matrix(rng, n, d, "csr") for n, d in ((5, 1.0), (60, 0.1), (120, 0.05), (150, 0.2))]
    many = rc.spectral_radius_many(Ws, vectors=True, **options)
    for row, W in zip(many, Ws, strict=True):
        same(row, rc.spectral_radius(W, **options))


def test_a_leak_for_each_neuron_has_to_fit():
    Ws = np.random.default_rng(1).standard_normal((3, 4, 4))
    leaks = [0.2, 0.4, 0.6, 0.8]
    many = rc.spectral_radius_many([*Ws, np.eye(3)], leak=leaks, vectors=True)
    for row, W in zip(many.value[:3], Ws, strict=True):
        assert row == rc.spectral_radius(W, leak=leaks).value
    assert many.status[3] == "failed"
    assert "leak must have shape (3,)" in many.error[3]


def test_what_holds_many_matrices():
    Ws = np.random.default_rng(2).standard_normal((7, 30, 30))
    wanted = [rc.spectral_radius(W).value for W in Ws]
    for given_ in (Ws, list(Ws), tuple(Ws), iter(Ws), (W for W in Ws), np.asfortranarray(Ws)):
        assert rc.spectral_radius_many(given_).value.tolist() == wanted
    objects = np.empty(7, object)
    objects[:] = [sparse.csr_array(W) for W in Ws]
    assert rc.spectral_radius_many(objects).value.tolist() == [rc.spectral_radius(W).value for W in objects]
    single = Ws.astype(np.float32)
    assert rc.spectral_radius_many(single).value.tolist() == [rc.spectral_radius(W).value for W in single]


def test_weights_on_one_pattern():
    rng = np.random.default_rng(3)
    pattern = sparse.random_array((50, 50), density=0.1, rng=rng, format="csr")
    data = rng.standard_normal((5, pattern.nnz))
    many = rc.spectral_radius_many((pattern.indptr, pattern.indices, data), vectors=True)
    assert len(many) == 5
    for row, entries in zip(many, data, strict=True):
        same(row, rc.spectral_radius(sparse.csr_array((entries, pattern.indices, pattern.indptr), shape=(50, 50))))
    with pytest.raises(ValueError, match=r"must have shapes \(n \+ 1,\), \(nnz,\) and \(B, nnz\)"):
        rc.spectral_radius_many((pattern.indptr, pattern.indices, data[:, 1:]))
    with pytest.raises(ValueError, match="index < cols"):
        rc.spectral_radius_many((pattern.indptr, pattern.indices + 50, data))


def test_batches_of_tensors():
    torch = pytest.importorskip("torch")
    Ws = torch.randn((4, 20, 20), generator=torch.Generator().manual_seed(0), dtype=torch.float64, requires_grad=True)
    assert rc.spectral_radius_many(Ws).value.tolist() == [rc.spectral_radius(W).value for W in Ws]
    halves = Ws.detach().to(torch.bfloat16)
    assert rc.spectral_radius_many(halves).value.tolist() == [rc.spectral_radius(W).value for W in halves]


def test_a_generator_is_read_in_batches():
    read = []

    def each():
        for i in range(600):
            read.append(i)
            yield np.full((1, 1), float(i))

    values = rc.spectral_radius_many(each()).value
    assert values.tolist() == list(range(600))
    large = 0

    def too_large():
        nonlocal large
        for _ in range(40):
            large += 1
            yield np.eye(2000)
        raise RuntimeError("ends here")

    with pytest.raises(RuntimeError, match="ends here"):
        rc.spectral_norm_many(too_large(), max_matvecs=1)


def test_a_matrix_that_fails_is_a_row():
    good = np.diag([1.0, -2.0])
    Ws = [good, np.full((2, 2), np.nan), np.ones((2, 3)), "missing.mtx", np.array([["a"]]), good * 1j, None, good]
    many = rc.spectral_radius_many(Ws)
    assert many.status.tolist() == ["converged", *["failed"] * 6, "converged"]
    assert many.error[0] is None
    assert np.isnan(many.value[1:7]).all()
    assert many.value[[0, 7]].tolist() == [2.0, 2.0]
    assert many[0].value == many[-1].value == 2.0
    for i in range(1, 7):
        with pytest.raises(Exception) as alone:  # noqa: PT011 - whatever the call for one matrix raises
            rc.spectral_radius(Ws[i])
        assert many.error[i] == f"{type(alone.value).__name__}: {alone.value}"
        with pytest.raises(ValueError, match=f"matrix {i} has no bracket"):
            many[i]
    with pytest.raises(ValueError, match=r"Ws\[1\]: W must have finite entries"):
        rc.spectral_radius_many(Ws, on_error="raise")
    with pytest.raises(TypeError, match=r"Ws\[1\]: W must be real"):
        rc.spectral_radius_many([good, good * 1j], on_error="raise")
    assert rc.spectral_norm_many(Ws).status[2] == "converged"


def test_a_failure_within_products():
    def broken(x):
        raise ZeroDivisionError("no product today")

    class Broken:
        shape = (50, 50)
        matvec = rmatvec = staticmethod(broken)

    many = rc.spectral_radius_many([np.eye(2), Broken(), np.eye(3)], threads=2)
    assert many.error[1] == "ZeroDivisionError: no product today"
    assert many.value[[0, 2]].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("given_", [np.eye(3), sparse.eye_array(3), "W.npz", 5, None, {"W": np.eye(2)}, np.ones(3)])
def test_one_matrix_is_not_many(given_):
    with pytest.raises(TypeError, match="Ws must be a list of matrices"):
        rc.spectral_radius_many(given_)


def test_misuse():
    with pytest.raises(ValueError, match='on_error must be "record" or "raise"'):
        rc.spectral_radius_many([np.eye(2)], on_error="ignore")
    with pytest.raises(ValueError, match="rtol must lie between 0 and 1"):
        rc.spectral_radius_many([np.eye(2)], rtol=2.0)
    with pytest.raises(ValueError, match="leak must be above 0"):
        rc.spectral_radius_many([np.eye(2)], leak=0.0)
    with pytest.raises(IndexError, match="there are 1 matrices; got index 1"):
        rc.spectral_radius_many([np.eye(2)])[1]


def test_none_at_all():
    many = rc.spectral_radius_many([])
    assert len(many) == 0
    assert many.value.dtype == np.float64
    assert list(many) == []


def test_frame():
    pd = pytest.importorskip("pandas")
    table = rc.spectral_radius_many([np.eye(2), np.full((2, 2), np.inf)]).to_frame()
    assert isinstance(table, pd.DataFrame)
    assert table.value[0] == 1.0
    assert table.status.tolist() == ["converged", "failed"]
    assert table.lower_grade[0] == "PROVED"


def test_frame_without_pandas(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'rhochain\[frames\]'"):
        rc.spectral_radius_many([np.eye(2)]).to_frame()


def test_interrupt_keeps_the_rows_that_were_done():
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals go to the main thread")
    W = np.random.default_rng(4).standard_normal((150, 150))

    def each():
        for i in range(100_000):
            if i == 600:
                threading.Thread(target=lambda: (time.sleep(0.05), os.kill(os.getpid(), signal.SIGINT))).start()
            yield W

    with pytest.raises(rc.ManyInterrupted) as stopped:
        rc.spectral_norm_many(each(), threads=2)
    rows = stopped.value.brackets
    assert 512 <= len(rows) < 100_000
    value = rc.spectral_norm(W).value
    done = rows.status != "not_run"
    assert done[:512].all()
    assert (rows.value[done] == value).all()
