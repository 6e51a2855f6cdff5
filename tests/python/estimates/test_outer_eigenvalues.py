"""`outer_eigenvalues` against dense eigenvalues, and its PROVED discs against closed forms."""

import json

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse as sp
from scipy.optimize import linear_sum_assignment

import rhochain as rc

SEEDS = [0, 1, 2]


def gaussian(n, seed):
    return np.random.default_rng(seed).standard_normal((n, n))


def disk(n, seed):
    return gaussian(n, seed) / n**0.5


def by_modulus(W):
    values = np.linalg.eigvals(W)
    return values[np.argsort(-np.abs(values), kind="stable")]


def distances(found, expected):
    """From each value found to its own one of those expected, in the numbering with the least sum."""
    table = np.abs(np.asarray(found)[:, None] - np.asarray(expected)[None, :])
    rows, columns = linear_sum_assignment(table)
    return table[rows, columns]


def check_order(found):
    moduli = np.abs(found.values)
    assert (np.diff(moduli) <= 1e-12 * moduli[:1].sum()).all()
    following = np.append(moduli[1:], found.rest.value)
    known = np.isfinite(found.gaps)
    assert found.gaps[known] == pytest.approx((moduli - following)[known])
    for i, z in enumerate(found.values[:-1]):
        if z.imag > 0.0:
            assert found.values[i + 1] == z.conjugate()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("k", [1, 2, 5, 10])
@pytest.mark.parametrize(
    "make",
    [
        lambda s: disk(250, s),
        lambda s: disk(250, s) + 1.6 / 250,
        lambda s: scipy.linalg.block_diag(disk(170, s), 3.0 * disk(3, s)) + np.abs(disk(173, s)) * 1e-3,
        lambda s: gaussian(200, s) + gaussian(200, s).T,
        lambda s: np.abs(gaussian(200, s)),
        lambda s: scipy.linalg.block_diag(disk(40, s), disk(200, s), disk(30, s + 1), np.diag([0.5, -2.0])),
        lambda s: scipy.linalg.block_diag(disk(200, s), disk(160, s + 3)) + np.triu(disk(360, s), 200),
        lambda s: disk(30, s),
    ],
)
def test_against_dense_eigenvalues(make, k, seed):
    W = make(seed)
    expected = by_modulus(W)
    for given in (W, sp.csr_array(W), sp.linalg.aslinearoperator(W)):
        found = rc.outer_eigenvalues(given, k, seed=seed)
        assert found.converged
        assert len(found) == k
        assert np.abs(found.values) == pytest.approx(np.abs(expected[:k]), rel=2e-5)
        assert distances(found.values, expected).max() < 2e-5 * abs(expected[0])
        assert found.rest.value > 0.97 * abs(expected[k])
        check_order(found)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", [1, 2, 7, 40, 120])
