"""mu_D(W): closed forms, the semidefinite optimum, and what a scaling and its burn-in promise."""

from __future__ import annotations

import dataclasses
import decimal
import warnings
from fractions import Fraction

import cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

# rank one: mu_D = rho(|W|), here equal to the Perron radius; the others: mu_D = rho.
KNOWN = (
    cases.circulant,
    cases.shift,
    cases.jordan,
    cases.rank_one,
    cases.symmetric_toeplitz,
    cases.rotating_toeplitz,
    cases.companion,
    cases.givens,
    cases.triangular,
)


def random_matrix(n: int, density: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    W = np.where(rng.random((n, n)) < density, rng.standard_normal((n, n)), 0.0)
    W[np.arange(n), (np.arange(n) + 1) % n] = rng.standard_normal(n)  # a cycle through all: strongly connected
    return W


def scaled(W: np.ndarray, d: np.ndarray) -> np.ndarray:
    return W * np.exp(d[:, None] - d[None, :])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [8, 120, 3000])
@pytest.mark.parametrize("make", KNOWN, ids=lambda make: make.__name__)
def test_known_values(make, n, dtype):
    case = make(n)
    truth = case.perron if make is cases.rank_one else case.radius
    slack = 1e-5 if dtype is np.float32 else 1e-10
    m = rc.scaled_norm(case.matrix.astype(dtype))
    assert m.lower.value <= truth * (1 + slack)
    assert truth * (1 - slack) <= m.upper.value
    assert m.lower.grade is rc.Grade.PROVED
    if n < 3000:
        assert m.width <= 1e-2


