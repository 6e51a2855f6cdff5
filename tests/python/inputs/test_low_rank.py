"""`LowRankUpdate`: bounds of W + U V contain those of the formed sum, and what they PROVE rests on |W| + |U| |V|."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc

SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture
def rng(request):
    return np.random.default_rng(sum(map(ord, request.node.name)))


def parts(n, k, seed, density=0.5):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((n, n)) * (rng.random((n, n)) < density)
    return W, rng.standard_normal((n, k)), rng.standard_normal((k, n))


def reservoir(n, k, seed, *, degree=10, radius=0.9):
    rng = np.random.default_rng(seed)
    columns = np.concatenate([rng.choice(n, degree, replace=False) for _ in range(n)])
    values = radius / np.sqrt(degree) * rng.standard_normal(n * degree)
    W = sparse.csr_array((values, columns, np.arange(0, n * degree + 1, degree)), shape=(n, n))
    return W, rng.uniform(-1, 1, (n, k)), rng.standard_normal((k, n)) / n


def contains(bracket, truth, slack):
    """Both graded ends, up to `slack` for the oracle's own rounding."""
    return bracket.graded_lower.value <= truth + slack and bracket.graded_upper.value >= truth - slack


def radius_of(D):
    return np.abs(np.linalg.eigvals(D)).max()


# Products


@pytest.mark.parametrize("k", [0, 1, 3])
@pytest.mark.parametrize("kind", [np.asarray, np.asfortranarray, sparse.csr_array, np.float32, rc.Matrix])
def test_products_are_those_of_the_sum(k, kind, rng):
    W, U, V = parts(9, k, int(rng.integers(2**32)))
    W = W.astype(np.float32).astype(np.float64)
    A = rc.LowRankUpdate(kind(W), U, V)
    x, Y = rng.standard_normal(9), rng.standard_normal((9, 4))
    D = W + U @ V
    np.testing.assert_allclose(A @ x, D @ x, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(A @ Y, D @ Y, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(A.T @ Y, D.T @ Y, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(A @ (x + 1j * Y[:, 0]), D @ (x + 1j * Y[:, 0]), rtol=1e-12, atol=1e-12)
    assert (A.update_rank, A.kind, A.dtype, A.nnz) == (k, "low rank update", np.float64, np.count_nonzero(W))


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 12), k=st.integers(1, 3), seed=SEEDS)
def test_the_adjoint(n, k, seed):
    W, U, V = parts(n, k, seed)
    A = rc.LowRankUpdate(W, U, V)
    x, y = np.random.default_rng(seed).standard_normal((2, n))
    slack = np.abs(y) @ (np.abs(W) + np.abs(U) @ np.abs(V)) @ np.abs(x)
    assert abs(y @ (A @ x) - (A.T @ y) @ x) <= 1e-13 * slack


def test_same_bits_for_any_number_of_threads(rng):
    W, U, V = reservoir(3000, 3, 5)
    one, two = (rc.LowRankUpdate(W, U, V, threads=t) for t in (1, 2))
    X = rng.standard_normal((3000, 8))
    assert (one @ X == two @ X).all()
    assert (one.T @ X == two.T @ X).all()
    for estimate in (rc.spectral_norm, rc.spectral_radius):
        a, b = (estimate(A, threads=t, seed=3) for A, t in ((one, 1), (two, 2)))
        assert (a.lower.value, a.value, a.upper.value) == (b.lower.value, b.value, b.upper.value)


def test_sparse_factors_and_a_matrix_are_taken(rng):
    W, U, V = parts(6, 2, 11)
    A = rc.LowRankUpdate(rc.Matrix(W), sparse.csr_array(U), sparse.coo_array(V))
    np.testing.assert_allclose(A @ np.eye(6), W + U @ V, rtol=1e-12, atol=1e-12)
    assert rc.Matrix(A).update_rank == 2
    assert A.nbytes >= 32 * 6 * 2


# Brackets


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 12), k=st.integers(1, 3), seed=SEEDS)
def test_brackets_contain_the_values_of_the_sum(n, k, seed):
    W, U, V = parts(n, k, seed)
    A, D = rc.LowRankUpdate(W, U, V), W + U @ V
    size = np.linalg.norm(np.abs(W) + np.abs(U) @ np.abs(V), 2)
    rho, slack = radius_of(D), 1e-7 * size
    r, s, p = (f(A, seed=seed) for f in (rc.spectral_radius, rc.spectral_norm, rc.perron_radius))
    assert contains(r, rho, slack)
    assert r.upper.grade is rc.Grade.PROVED or r.upper.grade is rc.Grade.PROBABLE
    assert contains(s, np.linalg.norm(D, 2), 1e-12 * size)
    assert s.lower.grade is rc.Grade.PROVED
    assert contains(p, radius_of(np.abs(D)), slack)
    assert p.upper.grade is rc.Grade.PROVED
    w = rc.numerical_radius(A, seed=seed)
    angles = np.linspace(0, np.pi, 400)
    widest = max(np.abs(np.linalg.eigvalsh((np.exp(1j * t) * D + np.exp(-1j * t) * D.T) / 2)).max() for t in angles)
    assert w.graded_upper.value >= widest - 1e-12 * size
    assert w.graded_lower.value <= widest / np.cos(np.pi / 800) + 1e-12 * size


