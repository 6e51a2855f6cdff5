"""A dense W of low density is taken as CSR: the same bits as its CSR array everywhere; any W with layout="csr"."""

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

N = 110


def weights(density, dtype=np.float64, seed=7, shape=(N, N)):
    """Random, with about this density."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) * (rng.random(shape) < density) / np.sqrt(N * density)).astype(dtype)


def bits(found):
    """All numbers of a result but its times."""
    if isinstance(found, rc.Bracket):
        plain = found.to_dict(history=False)
        plain.pop("seconds")
        return [str(plain), None if found.vector is None else found.vector.tobytes()]
    parts = [found] if isinstance(found, np.ndarray) else [*found.vectors, found.log_norms]
    return [np.asarray(part).tobytes() for part in parts]


OPTIONS = {"seed": 3, "threads": 1}
SLOPES = np.random.default_rng(1).random((6, N))
X = np.random.default_rng(2).standard_normal((N, 3))
OF_W = {
    "product": lambda W: W @ X[:, 0],
    "product of a block": lambda W: W @ X,
    "adjoint": lambda W: W.T @ X[:, 0],
    "adjoint of a block": lambda W: W.T @ X,
    "spectral_radius": lambda W: rc.spectral_radius(W, **OPTIONS),
    "leaky radius": lambda W: rc.spectral_radius(W, leak=0.3, **OPTIONS),
    "spectral_norm": lambda W: rc.spectral_norm(W, **OPTIONS),
    "perron_radius": lambda W: rc.perron_radius(W, **OPTIONS),
    "scaled_norm": lambda W: rc.scaled_norm(W, **OPTIONS),
    "numerical_radius": lambda W: rc.numerical_radius(W, rtol=0.1, **OPTIONS),
    "worst_case_growth": lambda W: rc.worst_case_growth(W, "tanh", rtol=0.1, max_matvecs=2000, **OPTIONS),
    "jvp": lambda W: rc.JacobianChain(W, SLOPES).jvp(X),
    "vjp": lambda W: rc.JacobianChain(W, SLOPES, "post", 0.4).vjp(X[:, 0]),
    "rollout": lambda W: rc.JacobianChain.from_rollout(W, X[:, 0], 9).vjp(X),
    "norm of a chain": lambda W: rc.JacobianChain(W, SLOPES).norm(),
    "lyapunov": lambda W: rc.JacobianChain(W, np.tile(SLOPES, (5, 1))).lyapunov(2).exponents,
}


@pytest.mark.parametrize("quantity", OF_W)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_dense_array_of_low_density_gives_the_bits_of_its_csr_array(quantity, dtype, order):
    W = weights(0.1, dtype)
    dense, csr = rc.Matrix(np.array(W, order=order)), rc.Matrix(sparse.csr_array(W))
    assert dense.kind == csr.kind == "sparse"
    assert bits(OF_W[quantity](dense)) == bits(OF_W[quantity](csr))


@pytest.mark.parametrize("quantity", OF_W)
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_dense_array_gives_the_bits_of_its_csr_array_with_layout_csr(quantity, order):
    W = weights(0.7)
    dense, csr = rc.Matrix(np.array(W, order=order), layout="csr"), rc.Matrix(sparse.csr_array(W))
    assert bits(OF_W[quantity](dense)) == bits(OF_W[quantity](csr))


@pytest.mark.parametrize("quantity", ["spectral_radius", "spectral_norm", "perron_radius", "scaled_norm"])
def test_a_dense_array_that_stays_dense_gives_bounds_of_the_same_numbers(quantity):
    W = weights(0.7)
    dense, csr = OF_W[quantity](rc.Matrix(W)), OF_W[quantity](rc.Matrix(sparse.csr_array(W)))
    # They round in another order.
    assert dense.value == pytest.approx(csr.value, rel=1e-3 if quantity != "scaled_norm" else 1e-2)
    assert max(dense.lower.value, csr.lower.value) <= min(dense.upper.value, csr.upper.value)


@pytest.mark.parametrize("columns", [1, 2, 8, 11])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_dense_array_that_stays_dense_sums_in_another_order_in_one_product_alone(columns, order):
    W = np.array(weights(0.7, shape=(300, 200)), order=order)
    X, Y = (np.random.default_rng(5).standard_normal((n, columns)) for n in (200, 300))
    dense, csr = rc.Matrix(W), rc.Matrix(sparse.csr_array(W))
    assert (dense.kind, csr.kind) == ("dense", "sparse")
    # An array in Fortran order is that of its transpose.
    assert np.array_equal(dense @ X, csr @ X) == (columns > 1 or order == "F")
    assert np.array_equal(dense.T @ Y, csr.T @ Y) == (columns > 1 or order == "C")


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(100, 100), (3, 9000), (9000, 3), (2500, 2500)])
def test_the_copy_has_the_entries_and_its_bytes_are_counted(shape, dtype, order):
    W = np.array(weights(0.05, dtype, shape=shape), order=order)
    A = rc.Matrix(W, layout="csr")
    expected = sparse.csr_array(W)
    assert (A.kind, A.copied, A.nnz, A.dtype) == ("sparse", True, expected.nnz, dtype)
    assert A.nbytes == expected.nnz * (W.itemsize + 4) + (shape[0] + 1) * 4
    x = np.random.default_rng(0).standard_normal(shape[1])
    np.testing.assert_array_equal(A @ x, rc.Matrix(expected) @ x)
    W[:] = 0  # a copy does not change with the array
    np.testing.assert_array_equal(A @ x, rc.Matrix(expected) @ x)


def with_entries(nonzeros, side=100):
    W = np.zeros(side * side)
    W[:nonzeros] = 1.0
    return W.reshape(side, side)


@pytest.mark.parametrize(
    ("W", "options", "kind"),
    [
        (with_entries(2000), {}, "sparse"),
        (with_entries(2001), {}, "dense"),
        (with_entries(0), {}, "sparse"),
        (with_entries(9, 99), {}, "dense"),
        (with_entries(9, 99), {"layout": "csr"}, "sparse"),
        (with_entries(2000), {"layout": "dense"}, "dense"),
        (with_entries(2000), {"memory": 2000 * 12 + 101 * 4}, "sparse"),
        (with_entries(2000), {"memory": 2000 * 12 + 101 * 4 - 1}, "dense"),
        (with_entries(2000), {"layout": "csr", "memory": 0}, "sparse"),
    ],
)
def test_what_is_copied_and_how_a_caller_avoids_it(W, options, kind):
    A = rc.Matrix(W, **options)
    assert (A.kind, A.copied, A.nbytes == 0) == (kind, kind == "sparse", kind == "dense")
    assert A.nnz == np.count_nonzero(W)
    np.testing.assert_array_equal(A @ np.ones(len(W)), W.sum(axis=1))


def test_layout_dense_is_refused_where_w_is_not_dense():
    for W in (sparse.csr_array(np.eye(3)), sparse.linalg.aslinearoperator(np.eye(3))):
        with pytest.raises(ValueError, match='layout must be "auto" or "csr" for a W that is not dense'):
            rc.Matrix(W, layout="dense")


KINDS = {
    "mostly 0": np.array,
    "column by column": np.asfortranarray,
    "dense": lambda W: rc.Matrix(W, layout="dense"),
    "dense, column by column": lambda W: rc.Matrix(np.asfortranarray(W), layout="dense"),
    "csr": sparse.csr_array,
    "csc": sparse.csc_array,
    "coo": sparse.coo_array,
    "lil": sparse.lil_array,
}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_that_is_not_finite_is_named_by_its_place(bad, kind):
    W = np.eye(120)
    W[7, 11] = bad
    with pytest.raises(ValueError, match=f"W must have finite entries; got {bad} in row 7, column 11, counted from 0"):
        rc.Matrix(KINDS[kind](W))
