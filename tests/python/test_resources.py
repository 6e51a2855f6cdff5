"""Threads and memory as callers state them; the transposed copy and what it costs."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.resources import byte_count


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("7", 7), ("3kB", 3000), ("1.5 MiB", 3 * 2**19), ("2 g", 2 * 10**9), (" 1TiB ", 2**40)],
)
def test_amounts(text, count):
    assert byte_count("memory", text) == count


@pytest.mark.parametrize(
    ("amount", "error"), [("two GB", ValueError), ("-1", ValueError), (-1, ValueError), (1.5, TypeError)]
)
def test_bad_amounts_name_the_argument(amount, error):
    with pytest.raises(error, match="memory must be"):
        rc.Matrix(np.eye(2), memory=amount)


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_transposed_copy_changes_time_alone(dtype, index):
    W = sparse.random_array((500, 400), density=0.02, rng=np.random.default_rng(1), dtype=dtype, format="csr")
    W.indptr, W.indices = W.indptr.astype(index), W.indices.astype(index)
    without, with_copy = rc.Matrix(W, memory=0), rc.Matrix(W)
    a, b = rc.spectral_norm(without), rc.spectral_norm(with_copy)
    assert (a.lower, a.value, a.upper, a.matvecs) == (b.lower, b.value, b.upper, b.matvecs)
    assert without.nbytes == 0
    # Entries, columns and row starts once more.
    assert with_copy.nbytes == W.nnz * (dtype().itemsize + index().itemsize) + 401 * index().itemsize
    x = np.random.default_rng(2).standard_normal((500, 3))
    assert np.array_equal(without.rmatmat(x), with_copy.rmatmat(x))


def test_a_budget_too_small_for_the_copy():
    W = sparse.random_array((300, 300), density=0.1, rng=np.random.default_rng(1), format="csr")
    A = rc.Matrix(W, memory=1000)
    rc.scaled_norm(A, max_matvecs=100)
    assert A.nbytes == 0