def test_all_eigenvalues_of_small_matrices_lie_in_their_discs(n, seed):
    # X diag(d) X^-1 with X a product of integer shears, exactly: the entries are whole numbers.
    rng = np.random.default_rng(seed)
    d = rng.integers(-30, 30, n)
    W = np.diag(d).astype(np.int64)
    for _ in range(3 if n > 1 else 0):
        i, j = rng.choice(n, 2, replace=False)
        W[i] += W[j]
        W[:, j] -= W[:, i]
    found = rc.outer_eigenvalues(W.astype(float), n)
    proved = np.array([g is rc.Grade.PROVED for g in found.grades])
    assert np.isnan(found.gaps[-1])
    if proved.all():
        # A numbering with every eigenvalue in its disc.
        table = np.abs(found.values[:, None] - d[None, :]) > found.radii[:, None]
        rows, columns = linear_sum_assignment(table)
        assert not table[rows, columns].any()
    assert distances(found.values, d).max() < 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_discs_are_proved_and_small_for_random_matrices(seed):
    W = disk(100, seed)
    found = rc.outer_eigenvalues(W, 100)
    assert set(found.grades) == {rc.Grade.PROVED}
    assert found.radii.max() < 1e-9
    conditions = np.array([1.0 / abs(np.vdot(y, x)) for x, y in zip(*[v.T for v in vectors(W)], strict=True)])
    assert np.sort(found.conditions) == pytest.approx(np.sort(conditions), rel=1e-6)
    assert (distances(found.values, by_modulus(W)) <= found.radii + 1e-11).all()
    some = rc.outer_eigenvalues(W, 7)
    assert some.rest.grade is rc.Grade.PROVED
    assert some.rest.value == pytest.approx(abs(by_modulus(W)[7]), rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_badly_scaled_neurons_do_not_widen_the_discs(seed):
    W = disk(60, seed)
    D = 2.0 ** np.random.default_rng(seed).integers(-60, 60, 60)
    found = rc.outer_eigenvalues(D[:, None] * W / D, 60)
    assert set(found.grades) == {rc.Grade.PROVED}
    assert found.radii.max() < 1e-9
    # The scaling is exact: both matrices have the same eigenvalues.
    plain = rc.outer_eigenvalues(W, 60)
    assert (distances(found.values, plain.values) <= found.radii.max() + plain.radii.max()).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_low_rank_update_is_proved_and_has_the_eigenvalues_of_its_sum(seed):
    rng = np.random.default_rng(seed)
    W, U, V = disk(50, seed), rng.standard_normal((50, 2)), rng.standard_normal((2, 50)) / 50
    found = rc.outer_eigenvalues(rc.LowRankUpdate(W, U, V), 50)
    assert set(found.grades) == {rc.Grade.PROVED}
    assert found.radii.max() < 1e-8
    assert (distances(found.values, by_modulus(W + U @ V)) <= found.radii + 1e-11).all()


def vectors(W):
    """Right and left eigenvectors of unit length, in columns."""
    _, left, right = scipy.linalg.eig(W, left=True)
    return right / np.linalg.norm(right, axis=0), left / np.linalg.norm(left, axis=0)


def test_multiple_eigenvalues():
    assert rc.outer_eigenvalues(np.eye(5), 3).values.tolist() == [1.0, 1.0, 1.0]
    assert rc.outer_eigenvalues(2.0 * sp.eye_array(10**5, format="csr"), 4).grades == (rc.Grade.PROVED,) * 4
    ones = rc.outer_eigenvalues(sp.linalg.aslinearoperator(sp.eye_array(300)), 5)
    assert ones.values == pytest.approx(np.ones(5))
    assert ones.converged
    complete = rc.outer_eigenvalues(np.ones((200, 200)) - np.eye(200), 4)
    assert complete.values == pytest.approx([199.0, -1.0, -1.0, -1.0])
    two = rc.outer_eigenvalues(scipy.linalg.block_diag(disk(200, 1), disk(200, 1)), 4)
    assert np.abs(two.values) == pytest.approx(np.repeat(np.abs(by_modulus(disk(200, 1))[:2]), 2), rel=1e-5)


def test_triangular_matrices_are_exact():
    W = np.triu(1e6 * gaussian(300, 1))
    np.fill_diagonal(W, np.arange(300.0) - 200.0)
    found = rc.outer_eigenvalues(W, 3)
    assert found.values.tolist() == [-200.0, -199.0, -198.0]
    assert set(found.grades) == {rc.Grade.PROVED}
    assert 197.0 <= found.rest.value <= 197.0 * (1.0 + 1e-14)
    nilpotent = rc.outer_eigenvalues(np.eye(400, k=1), 400)
    assert not nilpotent.values.any()
    assert set(nilpotent.grades) == {rc.Grade.PROVED}
    jordan = rc.outer_eigenvalues(np.eye(9) + np.eye(9, k=1), 9)
    assert jordan.values.tolist() == [1.0] * 9


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("n", [5, 6, 300, 301])
def test_cycles(n, odd):
    weights = np.exp(8.0 * gaussian(n, 1)[0])
    weights[0] *= -1.0 if odd else 1.0
    W = sp.csr_array((weights, (np.arange(n), (np.arange(n) + 1) % n)), shape=(n, n))
    found = rc.outer_eigenvalues(W, n)
    radius = np.exp(np.log(np.abs(weights)).mean())
    expected = radius * np.exp(1j * np.pi * (2 * np.arange(n) + odd) / n)
    assert set(found.grades) == {rc.Grade.PROVED}
    assert (distances(found.values, expected) <= found.radii + 1e-12 * radius).all()
    check_order(found)


def test_rounding_does_not_pass_for_eigenvalues():
    # Similar to 0.5 times an orthogonal matrix by a scaling over 130 powers of ten, all moduli 0.5.
    n = 200
    D = np.exp(np.linspace(0.0, 300.0, n))
    W = np.roll(np.eye(n), 1, axis=1) + 0.01 * np.abs(gaussian(n, 3)) * (np.random.default_rng(1).random((n, n)) < 0.02)
    W = D[:, None] * W / D
    found = rc.outer_eigenvalues(W, 2)
    upper = rc.spectral_radius(W).upper.value
    assert not found.converged or abs(found.values[0]) <= 1.01 * upper


def test_a_defective_operator_is_no_proof():
    shift = sp.linalg.aslinearoperator(np.eye(200, k=1))
    found = rc.outer_eigenvalues(shift, 2)
    assert set(found.grades) == {rc.Grade.ESTIMATE}
    assert np.isnan(found.radii).all()


@pytest.mark.parametrize("W", [disk(60, 1), sp.csr_array(disk(260, 2)), sp.linalg.aslinearoperator(disk(260, 2))])
def test_threads_do_not_change_a_bit(W):
    one, two = rc.outer_eigenvalues(W, 5, threads=1), rc.outer_eigenvalues(W, 5, threads=2)
    assert one.values.tobytes() == two.values.tobytes()
    assert one.residuals.tobytes() == two.residuals.tobytes()
    assert one.matvecs == two.matvecs


def test_budgets_and_callbacks_end_a_call():
    W = sp.csr_array(disk(600, 1))
    spent = rc.outer_eigenvalues(W, 5, max_matvecs=60)
    assert spent.status is rc.Status.BUDGET_SPENT
    assert not spent.converged
    assert spent.rest.value == np.inf
    assert np.isnan(spent.gaps[-1:]).all()
    records = []
    stopped = rc.outer_eigenvalues(W, 5, callback=lambda p: records.append(p) or True)
    assert stopped.status is rc.Status.BUDGET_SPENT
    assert len(records) == 1


def test_text_and_json():
    found = rc.outer_eigenvalues(disk(200, 1) + 2.0 / 200, 3)
    text = repr(found)
    assert text.splitlines()[0].startswith("3 of 200 eigenvalues by modulus, converged")
    assert "ESTIMATE" in text
    plain = json.loads(found.to_json())
    assert [complex(*row["value"]) for row in plain["eigenvalues"]] == found.values.tolist()
    assert plain["rest"]["grade"] == "ESTIMATE"
    assert plain["eigenvalues"][0]["radius"] is None


@pytest.mark.parametrize("k", [0, 5, -1])
def test_a_wrong_k_is_named(k):
    with pytest.raises(ValueError, match="k"):
        rc.outer_eigenvalues(np.eye(4), k)
    with pytest.raises(TypeError, match="k"):
        rc.outer_eigenvalues(np.eye(4), 1.5)


def test_an_eigenvalue_beyond_float64_is_not_proved():
    v = 1.7e308
    found = rc.outer_eigenvalues([[v, v, 0.0], [0.0, v, v], [v, 0.0, -v]], 3)
    for z, radius, grade in zip(found.values, found.radii, found.grades, strict=True):
        assert np.isfinite(z) == (grade is rc.Grade.PROVED) == np.isfinite(radius)
    pair = rc.outer_eigenvalues([[v, v], [-v, v]], 2)  # the moduli overflow: no warning
    assert rc.Grade.PROVED not in pair.grades


@pytest.mark.parametrize("seed", SEEDS)
def test_a_badly_scaled_matrix_has_the_eigenvalues_of_the_balanced_one(seed):
    d = np.array([1.0, 2.0**200, 2.0**-200])
    B = gaussian(3, seed)
    found = rc.outer_eigenvalues(B * d[:, np.newaxis] / d, 3)  # exact: powers of two
    truth = np.linalg.eigvals(B)
    assert found.converged
    assert all(grade is rc.Grade.PROVED for grade in found.grades)
    for z, radius in zip(found.values, found.radii, strict=True):
        assert np.abs(truth - z).min() <= radius + 1e-13
        assert radius < 1e-9