@settings(max_examples=15, deadline=None)
@given(n=st.integers(2, 8), k=st.integers(1, 2), seed=SEEDS)
def test_scaled_norm_and_worst_case_growth_are_bounded_by_those_of_the_sum(n, k, seed):
    W, U, V = parts(n, k, seed)
    A, D = rc.LowRankUpdate(W, U, V), W + U @ V
    m, of_sum = (rc.scaled_norm(X, seed=seed) for X in (A, D))
    # Both brackets hold mu_D.
    assert m.graded_lower.value <= of_sum.graded_upper.value * (1 + 1e-9)
    assert m.graded_upper.value >= of_sum.graded_lower.value * (1 - 1e-9)
    D_ = np.exp(m.scaling - m.scaling.max())
    assert np.linalg.norm(D_[:, None] * D / D_, 2) <= m.attained.value * (1 + 1e-9)
    R, of_sum = (rc.worst_case_growth(X, "tanh", seed=seed, max_matvecs=3000) for X in (A, D))
    assert R.graded_lower.value <= of_sum.graded_upper.value * (1 + 1e-9)
    assert R.graded_upper.value >= of_sum.graded_lower.value * (1 - 1e-9)


def test_reservoir_both_ends_of_sigma_1_are_graded_and_close():
    W, U, V = reservoir(2000, 3, 1)
    A = rc.LowRankUpdate(W, U, V)
    s = rc.spectral_norm(A, seed=2)
    truth = np.linalg.norm(W.toarray() + U @ V, 2)
    assert s.lower.grade is rc.Grade.PROVED
    assert s.upper.graded
    assert s.lower.value <= truth <= s.upper.value
    assert s.upper.value - s.lower.value <= 2e-3 * truth


def test_nonnegative_reservoir_both_ends_of_sigma_1_are_proved():
    """There |W| + |U| |V| is the sum itself."""
    W, U, V = reservoir(1000, 3, 1)
    A = rc.LowRankUpdate(abs(W), abs(U), abs(V))
    s, p = rc.spectral_norm(A, seed=2), rc.perron_radius(A)
    D = abs(W).toarray() + abs(U) @ abs(V)
    assert (s.lower.grade, s.upper.grade) == (rc.Grade.PROVED, rc.Grade.PROVED)
    truth = np.linalg.norm(D, 2)
    assert s.lower.value <= truth * (1 + 1e-12)
    assert truth * (1 - 1e-12) <= s.upper.value <= 1.001 * truth
    assert p.upper.value == pytest.approx(radius_of(D), rel=2e-3)


# Hostile values


def _exact(values):
    return mpmath.matrix([[mpmath.mpf(float(x)) for x in row] for row in values])


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 4), k=st.integers(1, 2), seed=SEEDS, powers=st.tuples(*[st.integers(-280, 280)] * 3))
def test_huge_and_tiny_entries(n, k, seed, powers):
    W, U, V = (X * 2.0**p for X, p in zip(parts(n, k, seed), powers, strict=True))
    A = rc.LowRankUpdate(W, U, V)
    with mpmath.workdps(400):
        D = _exact(W) + _exact(U) * _exact(V)
        sigma = max(mpmath.svd_r(D, compute_uv=False))
        eigenvalues = mpmath.eig(D, left=False, right=False) if n > 1 else [D[0, 0]]  # mpmath refuses n = 1
        rho = max(abs(x) for x in eigenvalues)
        for estimate, truth in ((rc.spectral_norm, sigma), (rc.spectral_radius, rho)):
            b = estimate(A, seed=seed)
            assert b.graded_lower.value <= truth
            assert truth <= b.graded_upper.value


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 60), seed=SEEDS)
def test_where_the_update_cancels_the_matrix_nothing_is_claimed_from_below(n, seed):
    rng = np.random.default_rng(seed)
    U, V = rng.integers(-9, 10, (n, 1)).astype(float), rng.integers(-9, 10, (1, n)).astype(float)
    A = rc.LowRankUpdate(-(U @ V), U, V)
    for estimate in (rc.spectral_radius, rc.spectral_norm, rc.perron_radius, rc.numerical_radius):
        b = estimate(A, seed=seed)
        assert b.graded_lower.value == 0.0
        assert b.graded_upper.value >= 0.0
    s = rc.scaled_norm(A, seed=seed, max_matvecs=2000)
    assert s.graded_lower.value == 0.0