def feasible_margin(W: np.ndarray, t: float) -> float:
    """The largest z with Q - W^T Q W / t^2 >= z I over diagonal Q >= 0 of trace n: positive iff mu_D(W) < t."""
    import cvxpy as cp

    n = len(W)
    q, z, S = cp.Variable(n), cp.Variable(), cp.Variable((n, n), symmetric=True)
    M = W / t
    constraints = [cp.diag(q) - M.T @ cp.diag(q) @ M == S, S - z * np.eye(n) >> 0, cp.sum(q) == n, q >= 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cp.Problem(cp.Maximize(z), constraints).solve(solver=cp.CLARABEL)
    return float(z.value)


@pytest.mark.parametrize(("n", "density"), [(3, 1.0), (8, 0.5), (20, 0.2), (40, 0.1)])
def test_the_semidefinite_optimum_lies_in_the_bracket(n, density):
    W = random_matrix(n, density, seed=n)
    m = rc.scaled_norm(W)
    assert m.width <= 1e-2
    reached = np.linalg.norm(scaled(W, m.scaling), 2)
    assert reached <= m.lower.value * 1.01
    # Positive far beyond the solver's accuracy just above what D reached, not positive just below the lower bound.
    assert feasible_margin(W, reached * 1.002) > 1e-7
    assert feasible_margin(W, m.lower.value * 0.998) < 1e-7


@settings(deadline=None)
@given(n=st.integers(1, 40), density=st.floats(0.0, 1.0), seed=st.integers(0, 2**32 - 1))
def test_order_of_the_four_quantities(n, density, seed):
    rng = np.random.default_rng(seed)
    W = np.where(rng.random((n, n)) < density, rng.standard_normal((n, n)), 0.0)
    m = rc.scaled_norm(W)
    rho = np.abs(np.linalg.eigvals(W)).max()
    sigma = np.linalg.norm(W, 2)
    perron = np.abs(np.linalg.eigvals(np.abs(W))).max()
    tiny = 1e-7 * (1 + sigma)  # eigenvalues of defective matrices are this inaccurate
    assert m.lower.value <= min(sigma, perron) * (1 + 1e-9) + tiny
    assert m.upper.value >= rho - max(tiny, 1e-3 * sigma)
    reached = np.linalg.norm(scaled(W, m.scaling), 2)
    assert m.lower.value <= reached * (1 + 1e-12)
    assert reached <= m.attained.value * (1 + 1e-12)


@pytest.mark.parametrize("kind", ["csr", "dense", "fortran"])
def test_several_components_share_one_scaling(kind):
    rng = np.random.default_rng(7)
    blocks = [random_matrix(5, 0.7, 1), [[0.0, 2.0], [0.3, 0.0]], [[0.0]], random_matrix(4, 1.0, 2), [[0.7]]]
    W = sparse.block_diag(blocks).toarray()
    W += 50 * np.triu(rng.standard_normal(W.shape), 5) * (rng.random(W.shape) < 0.3)
    given = {"csr": sparse.csr_array(W), "dense": W, "fortran": np.asfortranarray(W)}[kind]
    m = rc.scaled_norm(given)
    alone = max((rc.scaled_norm(np.array(b)) for b in blocks), key=lambda s: s.value)
    assert m.lower.value <= alone.upper.value
    assert alone.lower.value <= m.upper.value
    reached = np.linalg.norm(scaled(W, m.scaling), 2)
    assert reached <= m.attained.value <= 1.02 * m.upper.value
    assert reached < 0.1 * np.linalg.norm(W, 2)


def test_burn_in_bounds_every_product():
    W = random_matrix(30, 0.2, 3)
    m = rc.scaled_norm(W)
    W = W * (0.9 / m.attained.value)
    m = rc.scaled_norm(W)
    assert np.linalg.norm(W, 2) > 1.0
    steps = int(np.ceil(m.burn_in(1.0)))
    rng = np.random.default_rng(0)
    for _ in range(20):
        P = np.eye(30)
        for k in range(steps):
            P = W @ (rng.choice([-1.0, 1.0], 30)[:, None] * P)
            assert np.linalg.norm(P, 2) <= np.exp(m.log_kappa) * m.attained.value ** (k + 1) * (1 + 1e-10)
        assert np.linalg.norm(P, 2) <= 1.0
    assert m.burn_in(2.0) == np.inf
    assert m.burn_in(1.0, leak=0.5) > m.burn_in(1.0)


def test_without_a_cycle_the_burn_in_is_the_longest_path():
    m = rc.scaled_norm(sparse.eye_array(9, k=1, format="csr"))
    assert (m.value, m.upper.value, m.upper.grade) == (0.0, 0.0, rc.Grade.PROVED)
    assert m.burn_in(5.0) == 9.0
    assert m.burn_in(5.0, leak=0.5) == np.inf
    with pytest.raises(ValueError, match="gain > 0"):
        m.burn_in(0.0)


def certificate(attained: float, log_kappa: float) -> rc.ScaledNorm:
    """What scaled_norm would return, with numbers of choice."""
    m = rc.scaled_norm(np.array([[0.0, 10.0], [-0.1, 0.5]]))
    bound = dataclasses.replace(m.attained, value=attained)
    return dataclasses.replace(m, attained=bound, scaling=np.array([0.0, log_kappa]))


def test_a_burn_in_is_infinite_wherever_the_exact_product_reaches_one():
    rng = np.random.default_rng(12)
    for _ in range(2000):
        gain, leak = rng.uniform(0.5, 2.0), rng.choice([1.0, 0.9, 1e-3, 1e-17])
        attained = 1.0 / gain
        for value in (np.nextafter(attained, 0.0), attained, np.nextafter(attained, 2.0)):
            if Fraction(gain) * Fraction(value) >= 1:
                assert certificate(float(value), 5.0).burn_in(gain, leak=leak) == np.inf


@given(
    gain=st.floats(1e-3, 1e3),
    share=st.floats(1e-300, 1.0, exclude_max=True),
    leak=st.sampled_from([1.0, 0.5, 1e-5, 1e-12]),
    log_kappa=st.floats(0.0, 1e5),
)
def test_a_burn_in_is_rounded_up_and_by_little(gain, share, leak, log_kappa):
    attained = share / gain
    steps = certificate(attained, log_kappa).burn_in(gain, leak=leak)
    if steps == np.inf:
        assert gain * attained == 1.0
        return
    with decimal.localcontext() as digits:
        digits.prec = 400
        a = decimal.Decimal(leak)
        rate = 1 - a + a * decimal.Decimal(gain) * decimal.Decimal(attained)
        exact = decimal.Decimal(log_kappa) / -rate.ln(decimal.Context(prec=60))
        two = decimal.Decimal(2)
        assert exact <= decimal.Decimal(steps) <= exact * (1 + two**-46) + two**-1072


@pytest.mark.parametrize("kappa", [1.0, 3.0, 100.0])
def test_kappa_is_kept(kappa):
    W = random_matrix(25, 0.2, 4)
    m = rc.scaled_norm(W, max_kappa=kappa)
    assert m.log_kappa <= np.log(kappa) * (1 + 1e-12)
    reached = np.linalg.norm(scaled(W, m.scaling), 2)
    assert reached <= m.upper.value
    assert m.lower.value <= rc.scaled_norm(W).upper.value
    if kappa == 1.0:
        assert reached == pytest.approx(np.linalg.norm(W, 2), rel=1e-12)


def test_products_alone():
    W = random_matrix(40, 0.15, 5)
    m = rc.scaled_norm(aslinearoperator(W))
    known = rc.scaled_norm(W)
    assert m.lower.grade is rc.Grade.ESTIMATE
    assert m.upper.grade is rc.Grade.PROBABLE
    assert known.lower.value <= m.upper.value <= 1.02 * known.upper.value


def test_a_warm_start_and_a_budget():
    W = sparse.csr_array(random_matrix(300, 0.05, 6))
    cold = rc.scaled_norm(W)
    warm = rc.scaled_norm(W, start=cold.scaling)
    assert warm.upper.value <= cold.upper.value * 1.01
    stopped = rc.scaled_norm(W, max_matvecs=50)
    assert stopped.status is rc.Status.BUDGET_SPENT
    assert stopped.lower.value <= cold.upper.value
    assert stopped.upper.value >= cold.lower.value
    with pytest.raises(ValueError, match=r"max_kappa must be at least 1; got 0\.5"):
        rc.scaled_norm(W, max_kappa=0.5)
    with pytest.raises(ValueError, match="W must be square"):
        rc.scaled_norm(np.ones((2, 3)))


@pytest.mark.parametrize("exponent", [-900, -300, 300, 900])
def test_powers_of_two_change_nothing_but_the_exponent(exponent):
    W = random_matrix(12, 0.4, 8)
    at_one = rc.scaled_norm(W)
    far = rc.scaled_norm(np.ldexp(W, exponent))
    assert np.ldexp(far.lower.value, -exponent) == pytest.approx(at_one.lower.value, rel=1e-12)
    assert np.ldexp(far.upper.value, -exponent) == pytest.approx(at_one.upper.value, rel=1e-12)


def test_the_bits_do_not_depend_on_the_threads():
    W = sparse.random_array((6000, 6000), density=1e-3, rng=np.random.default_rng(9), data_sampler=None, format="csr")
    W.data -= 0.5
    one, two = (rc.scaled_norm(W, threads=t, max_matvecs=4000) for t in (1, 2))
    assert (one.lower, one.upper, one.value) == (two.lower, two.upper, two.value)
    assert np.array_equal(one.scaling, two.scaling)


@pytest.mark.parametrize("exponent", [-900, 0, 900])
def test_the_threshold_is_one_of_w_whatever_its_scale(exponent):
    W = np.ldexp(random_matrix(30, 0.3, 11), exponent)
    mu = rc.scaled_norm(W)
    above = rc.scaled_norm(W, threshold=0.5 * mu.value)
    below = rc.scaled_norm(W, threshold=2.0 * mu.value)
    assert above.lower.value >= 0.5 * mu.value
    assert below.attained.value < 2.0 * mu.value
    assert max(above.matvecs, below.matvecs) < mu.matvecs


@pytest.mark.parametrize(("n", "degree", "most"), [(3000, 20, 12_000), (6000, 40, 16_000)])
def test_a_wide_flow_closes_the_bracket_of_random_matrices(n, degree, most):
    # With 16 columns the scaling fits their directions alone: 22,000 products, the second one without convergence.
    rng = np.random.default_rng()
    W = sparse.random_array((n, n), density=degree / n, rng=rng, data_sampler=rng.standard_normal, format="csr")
    bracket = rc.scaled_norm(W, rtol=1e-2)
    assert bracket.status is rc.Status.CONVERGED
    assert bracket.history[-1].matvecs <= most
    assert bracket.lower.value <= bracket.upper.value <= 1.01 * bracket.lower.value
