"""`Matrix`: every kind of input is the same operator, borrowed where its layout allows."""

import copy
import gc
import pickle

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator, svds

import rhochain as rc

RNG = np.random.default_rng(7)
DENSE = RNG.normal(size=(5, 4)) * (RNG.random((5, 4)) < 0.6)
X = RNG.normal(size=(4, 3))
Y = RNG.normal(size=(5, 2))


class Tensor:
    """What `Matrix` reads of a torch tensor."""

    def __init__(self, array, layout="torch.strided", dtype="torch.float64"):
        self._array, self.layout, self.dtype = array, layout, dtype
        self.shape, self.ndim = array.shape, array.ndim

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self._array if self.layout == "torch.strided" else None

    def float(self):
        return Tensor(self._array.astype(np.float32), dtype="torch.float32")

    def to_sparse_csr(self):
        return Tensor(self._array, layout="torch.sparse_csr")

    def _part(self, name):
        return Tensor(getattr(sparse.csr_array(self._array), name))

    def crow_indices(self):
        return self._part("indptr")

    def col_indices(self):
        return self._part("indices")

    def values(self):
        return self._part("data")


class Products:
    shape = DENSE.shape

    def matvec(self, x):
        return DENSE @ x

    def rmatvec(self, y):
        return DENSE.T @ y


