"""A dense array that is mostly 0 becomes CSR, in every order and type, entry by entry."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.inputs.sparse_copies import sparse_copy


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(100, 100), (37, 501), (501, 37), (1, 10_000), (10_000, 1)])
def test_entries(dtype, order, shape):
    rng = np.random.default_rng()
    A = (rng.standard_normal(shape) * (rng.random(shape) < 0.15)).astype(dtype, order=order)
    A[rng.random(shape) < 0.1] = -0.0
    copy = sparse_copy(A, 2**31, "auto")
    wanted = sparse.csr_array(np.where(A == 0, 0, A))
    assert copy.dtype == dtype
    assert copy.indices.dtype == copy.indptr.dtype == np.int32
    for name in ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(copy, name), getattr(wanted, name))


def test_which_arrays_are_copied():
    A = np.zeros((100, 100))
    A[:20] = 1.0
    assert sparse_copy(A, 2**31, "auto") is not None
    A[20, 0] = 1.0
    assert sparse_copy(A, 2**31, "auto") is None
    assert sparse_copy(A, 2**31, "csr").nnz == 2001
    assert sparse_copy(np.zeros((99, 101)), 2**31, "auto") is None
    B = np.eye(100)
    assert sparse_copy(B, 100 * 12 + 101 * 4, "auto") is not None
    assert sparse_copy(B, 100 * 12 + 101 * 4 - 1, "auto") is None
    assert sparse_copy(B, 2**31, "dense") is None


def test_what_is_not_finite_stays_an_entry():
    A = np.zeros((100, 100), order="F")
    A[3, 7] = np.nan
    assert np.isnan(sparse_copy(A, 2**31, "auto").data).tolist() == [True]
    with pytest.raises(ValueError, match="got nan in row 3, column 7"):
        rc.Matrix(A)
