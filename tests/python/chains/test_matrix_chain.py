"""`MatrixChain`, the product of given matrices, against dense products in extended precision."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import rhochain as rc


def some_matrices(rng: np.random.Generator, n: int, steps: int, density: float = 0.4) -> list[np.ndarray]:
    return [rng.standard_normal((n, n)) * (rng.random((n, n)) < density) for _ in range(steps)]


def product(matrices: list[np.ndarray]) -> np.ndarray:
    P = np.eye(len(matrices[0]), dtype=np.longdouble)
    for J in matrices:
        P = J.astype(np.longdouble) @ P
    return P


def size_of(matrices: list[np.ndarray]) -> float:
    return float(np.prod([np.linalg.norm(J, 2) for J in matrices]))


def vectors_of(result: rc.ChainResult) -> np.ndarray:
    mantissas, exponents = result.vectors
    return np.ldexp(mantissas, exponents)


FORMS = {
    "csr": sparse.csr_array,
    "csc": sparse.csc_array,
    "coo": sparse.coo_matrix,
    "dense": np.asarray,
    "fortran": np.asfortranarray,
    "float32": lambda J: sparse.csr_array(J.astype(np.float32)),
    "operator": aslinearoperator,
    "matrix": rc.Matrix,
}


@pytest.mark.parametrize("form", FORMS)
def test_products_are_those_of_the_matrices(form: str) -> None:
    rng = np.random.default_rng([1, *form.encode()])
    for n, K in ((1, 3), (9, 1), (17, 30)):
        stored = some_matrices(rng, n, K)
        if form == "float32":
            stored = [J.astype(np.float32).astype(float) for J in stored]
        chain = rc.MatrixChain([FORMS[form](J) for J in stored])
        assert (chain.steps, chain.shape) == (K, (n, n))
        P, tolerance = product(stored), 1e-14 * K * n * size_of(stored)
        V = rng.standard_normal((n, 3))
        for columns in (V, V[:, 1]):
            np.testing.assert_allclose(vectors_of(chain.jvp(columns)), P @ columns, rtol=0, atol=tolerance)
            np.testing.assert_allclose(vectors_of(chain.vjp(columns)), P.T @ columns, rtol=0, atol=tolerance)


def test_a_mixed_list_a_generator_and_an_array_are_the_same_chain() -> None:
    rng = np.random.default_rng(2)
    stored = some_matrices(rng, 8, 6)
    g = rng.standard_normal((8, 2))
    makers = list(FORMS.values())
    mixed = [makers[k](J) for k, J in enumerate(stored)]
    mixed[5] = sparse.csr_array(stored[5])
    expected = product(stored).T @ g
    for given_matrices in (mixed, (J for J in stored), np.array(stored), tuple(stored)):
        got = vectors_of(rc.MatrixChain(given_matrices).vjp(g))
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12 * size_of(stored))


def test_the_chain_of_one_network_is_that_of_its_jacobians() -> None:
    rng = np.random.default_rng(3)
    n, K = 25, 200
    W, slopes = rng.standard_normal((n, n)), rng.random((K, n))
    network = rc.JacobianChain(W, slopes, "post", 0.3)
    matrices = rc.MatrixChain(0.7 * np.eye(n) + 0.3 * s[:, None] * W for s in slopes)
    g = rng.standard_normal(n)
    np.testing.assert_allclose(matrices.vjp(g).log_norms, network.vjp(g).log_norms, rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        matrices.lyapunov(3, seed=4).exponents, network.lyapunov(3, seed=4).exponents, rtol=0, atol=1e-10
    )
    np.testing.assert_allclose(
        matrices.covariant_vectors(2).cosines, network.covariant_vectors(2).cosines, rtol=0, atol=1e-8
    )
    assert matrices.norm().value == pytest.approx(network.norm().value, abs=1e-6)
    assert matrices.typical(4).log_frobenius == pytest.approx(network.typical(4).log_frobenius, abs=1e-10)


@given(seed=st.integers(0, 2**32 - 1), nonnegative=st.booleans(), exponent=st.sampled_from([0, -600, 600]))
def test_the_norm_is_enclosed(seed: int, nonnegative: bool, exponent: int) -> None:
    rng = np.random.default_rng(seed)
    n, K = int(rng.integers(1, 8)), int(rng.integers(1, 12))
    stored = some_matrices(rng, n, K, 0.8)
    if nonnegative:
        stored = [np.abs(J) for J in stored]
    P = product(stored).astype(float)
    bracket = rc.MatrixChain(sparse.csr_array(np.ldexp(J, exponent)) for J in stored).norm()
    if not P.any():
        assert bracket.upper.value == -np.inf or bracket.value < -30.0 + K * exponent * np.log(2.0)
        return
    truth = np.log(np.linalg.norm(P, 2)) + K * exponent * np.log(2.0)
    slack = 1e-12 * max(1.0, abs(truth)) + (0.0 if nonnegative else 1e-13 * size_of(stored) / np.linalg.norm(P, 2))
    assert bracket.lower.value <= truth + slack
    assert truth <= bracket.upper.value + slack
    assert bracket.upper.graded
    if nonnegative:
        assert bracket.lower.grade is rc.Grade.PROVED


def test_a_product_that_vanishes_by_structure_is_known_to() -> None:
    shift = sparse.csr_array(np.diag(np.ones(4), 1))
    bracket = rc.MatrixChain([shift] * 5).norm()
    assert bracket.upper.value == -np.inf
    assert bracket.upper.grade is rc.Grade.PROVED
    assert rc.MatrixChain([shift] * 4).norm().value == pytest.approx(0.0, abs=1e-9)


def test_threads_change_no_bit() -> None:
    rng = np.random.default_rng(5)
    n = 20_000
    matrices = [sparse.random_array((n, n), density=6 / n, rng=rng, format="csr") for _ in range(4)]
    g = rng.standard_normal((n, 2))
    one, two = (rc.MatrixChain(matrices, threads=t) for t in (1, 2))
    for chain_pass in ("jvp", "vjp"):
        for x in (g, g[:, 0].copy()):
            a, b = (getattr(chain, chain_pass)(x) for chain in (one, two))
            np.testing.assert_array_equal(a.vectors[0], b.vectors[0])
            np.testing.assert_array_equal(a.log_norms, b.log_norms)


def test_no_layout_is_made_and_one_matrix_is_held_once() -> None:
    rng = np.random.default_rng(6)
    n = 3000
    J = sparse.random_array((n, n), density=10 / n, rng=rng, format="csr")
    chain = rc.MatrixChain([J] * 50)
    chain.vjp(rng.standard_normal(n))
    chain.lyapunov(2)
    assert len({id(A) for A in chain.matrices}) == 1
    assert sum(A.nbytes + A.spare_bytes for A in chain.matrices) == 0


def test_a_checkpoint_knows_each_matrix(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    stored = some_matrices(rng, 6, 20, 1.0)
    g = rng.standard_normal(6)
    whole = rc.MatrixChain(stored).vjp(g)
    file = tmp_path / "run"
    stopped = rc.MatrixChain(stored).vjp(g, lambda p: True, checkpoint=file, checkpoint_seconds=0.0)
    resumed = rc.MatrixChain(stored).vjp(g, checkpoint=file)
    assert stopped.done <= resumed.done == 20
    np.testing.assert_array_equal(resumed.vectors[0], whole.vectors[0])
    np.testing.assert_array_equal(resumed.log_norms, whole.log_norms)
    for k in (0, 7, 19):
        changed = [J.copy() for J in stored]
        changed[k][2, 3] *= 1.001
        with pytest.raises(ValueError, match="of another run"):
            rc.MatrixChain(changed).vjp(g, checkpoint=file)
    with pytest.raises(ValueError, match="of another run"):
        rc.MatrixChain(stored[:2][::-1] + stored[2:]).vjp(g, checkpoint=file)


@pytest.mark.parametrize(
    ("matrices", "error", "words"),
    [
        ([], ValueError, "matrices must hold at least one matrix; got none"),
        (3.0, TypeError, "matrices must be a list of matrices, or another iterable of them; got float"),
        (sparse.csr_array(np.eye(3)), TypeError, "matrices must be a list of matrices.*got csr_array"),
        (rc.Matrix(np.eye(3)), TypeError, "matrices must be a list of matrices.*got Matrix"),
        (np.eye(3), ValueError, r"matrices\[0\]: "),
        ([np.eye(3), np.eye(2)], ValueError, r"matrices\[1\] must have shape \(3, 3\); got \(2, 2\)"),
        ([np.ones((3, 2))], ValueError, r"matrices\[0\] must have shape \(3, 3\); got \(3, 2\)"),
        ([np.eye(3), np.eye(3), np.full((3, 3), np.nan)], ValueError, r"matrices\[2\]: .*finite"),
        ([np.eye(3), 1j * np.eye(3)], TypeError, r"matrices\[1\]: .*complex"),
    ],
)
def test_misuse_is_named(matrices: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        rc.MatrixChain(matrices)


def test_products_with_a_wrong_transpose_are_refused() -> None:
    rng = np.random.default_rng(8)
    J = rng.standard_normal((5, 5))

    class Wrong:
        shape = (5, 5)

        def matvec(self, x: np.ndarray) -> np.ndarray:
            return J @ x

        def rmatvec(self, x: np.ndarray) -> np.ndarray:
            return J @ x

    chain = rc.MatrixChain([J, Wrong(), J])
    chain.jvp(np.ones(5))
    words = r"matrices\[1\]: got an rmatvec that is not the adjoint of matvec"
    with pytest.raises(ValueError, match=words):
        chain.vjp(np.ones(5))
    with pytest.raises(ValueError, match=words):
        chain.norm()
    forward = LinearOperator((5, 5), matvec=lambda x: J @ x, dtype=float)
    np.testing.assert_allclose(vectors_of(rc.MatrixChain([forward] * 2).jvp(np.ones(5))), J @ J @ np.ones(5))
    with pytest.raises(ValueError, match=r"matrices\[0\]: got an operator without rmatvec"):
        rc.MatrixChain([forward] * 2).vjp(np.ones(5))
    with pytest.raises(ValueError, match="linear: got an operator without rmatvec"):
        rc.JacobianChain(J, np.ones((2, 5)), leak=0.5, linear=forward).vjp(np.ones(5))
    with pytest.raises(ValueError, match="linear: got an rmatvec that is not the adjoint"):
        rc.JacobianChain(J, np.ones((2, 5)), leak=0.5, linear=Wrong()).norm()


def test_a_check_needs_slopes_and_a_check_of_the_chain_does_not() -> None:
    chain = rc.MatrixChain([0.5 * np.eye(2)] * 40)
    with pytest.raises(TypeError, match="check_chain takes chains of gated cells and of matrices"):
        rc.check(np.eye(2), "tanh", chain=chain)
    assert rc.check_chain(chain).verdict is rc.Verdict.VANISHES_ON_TRAJECTORY
    assert rc.check_chain(rc.MatrixChain([2.0 * np.eye(2)] * 40)).verdict is rc.Verdict.EXPLODES_ON_TRAJECTORY
