"""Long bands: what grows along them and is lost at their ends is no eigenvalue."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.linalg import eigh_tridiagonal

import rhochain as rc

# The saddle value of the Grcar symbol f, the least over r of max |f(r e^it)|: rho and mu_D of its sections rise to it.
GRCAR = 2.265629


def grcar(n: int) -> sparse.csr_array:
    diagonals = [-np.ones(n - 1), *(np.ones(n - k) for k in range(4))]
    return sparse.diags_array(diagonals, offsets=[-1, 0, 1, 2, 3]).tocsr()


def scaled_two_norm(W, log_scaling):
    """The 2-norm of D W D^-1 from differences of d alone: D itself may be out of range."""
    coo = sparse.coo_array(W)
    values = coo.data * np.exp(log_scaling[coo.row] - log_scaling[coo.col])
    return np.linalg.norm(sparse.csr_array((values, (coo.row, coo.col)), shape=W.shape).toarray(), 2)


@pytest.mark.parametrize("n", [100, 400, 10_000, 30_000])
def test_grcar_is_bracketed_within_half_a_percent(n):
    r = rc.spectral_radius(grcar(n))
    assert r.lower.value <= GRCAR
    assert r.upper.value <= 1.0015 * GRCAR
    assert r.lower.value >= 0.996 * GRCAR
    if n >= 10_000:
        assert r.upper.value >= GRCAR * (1.0 - 1e-5)
        assert r.lower.source == "growth rate of returning walks"
        assert r.status == rc.Status.BRACKETED


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 0.3, 3.0, 1e300])
def test_neither_the_size_of_the_entries_nor_their_last_bits_matter(scale):
    n = 3000
    r = rc.spectral_radius(scale * grcar(n))
    assert 0.994 * GRCAR <= r.lower.value / scale <= GRCAR
    assert GRCAR * (1.0 - 1e-4) <= r.upper.value / scale <= 1.0015 * GRCAR
    s = rc.scaled_norm(scale * grcar(n))
    assert 0.98 * GRCAR <= s.lower.value / scale <= GRCAR
    assert s.upper.value / scale <= 1.003 * GRCAR


def test_grcar_has_a_scaling_that_certifies_what_its_norm_does_not():
    W = 0.43 * grcar(6_000)
    scaled = rc.scaled_norm(W)
    assert scaled.lower.grade is rc.Grade.PROVED
    assert 0.99 * 0.43 * GRCAR <= scaled.lower.value <= 0.43 * GRCAR <= scaled.upper.value <= 1.003 * 0.43 * GRCAR
    assert rc.spectral_norm(W).lower.value > 1.3
    report = rc.check(W, "tanh")
    assert report.verdict is rc.Verdict.VANISHES


@given(
    n=st.integers(41, 1500),
    seed=st.integers(0, 2**32 - 1),
    drift=st.floats(-4.0, 4.0),
    dtype=st.sampled_from([np.float32, np.float64]),
    index=st.sampled_from([np.int32, np.int64]),
)
@settings(max_examples=60, deadline=None)
def test_tridiagonal_with_positive_products_against_its_symmetric_form(n, seed, drift, dtype, index):
    # A = D S D^-1 with S symmetric, S_{i,i+1} = sqrt(b_i c_i): LAPACK is right about S and not about A.
    rng = np.random.default_rng(seed)
    a = rng.standard_normal(n).astype(dtype)
    signs = rng.choice([-1.0, 1.0], n - 1)
    b = (signs * rng.uniform(0.2, 2.0, n - 1) * np.exp(drift)).astype(dtype)
    c = (signs * rng.uniform(0.2, 2.0, n - 1) * np.exp(-drift)).astype(dtype)
    W = sparse.diags_array([b, a, c], offsets=[-1, 0, 1]).tocsr()
    W = sparse.csr_array((W.data.astype(dtype), W.indices.astype(index), W.indptr.astype(index)), shape=W.shape)
    off = np.sqrt(b.astype(float) * c.astype(float))
    truth = np.abs(eigh_tridiagonal(a.astype(float), off, eigvals_only=True)).max()
    slack = 1e-12 * truth
    r = rc.spectral_radius(W, seed=seed)
    assert r.lower.value <= truth + slack
    assert truth <= r.upper.value + slack
    assert r.upper.value <= 1.2 * truth
    s = rc.scaled_norm(W, seed=seed)
    # S is a scaling of A, and no scaling of S beats its radius.
    assert s.lower.value <= truth + slack
    assert truth <= s.upper.value + slack


@given(storage=st.sampled_from(["sparse", "C", "F"]), n=st.integers(100, 200), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=12, deadline=None)
def test_the_scaling_of_a_band_attains_what_it_says(storage, n, seed):
    rng = np.random.default_rng(seed)
    W = sparse.diags_array(
        [rng.standard_normal(n - abs(k)) * np.exp(0.5 * k) for k in range(-3, 4)], offsets=range(-3, 4)
    )
    given_as = W.tocsr() if storage == "sparse" else np.asarray(W.toarray(), order=storage)
    s = rc.scaled_norm(given_as)
    attained = scaled_two_norm(W, s.scaling)
    assert attained <= s.attained.value * (1.0 + 1e-12)
    assert s.attained.value <= 1.01 * s.upper.value
    assert s.upper.value < 0.7 * np.linalg.norm(W.toarray(), 2)


def test_an_eigenvector_of_a_band_is_one_of_the_matrix_given():
    n = 600
    rng = np.random.default_rng(3)
    W = sparse.diags_array(
        [rng.uniform(2, 3, n - 1), rng.uniform(0, 1, n), -rng.uniform(0.1, 0.2, n - 1)], offsets=[-1, 0, 1]
    )
    r = rc.spectral_radius(W.tocsr(), rtol=1e-6)
    x = r.vector
    k = np.argmax(np.abs(x))
    theta = (W @ x)[k] / x[k]
    assert abs(theta) == pytest.approx(r.value, rel=1e-4)
    assert np.linalg.norm(W @ x - theta * x) <= 1e-3 * r.value
    again = rc.spectral_radius(W.tocsr(), rtol=1e-6, start=np.abs(x))
    assert again.lower.value <= r.upper.value
    assert r.lower.value <= again.upper.value


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_a_band_among_other_components_in_any_order(seed):
    rng = np.random.default_rng(seed)
    n, m = 3000, 1000
    W = sparse.block_diag([grcar(n), 0.1 * sparse.eye_array(m)]) + sparse.coo_array(
        ([7.0], ([n + 5], [3])), (n + m,) * 2
    )
    order = np.sort(rng.permutation(n + m)[:n])
    place = np.empty(n + m, dtype=int)
    place[:n] = order
    place[n:] = np.setdiff1d(np.arange(n + m), order)
    coo = W.tocoo()
    mixed = sparse.csr_array((coo.data, (place[coo.row], place[coo.col])), shape=coo.shape)
    r = rc.spectral_radius(mixed)
    assert r.lower.value <= GRCAR <= r.upper.value * (1.0 + 1e-5)
    assert r.upper.value <= 1.0015 * GRCAR
    s = rc.scaled_norm(mixed)
    assert s.upper.value <= 1.003 * GRCAR
    assert np.isfinite(s.attained.value)


def test_budgets_hold_in_bands():
    for budget in (1, 10, 300):
        r = rc.spectral_radius(grcar(5000), max_matvecs=budget)
        assert r.lower.value <= GRCAR <= r.upper.value
        assert r.matvecs <= budget + 60
        assert r.status == rc.Status.BUDGET_SPENT
