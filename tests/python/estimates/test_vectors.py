"""`Bracket.vector` is a unit vector with the `eigenvalue` and the `residual` beside it, or `no_vector` says why not."""

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import rhochain as rc

SEEDS = [0, 1, 2]


def gaussian(n, seed):
    return np.random.default_rng(seed).standard_normal((n, n))


def stacked(blocks, seed, coupling=1.0):
    """The blocks on the diagonal and random entries above them."""
    W = scipy.linalg.block_diag(*blocks)
    above = np.triu(np.ones_like(W), 1) - np.triu(scipy.linalg.block_diag(*[np.ones_like(b) for b in blocks]), 1)
    return W + coupling * above * gaussian(len(W), seed)


def cycle(weights):
    n = len(weights)
    return sp.csr_array((weights, (np.arange(n), (np.arange(n) + 1) % n)), shape=(n, n))


def dense(W):
    return W.toarray() if sp.issparse(W) else np.asarray(W)


def check_vector(bracket, W, rtol=1e-2):
    """The vector is an eigenvector of W to rtol, with everything that the bracket says of it."""
    D, x, theta = dense(W), bracket.vector, bracket.eigenvalue
    assert x is not None, bracket.no_vector
    assert bracket.no_vector is None
    assert np.linalg.norm(x) == pytest.approx(1.0, abs=1e-12)
    assert theta == pytest.approx(np.vdot(x, D @ x), abs=1e-11 * (bracket.value + 1e-300))
    assert abs(theta) == pytest.approx(bracket.value, rel=rtol)
    rest = np.linalg.norm(D @ x - theta * x)
    assert rest <= rtol * bracket.value
    rounding = 1e-14 * len(D) * np.linalg.norm(np.abs(D), 2)
    assert rest <= bracket.residual + 0.1 * rounding
    if np.isnan(bracket.condition):
        assert bracket.residual <= rest + rounding


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "make",
    [
        lambda s: np.ones((20, 20)) - np.eye(20),
        lambda s: np.eye(4 + s),
        lambda s: -np.abs(gaussian(6, s)),
        lambda s: -np.abs(gaussian(60, s)),
        lambda s: np.sign(gaussian(50, s)[0])[:, None] * np.abs(gaussian(50, s + 9)) * np.sign(gaussian(50, s)[0]),
        lambda s: cycle(np.ones(7)),
        lambda s: cycle(np.exp(5 * gaussian(31, s)[0])),
        lambda s: cycle(gaussian(31, s)[0]),
        lambda s: -cycle(np.ones(6 + s)),
        lambda s: sp.kron(cycle(np.array([1.0, -2.0, 3.0])), sp.csr_array(np.abs(gaussian(20, s)))).tocsr(),
        lambda s: gaussian(50, s) + gaussian(50, s).T,
        lambda s: gaussian(50, s) - gaussian(50, s).T,
        lambda s: scipy.linalg.circulant(np.append(gaussian(5, s)[0], np.zeros(56))),
        lambda s: np.array([[-3.0 - s]]),
        lambda s: gaussian(30, s),
    ],
)
def test_irreducible_and_plain_matrices(make, seed):
    W = make(seed)
    check_vector(rc.spectral_radius(W, seed=seed), W)
    check_vector(rc.perron_radius(W), abs(W))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("convert", [np.asarray, np.asfortranarray, sp.csr_array, sp.csc_array])
@pytest.mark.parametrize("side", ["upper", "lower"])
@pytest.mark.parametrize("signs", ["any", "negative"])
def test_reducible_matrices(seed, convert, side, signs):
    blocks = [0.5 * gaussian(30, seed), gaussian(50, seed + 5), 0.3 * gaussian(130, seed + 7), [[0.1]], [[0.0]]]
    if signs == "negative":
        blocks = [-np.abs(b) / len(b) * (len(blocks) - i) for i, b in enumerate(blocks)]
    W = stacked(blocks, seed)
    order = np.random.default_rng(seed).permutation(len(W))
    W = convert((W if side == "upper" else W.T)[np.ix_(order, order)])
    check_vector(rc.spectral_radius(W, seed=seed), W)
    check_vector(rc.perron_radius(W), abs(W))


def test_a_component_below_one_that_needs_iteration():
    # 400 vertices lead to the dominant component, with a radius of 0.9 and of 0.4 of its eigenvalue.
    for factor in (0.9, 0.4):
        below = gaussian(400, 3)
        below *= factor / np.abs(np.linalg.eigvals(below)).max()
        W = stacked([below, [[0.0, 1.0], [-1.0, 0.0]]], 4)
        bracket = rc.spectral_radius(W)
        check_vector(bracket, W)
        assert bracket.residual < 1e-10
        assert np.linalg.norm(bracket.vector[:400]) > 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_components(seed):
    C = np.abs(gaussian(6, seed))
    for W in (scipy.linalg.block_diag(C, C), stacked([C, C], seed), stacked([C, C], seed).T, np.diag([2.0, -2.0, 2.0])):
        check_vector(rc.spectral_radius(W), W)