FORMATS = ["csr", "csc", "coo", "bsr", "lil", "dok", "dia"]
INPUTS = {
    "ndarray": DENSE,
    "fortran": np.asfortranarray(DENSE),
    "transposed view": np.ascontiguousarray(DENSE.T).T,
    "reversed": DENSE[::-1, ::-1][::-1, ::-1],
    "strided": np.repeat(DENSE, 2, axis=1)[:, ::2],
    "big endian": DENSE.astype(">f8"),
    "list": DENSE.tolist(),
    "np.matrix": np.asmatrix(DENSE),
    **{f"{kind}_array": sparse.coo_array(DENSE).asformat(kind) for kind in FORMATS},
    **{f"{kind}_matrix": sparse.coo_matrix(DENSE).asformat(kind) for kind in FORMATS},
    "tensor": Tensor(DENSE),
    "coo tensor": Tensor(DENSE, layout="torch.sparse_coo"),
    "csr tensor": Tensor(DENSE, layout="torch.sparse_csr"),
    "LinearOperator": aslinearoperator(DENSE),
    "duck type": Products(),
    "Matrix": rc.Matrix(DENSE),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("kind", INPUTS)
def test_every_input_gives_the_same_products(kind):
    A = rc.Matrix(INPUTS[kind])
    assert isinstance(A, LinearOperator)
    assert A.shape == (5, 4)
    for x in (X[:, 0], X[:, :1], X, np.asfortranarray(X)):
        np.testing.assert_allclose(A @ x, DENSE @ x, rtol=1e-14, atol=1e-14)
    for y in (Y[:, 0], Y):
        np.testing.assert_allclose(A.T @ y, DENSE.T @ y, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(A.rmatvec(Y[:, 0]), DENSE.T @ Y[:, 0], rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(A.rmatmat(Y), DENSE.T @ Y, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_csr_is_borrowed(dtype, index):
    W = sparse.csr_array(DENSE.astype(dtype))
    W.indptr, W.indices = W.indptr.astype(index), W.indices.astype(index)
    A = rc.Matrix(W)
    assert (A.kind, A.dtype, A.nnz, A.copied, A.nbytes) == ("sparse", dtype, W.nnz, False, 0)
    W.data *= 2
    np.testing.assert_allclose(A @ X, 2 * DENSE.astype(dtype) @ X, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dense_is_borrowed(dtype, order):
    W = np.array(DENSE, dtype=dtype, order=order)
    A = rc.Matrix(W)
    assert (A.kind, A.dtype, A.nnz, A.copied, A.nbytes) == ("dense", dtype, np.count_nonzero(W), False, 0)
    W *= 2
    np.testing.assert_allclose(A @ X, 2 * DENSE.astype(dtype) @ X, rtol=1e-14, atol=1e-14)


def test_borrowed_arrays_are_kept_alive():
    A = rc.Matrix(sparse.csr_array(DENSE))
    B = rc.Matrix(DENSE.copy())
    gc.collect()
    np.testing.assert_allclose(A @ X, DENSE @ X, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(B @ X, DENSE @ X, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("kind", ["strided", "big endian", "list", "csc_array", "coo_matrix"])
def test_other_layouts_are_copied(kind):
    A = rc.Matrix(INPUTS[kind])
    assert A.copied
    assert A.nbytes > 0


@pytest.mark.parametrize(
    ("given", "stored"),
    [(bool, np.float64), (np.int8, np.float64), (np.uint64, np.float64), (np.float16, np.float32)],
)
def test_other_numbers_are_converted(given, stored):
    W = (DENSE != 0).astype(given)
    inputs = [W] if given == np.float16 else [W, sparse.csr_array(W)]  # SciPy has no sparse float16
    for A in map(rc.Matrix, inputs):
        assert A.dtype == stored
        np.testing.assert_allclose(A @ X, W.astype(float) @ X, rtol=1e-14)


def test_bfloat16_tensor_becomes_float32():
    A = rc.Matrix(Tensor(DENSE, dtype="torch.bfloat16"))
    assert A.dtype == np.float32


def test_read_only_arrays_pass():
    W = DENSE.copy()
    W.flags.writeable = False
    S = sparse.csr_array(DENSE)
    for part in (S.data, S.indices, S.indptr):
        part.flags.writeable = False
    x = X.copy()
    x.flags.writeable = False
    for A in (rc.Matrix(W), rc.Matrix(S)):
        assert not A.copied
        np.testing.assert_allclose(A @ x, DENSE @ X, rtol=1e-14, atol=1e-14)


def test_duplicates_are_summed():
    W = sparse.csr_array((np.array([1.0, 2.0, -5.0]), np.array([1, 1, 0]), np.array([0, 2, 3])), shape=(2, 2))
    A = rc.Matrix(W)
    assert (A.nnz, A.copied) == (2, True)
    np.testing.assert_array_equal(A @ np.eye(2), [[0, 3], [-5, 0]])
    assert W.nnz == 3


def test_unsorted_rows_are_borrowed():
    W = sparse.csr_array((np.array([1.0, 2.0]), np.array([1, 0]), np.array([0, 2, 2])), shape=(2, 2))
    A = rc.Matrix(W)
    assert not A.copied
    np.testing.assert_array_equal(A @ np.eye(2), [[2, 1], [0, 0]])


def test_numbers_beyond_the_last_entry_are_ignored():
    W = sparse.csr_array(np.eye(3))
    W.data, W.indices = np.append(W.data, np.nan), np.append(W.indices, 99).astype(W.indices.dtype)
    A = rc.Matrix(W)
    assert (A.nnz, A.copied) == (3, False)
    np.testing.assert_array_equal(A @ np.eye(3), np.eye(3))


@pytest.mark.parametrize(
    ("stored", "given", "result"),
    [
        (np.float32, np.float32, np.float32),
        (np.float32, np.float64, np.float64),
        (np.float64, np.float32, np.float64),
        (np.float64, np.int64, np.float64),
    ],
)
def test_type_of_a_product(stored, given, result):
    for W in (DENSE.astype(stored), sparse.csr_array(DENSE.astype(stored))):
        y = rc.Matrix(W) @ np.ones(4, dtype=given)
        assert y.dtype == result
        np.testing.assert_allclose(y, DENSE.sum(axis=1), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("n", [7, 70_000])
def test_float32_products_are_the_rounded_float64_ones(n, columns):
    rng = np.random.default_rng(n + columns)
    places = rng.integers(0, n, (2, 10 * n))
    W = sparse.csr_array((rng.standard_normal(10 * n, dtype=np.float32), places), shape=(n, n + 2))
    x = rng.standard_normal((n + 2, columns), dtype=np.float32)
    y = rng.standard_normal((n, columns), dtype=np.float32)
    for threads in (1, 2):
        A = rc.Matrix(W, threads=threads)
        np.testing.assert_array_equal(A @ x, (A @ x.astype(float)).astype(np.float32))
        np.testing.assert_array_equal(A.T @ y, (A.T @ y.astype(float)).astype(np.float32))


def test_float32_products_beyond_the_range_are_infinite():
    A = rc.Matrix(np.array([[3e38, 3e38], [-3e38, -3e38], [3e38, -3e38]], dtype=np.float32))
    np.testing.assert_array_equal(A @ np.ones(2, dtype=np.float32), np.array([np.inf, -np.inf, 0.0]))
    np.testing.assert_array_equal(A @ np.array([np.nan, 0], dtype=np.float32), np.full(3, np.nan))


def test_complex_vectors():
    A = rc.Matrix(DENSE)
    x = X + 1j * X[::-1]
    np.testing.assert_allclose(A @ x, DENSE @ x, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(A.H @ (1j * Y), DENSE.T @ (1j * Y), rtol=1e-14, atol=1e-14)


def test_the_transpose_is_an_operator_of_its_own():
    A = rc.Matrix(DENSE)
    T = A.T
    assert T.shape == DENSE.T.shape
    assert T.T is A
    assert T.H is A
    np.testing.assert_allclose(T @ Y, DENSE.T @ Y, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(T.rmatvec(X[:, 0]), DENSE @ X[:, 0], rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(T.rmatmat(X), DENSE @ X, rtol=1e-14, atol=1e-14)


def test_products_do_not_depend_on_threads():
    W = sparse.random(3000, 3000, density=0.01, format="csr", random_state=0)
    x = np.random.default_rng(0).normal(size=3000)
    one, two = rc.Matrix(W, threads=1), rc.Matrix(W, threads=2)
    np.testing.assert_array_equal(one @ x, two @ x)
    np.testing.assert_array_equal(one.T @ x, two.T @ x)


def test_serves_scipy():
    W = sparse.random(60, 40, density=0.2, format="csr", random_state=1)
    _, found, _ = svds(rc.Matrix(W), k=1, random_state=0)
    np.testing.assert_allclose(found[0], np.linalg.norm(W.toarray(), 2), rtol=1e-10)


def test_matrix_of_a_matrix_shares_it():
    A = rc.Matrix(DENSE, threads=1)
    B = rc.Matrix(A, threads=2)
    assert B.operator is A.operator
    assert B.threads == 2


def test_operator_without_adjoint():
    A = rc.Matrix(LinearOperator((4, 4), matvec=lambda x: 2 * x, dtype=float))
    np.testing.assert_array_equal(A @ np.ones(4), 2 * np.ones(4))
    with pytest.raises(ValueError, match="rmatvec"):
        A.rmatvec(np.ones(4))


def test_block_of_no_vectors():
    assert (rc.Matrix(DENSE) @ np.zeros((4, 0))).shape == (5, 0)


def test_repr():
    assert repr(rc.Matrix(np.eye(2, dtype=np.float32))) == "Matrix(2 x 2, dense float32, nnz 2, borrowed)"
    assert repr(rc.Matrix(sparse.eye(2).tocsc())) == "Matrix(2 x 2, sparse float64, nnz 2, copied)"
    assert repr(rc.Matrix(aslinearoperator(np.eye(2)))) == "Matrix(2 x 2, operator)"


def test_a_matrix_or_a_chain_says_why_it_cannot_be_sent_to_another_process():
    A = rc.Matrix(np.eye(3))
    for held in (A, rc.JacobianChain(A, slopes=np.ones((2, 3)))):
        for send in (pickle.dumps, copy.copy, copy.deepcopy):
            if held is A or send is not copy.copy:
                with pytest.raises(TypeError, match="a Matrix borrows the arrays of W"):
                    send(held)