def test_cancelling_up_to_rounding():
    """W = -fl(U V): the sum is made of rounding errors, which the products cannot resolve."""
    for seed in range(6):
        _, U, V = parts(50, 1, seed)
        A = rc.LowRankUpdate(-(U @ V), U, V)
        with mpmath.workdps(60):
            D = np.array((_exact(-(U @ V)) + _exact(U) * _exact(V)).tolist(), dtype=float)
        truth = np.linalg.norm(D, 2)
        s, r = rc.spectral_norm(A, seed=seed), rc.spectral_radius(A, seed=seed)
        assert contains(s, truth, 1e-12 * truth)
        assert contains(r, radius_of(D), 1e-9 * truth)


def test_one_neuron():
    A = rc.LowRankUpdate([[-0.1 * 0.3]], [[0.1]], [[0.3]])
    with mpmath.workdps(60):
        truth = abs(mpmath.mpf(0.1) * mpmath.mpf(0.3) - mpmath.mpf(0.1 * 0.3))
        r = rc.spectral_radius(A)
        assert 0 < truth <= r.upper.value
        assert r.graded_lower.value <= truth
    assert rc.spectral_radius(rc.LowRankUpdate([[0.0]], [[0.0]], [[3.0]])).value == 0.0


# The rest of the package


def test_chain_of_a_low_rank_update(rng):
    W, U, V = parts(20, 2, 3)
    slopes = rng.uniform(0, 1, (6, 20))
    chains = [rc.JacobianChain(X, slopes) for X in (rc.LowRankUpdate(W, U, V), W + U @ V)]
    x = rng.standard_normal(20)
    for a, b in ((c.jvp(x), d.jvp(x)) for c, d in [chains]):
        np.testing.assert_allclose(a.log_norms, b.log_norms, rtol=1e-10, atol=1e-10)
    P = np.eye(20)
    for s in slopes:
        P = (W + U @ V) @ np.diag(s) @ P
    norm = chains[0].norm()
    truth = np.log(np.linalg.norm(P, 2))
    assert norm.graded_lower.value <= truth + 1e-9
    assert norm.graded_upper.value >= truth - 1e-9


def test_check_says_what_it_is_and_claims_no_structure():
    W, U, V = reservoir(300, 3, 4, radius=0.3)
    A = rc.LowRankUpdate(W, 0.1 * U, V)
    report = rc.check(A, activation="tanh")
    text = str(report)
    assert "W + U V (rank 3)" in text
    assert f"{W.nnz:,} nonzeros in its W, 1,800 numbers in U and V" in " ".join(text.split())
    assert report.components is None
    assert report.dale is None
    assert report.perron_radius.upper.grade is rc.Grade.PROVED
    assert report.verdict is rc.check(W.toarray() + 0.1 * U @ V, activation="tanh").verdict is rc.Verdict.VANISHES
    assert report.to_dict()["update_rank"] == 3


def test_gains_per_neuron():
    W, U, V = parts(12, 2, 8)
    gains = np.linspace(0.1, 0.9, 12)
    a, b = (rc.check(X, gain=gains) for X in (rc.LowRankUpdate(W, U, V), W + U @ V))
    assert a.spectral_norm.value == pytest.approx(b.spectral_norm.value, rel=1e-3)
    with pytest.raises(TypeError, match="Matrix only borrows"):
        rc.check(rc.LowRankUpdate(rc.Matrix(W), U, V), gain=gains)


def test_linear_leak_and_growth():
    W, U, V = parts(15, 1, 9)
    A, D = rc.LowRankUpdate(W, U, V), W + U @ V
    J = 0.7 * np.eye(15) + 0.3 * D
    assert contains(rc.spectral_radius(A, leak=0.3), radius_of(J), 1e-9)
    values, vectors = np.linalg.eig(D)
    x = vectors[:, np.abs(values).argmax()]
    # How far powers grow at least, up to where the rounding of the residual ends it.
    grown = rc.growth_factor(A, x)
    assert grown.grade is rc.Grade.PROVED
    assert grown.value > 1e10