def test_large_jordan_blocks_give_their_only_eigenvector():
    W = 2.0 * np.eye(12) + np.eye(12, k=1)
    bracket = rc.spectral_radius(W)
    check_vector(bracket, W)
    assert abs(bracket.vector[0]) == pytest.approx(1.0, abs=1e-12)


def test_entries_beyond_the_range_of_floats():
    # x_i / x_(i+1) = 1e9 / 0.1: between the first and the last entry of 100 lie 10^990.
    n = 100
    W = np.diag(np.append(np.full(n - 1, 0.9), 1.0)) + 1e9 * np.eye(n, k=1)
    bracket = rc.spectral_radius(W)
    check_vector(bracket, W)
    assert bracket.vector[0] != 0.0
    assert bracket.vector[-1] == 0.0
    assert rc.growth_factor(1.5 * W, bracket.vector).value > 1e12


def test_growth_from_the_eigenvector_of_a_reducible_matrix():
    W = stacked([0.5 * gaussian(40, 1) / 40**0.5, np.abs(gaussian(5, 2))], 3)
    bracket = rc.spectral_radius(W, rtol=1e-6)
    W = W * (1.2 / bracket.value)
    found = rc.growth_factor(W, bracket.vector)
    assert found.grade is rc.Grade.PROVED
    assert found.value > 1e3


@pytest.mark.parametrize("W", [np.zeros((4, 4)), np.triu(gaussian(7, 1), 1), np.tril(gaussian(7, 1), -1)])
@pytest.mark.parametrize("convert", [np.asarray, np.asfortranarray, sp.csr_array])
def test_nilpotent_matrices_have_a_kernel_vector(W, convert):
    for bracket in (rc.spectral_radius(convert(W)), rc.perron_radius(convert(W))):
        assert bracket.eigenvalue == 0.0
        assert bracket.residual == 0.0
        assert np.linalg.norm(bracket.vector) == 1.0
        assert not (W @ bracket.vector).any()


@pytest.mark.parametrize("tail", [0.0, 1.0])
def test_nilpotent_components_do_not_overflow(tail):
    # Nilpotent and irreducible: the computed eigenvalues are rounding.
    N = np.array([[3.0, 6.0], [-1.5, -3.0]])
    W = scipy.linalg.block_diag([[tail]], N, N)
    W[0, 1] = W[1, 3] = W[2, 4] = 2.0
    bracket = rc.spectral_radius(W)
    assert tail in bracket
    assert bracket.vector is None or np.isfinite(bracket.vector).all()


def test_operators_and_updates():
    W, U, V = sp.csr_array(gaussian(60, 1)), gaussian(60, 2)[:, :2], gaussian(60, 3)[:2]
    check_vector(rc.spectral_radius(rc.LowRankUpdate(W, U, V)), W.toarray() + U @ V)
    A = sp.linalg.aslinearoperator(W.toarray())
    check_vector(rc.spectral_radius(A), W)


@pytest.mark.parametrize(
    "W", [gaussian(40, 1), np.abs(gaussian(40, 1)), np.eye(3), np.zeros((3, 5)), gaussian(40, 2)[:7]]
)
def test_right_singular_vectors(W):
    bracket = rc.spectral_norm(W, rtol=1e-6)
    v = bracket.vector
    assert v.shape == (W.shape[1],)
    assert np.linalg.norm(v) == pytest.approx(1.0, abs=1e-12)
    assert np.linalg.norm(W @ v) == pytest.approx(bracket.value, rel=1e-6)
    assert np.isnan(bracket.eigenvalue)


def test_reasons_for_no_vector():
    orthogonal = np.linalg.qr(gaussian(60, 1))[0]
    assert "same modulus" in rc.spectral_radius(orthogonal).no_vector
    for bracket in (rc.scaled_norm(gaussian(8, 1)), rc.worst_case_growth(gaussian(8, 1), "tanh")):
        assert bracket.vector is None
        assert bracket.no_vector
        assert np.isnan(bracket.eigenvalue)
        assert bracket.to_dict()["eigenvalue"] is None
    assert rc.spectral_radius(np.array([[0.0, -2.0], [2.0, 0.0]])).to_dict()["eigenvalue"] == pytest.approx([0.0, 2.0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 14), st.sampled_from([0.05, 0.15, 0.4]), st.booleans())
def test_sparse_matrices_of_any_structure(seed, n, density, signed):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((n, n)) * (rng.random((n, n)) < density)
    W = W if signed else abs(W)
    bracket = rc.spectral_radius(W, rtol=1e-6)
    if bracket.vector is not None and bracket.value > 1e-3:
        check_vector(bracket, W)
    assert (bracket.vector is None) == (bracket.no_vector is not None)
