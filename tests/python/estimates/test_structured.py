"""Structure decides at n = 1e5, exactly or between PROVED bounds, in few products."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg, sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

N = 100_000


def coo(values, rows, columns, n: int = N):
    return sparse.coo_array((values, (rows, columns)), shape=(n, n)).tocsr()


def assert_proved(r: rc.Bracket, truth: float, slack: float = 1e-12) -> None:
    assert r.lower.grade == r.upper.grade == rc.Grade.PROVED
    assert r.status == rc.Status.CONVERGED
    assert r.lower.value <= truth * (1 + slack)
    assert truth * (1 - slack) <= r.upper.value
    assert r.width <= 2e-3


def strictly_triangular():
    rng = np.random.default_rng(1)
    i, j = rng.integers(0, N, 5 * N), rng.integers(0, N, 5 * N)
    upper = i < j
    return coo(rng.standard_normal(upper.sum()), i[upper], j[upper])


@pytest.mark.parametrize(
    "W",
    [
        pytest.param(sparse.diags_array(np.full(N - 1, -3.0), offsets=1).tocsr(), id="shift"),
        pytest.param(strictly_triangular(), id="strictly triangular"),
        pytest.param(sparse.csr_array((N, N)), id="zero"),
    ],
)
def test_without_a_cycle_zero_is_exact_and_free(W):
    for estimate in (rc.spectral_radius, rc.perron_radius):
        r = estimate(W)
        assert (r.lower.value, r.value, r.upper.value, r.matvecs) == (0.0, 0.0, 0.0, 0)
        assert r.upper.grade == rc.Grade.PROVED


def test_jordan_block():
    assert_proved(rc.spectral_radius((-sparse.eye_array(N) + sparse.eye_array(N, k=1)).tocsr()), 1.0)


def weights(n: int = N):
    rng = np.random.default_rng(2)
    return rng.uniform(0.5, 2, n) * rng.choice([-1.0, 1.0], n)


def test_one_ring():
    w = weights()
    assert_proved(rc.spectral_radius(coo(w, np.arange(N), np.roll(np.arange(N), -1))), np.exp(np.log(np.abs(w)).mean()))


def test_weighted_permutation():
    w, to = weights(), np.random.default_rng(3).permutation(N)
    labels = sparse.csgraph.connected_components(coo(np.ones(N), np.arange(N), to), connection="strong")[1]
    means = np.bincount(labels, np.log(np.abs(w))) / np.bincount(labels)
    assert_proved(rc.spectral_radius(coo(w, np.arange(N), to)), np.exp(means.max()))


@pytest.mark.parametrize("signed", [False, True])
def test_star(signed):
    # rho^2 = sum of w_0i w_i0; with random signs the sum has terms of both signs and rho(|W|) is far away.
    rng = np.random.default_rng(4)
    out, back = rng.uniform(0.1, 1, (2, N - 1))
    if signed:
        out = out * rng.choice([-1.0, 1.0], N - 1)
    hub, leaf = np.zeros(N - 1, int), np.arange(1, N)
    r = rc.spectral_radius(coo(np.r_[out, back], np.r_[hub, leaf], np.r_[leaf, hub]))
    truth = np.sqrt(abs(out @ back))
    if not signed:
        assert_proved(r, truth)
    assert r.lower.value <= truth <= r.upper.value
    assert r.value == pytest.approx(truth, rel=1e-3)


def test_star_whose_signs_are_a_signature():
    rng = np.random.default_rng(5)
    out, back = rng.uniform(0.1, 1, (2, N - 1))
    s = rng.choice([-1.0, 1.0], N - 1)
    hub, leaf = np.zeros(N - 1, int), np.arange(1, N)
    for turn in (1.0, -1.0):
        # turn = -1: every cycle of two edges is negative, and the eigenvalues are imaginary.
        W = coo(np.r_[turn * s * out, s * back], np.r_[hub, leaf], np.r_[leaf, hub])
        r = rc.spectral_radius(W)
        assert_proved(r, np.sqrt(out @ back))
        x, theta = r.vector, r.eigenvalue
        assert np.linalg.norm(W @ x - theta * x) <= min(r.residual, 1e-2 * r.value)
        assert theta == pytest.approx(r.value if turn > 0 else 1j * r.value, rel=1e-3)


@pytest.mark.parametrize("equal", [False, True])
def test_many_rotations_coupled_in_the_order_of_a_dag(equal):
    rng = np.random.default_rng(6)
    blocks = N // 2
    gain = np.ones(blocks) if equal else rng.uniform(0.5, 1, blocks)
    angle = rng.uniform(0, 2 * np.pi, blocks)
    first = 2 * np.arange(blocks)
    i, j = rng.integers(0, blocks, N), rng.integers(0, blocks, N)
    later = i < j
    c, s = gain * np.cos(angle), gain * np.sin(angle)
    values = np.r_[c, -s, s, c, 100 * rng.standard_normal(later.sum())]
    rows = np.r_[first, first, first + 1, first + 1, 2 * i[later]]
    columns = np.r_[first, first + 1, first, first + 1, 2 * j[later] + 1]
    r = rc.spectral_radius(coo(values, rows, columns))
    assert_proved(r, gain.max())
    assert r.matvecs < 1000


def test_many_blocks_of_three():
    rng = np.random.default_rng(7)
    blocks = rng.standard_normal((N // 3, 3, 3))
    W = sparse.bsr_array((blocks, np.arange(N // 3), np.arange(N // 3 + 1))).tocsr()
    assert_proved(rc.spectral_radius(W), np.abs(np.linalg.eigvals(blocks)).max())


def test_small_blocks_are_proved_on_both_ends():
    rng = np.random.default_rng(8)
    for n in (3, 10, 40):
        W = rng.standard_normal((n, n))
        r = rc.spectral_radius(W)
        values, vectors = np.linalg.eig(W)
        assert_proved(r, np.abs(values).max())
        # 1 / |y* x| of the dominant eigenvalue: rows of the inverse eigenvector matrix are left vectors.
        top = np.abs(values).argmax()
        assert r.condition == pytest.approx(np.linalg.norm(np.linalg.inv(vectors)[top]), rel=1e-6)


def test_condition_of_known_matrices():
    W = np.array([[3.0, -4.0], [1.0, 3.0]])
    r = rc.spectral_radius(W)
    assert_proved(r, np.sqrt(13))
    assert r.value == pytest.approx(np.sqrt(13), rel=1e-12)
    # x = (2i, 1)/sqrt 5, y = (1, 2i)/sqrt 5 up to a factor: |y* x| = 4/5.
    assert r.condition == pytest.approx(5 / 4, rel=1e-12)
    rng = np.random.default_rng(9)
    skew = rng.standard_normal((8, 8))
    assert rc.spectral_radius(skew - skew.T).condition == pytest.approx(1.0, rel=1e-9)


def large_blocks(seed):
    """Irreducible, with more than 40 vertices: any signs, W >= 0, W >= 0 up to a signature, period 2, an operator."""
    rng = np.random.default_rng(seed)
    dense = rng.standard_normal((120, 120))
    ring = np.eye(150, k=1) + np.eye(150, k=-149)
    positive = ring + (rng.random((150, 150)) < 0.05) * rng.random((150, 150))
    signs = np.sign(rng.standard_normal(150))
    zero = np.zeros((150, 150))
    periodic = np.block([[zero, positive], [rng.random((150, 150)) + 0.1, zero]])
    return {
        "any signs": dense,
        "nonnegative": positive,
        "signature": signs[:, None] * positive * signs,
        "period 2": periodic,
        "operator": aslinearoperator(dense),
    }


@pytest.mark.parametrize("kind", ["any signs", "nonnegative", "signature", "period 2", "operator"])
def test_condition_of_large_blocks(kind):
    seed = np.random.SeedSequence().entropy % 2**32
    W = large_blocks(seed)[kind]
    dense = W @ np.eye(W.shape[1])
    values, left, right = linalg.eig(dense, left=True, right=True)
    top = np.abs(values).argmax()
    truth = 1 / abs(np.vdot(left[:, top], right[:, top]))
    r = rc.spectral_radius(W, rtol=1e-6, condition=True)
    # What the residuals and the distance to the next eigenvalue leave open.
    gap = np.abs(np.delete(values, top) - values[top]).min()
    assert r.status is rc.Status.CONVERGED, seed
    assert r.condition == pytest.approx(truth, rel=1e-6 + 20 * truth * r.residual / gap), seed
    assert r.residual <= 2e-6 * r.value
    without = rc.spectral_radius(W, rtol=1e-6)
    assert np.isnan(without.condition)
    assert without.value == r.value
    assert without.matvecs < r.matvecs


def test_a_smaller_proved_bound_survives_a_larger_estimate():
    small, large = np.diag([1.2]), np.random.default_rng(10).standard_normal((150, 150)) / 5
    W = sparse.block_diag([small, large], format="csr")
    r = rc.spectral_radius(W)
    assert r.lower.grade == rc.Grade.ESTIMATE
    assert r.lower.value > 2
    assert r.graded_lower.grade == rc.Grade.PROVED
    assert 1.2 <= r.graded_lower.value <= r.lower.value
    assert rc.check(W, activation="identity").verdict == rc.Verdict.EXPLODES


def test_two_random_components_share_delta():
    rng = np.random.default_rng(11)
    one = rng.standard_normal((150, 150))
    two = rng.standard_normal((150, 150))
    r = rc.spectral_radius(sparse.block_diag([one, two], format="csr"), delta=1e-4)
    assert r.upper.grade == rc.Grade.PROBABLE
    assert r.upper.delta == 1e-4
    # Alone a component has all of it.
    assert rc.spectral_radius(one, delta=1e-4).upper.delta == 1e-4


def test_a_trace_proves_explosion():
    rng = np.random.default_rng(12)
    W = 1.5 * np.eye(150) + 0.01 * rng.standard_normal((150, 150))
    r = rc.spectral_radius(W)
    assert r.graded_lower.value == pytest.approx(np.trace(W) / 150, rel=1e-3)
    assert r.graded_lower.value <= np.abs(np.linalg.eigvals(W)).max()
    assert rc.check(W, activation="identity").verdict == rc.Verdict.EXPLODES


def dale(n: int, degree: int, seed: int, inhibitory: float = 0.3):
    """Power-law weights; all entries of a column have the sign of its neuron."""
    rng = np.random.default_rng(seed)
    hubs = rng.permutation(n)[: n // 10]
    i, j = rng.integers(0, n, degree * n), rng.integers(0, n, degree * n)
    i[:n] = rng.choice(hubs, n)
    signs = np.where(rng.random(n) < inhibitory, -1.0, 1.0)
    magnitudes = abs(coo(rng.pareto(1.5, degree * n) + 1, i, j, n))
    return (magnitudes @ sparse.diags_array(signs)).tocsr()


@pytest.mark.parametrize("seed", range(3))
def test_signs_of_neurons_leave_both_norms_and_mu_as_they_are(seed):
    W = dale(20_000, 10, seed)
    modulus = abs(W)
    sigma = sparse.linalg.svds(modulus, k=1, return_singular_vectors=False, random_state=seed)[0]
    assert_proved(rc.spectral_norm(W), sigma, 1e-9)
    m = rc.scaled_norm(W)
    assert m.lower.grade == m.upper.grade == m.attained.grade == rc.Grade.PROVED
    assert m.upper.value <= m.lower.value * 1.001
    rho = rc.perron_radius(W)
    assert rho.lower.value <= m.upper.value
    assert m.lower.value <= rho.upper.value
    # Bit by bit what |W| has.
    of_modulus = rc.scaled_norm(modulus)
    assert (m.lower.value, m.upper.value) == (of_modulus.lower.value, of_modulus.upper.value)
    np.testing.assert_array_equal(m.scaling, of_modulus.scaling)
    # One wrong sign in a strong entry: sigma_1 and mu_D are no longer those of |W|.
    W.data[np.argmax(abs(W.data))] *= -1
    assert rc.spectral_norm(W).lower.value <= sigma
    assert rc.scaled_norm(W).lower.grade == rc.Grade.PROVED


def lattice_with_drift(rows: int, columns: int, right: float, left: float, down: float, up: float):
    horizontal = sparse.diags_array([np.full(columns - 1, left), np.full(columns - 1, right)], offsets=[-1, 1])
    vertical = sparse.diags_array([np.full(rows - 1, up), np.full(rows - 1, down)], offsets=[-1, 1])
    W = sparse.kron(sparse.eye_array(rows), horizontal) + sparse.kron(vertical, sparse.eye_array(columns))
    truth = 2 * np.sqrt(right * left) * np.cos(np.pi / (columns + 1)) + 2 * np.sqrt(up * down) * np.cos(
        np.pi / (rows + 1)
    )
    return W.tocsr(), truth


def test_a_lattice_with_drift_is_symmetrized():
    W, truth = lattice_with_drift(300, 200, 3.0, 0.05, 2.0, 0.13)
    m = rc.scaled_norm(W)
    assert_proved(m, truth)
    assert m.upper.value <= truth * (1 + 1e-5)
    assert m.attained.value <= truth * (1 + 1e-5)
    assert np.ptp(m.scaling) > 700
    for estimate in (rc.spectral_radius, rc.perron_radius):
        r = estimate(W)
        assert_proved(r, truth)
        assert r.upper.value <= truth * (1 + 1e-5)


def test_normal_matrices_have_the_bounds_of_their_norm():
    rng = np.random.default_rng(5)
    A = rng.standard_normal((300, 300))
    Q = np.linalg.qr(A)[0]
    for W, truth in (
        (A + A.T, np.linalg.norm(A + A.T, 2)),
        (A - A.T, np.linalg.norm(A - A.T, 2)),
        (A - A.T + 3 * np.eye(300), np.linalg.norm(A - A.T + 3 * np.eye(300), 2)),
        (linalg.circulant(A[0]), abs(np.fft.fft(A[0])).max()),
        (2.5 * Q, 2.5),
    ):
        sigma = rc.spectral_norm(W)
        for r in (rc.spectral_radius(W), rc.scaled_norm(W)):
            assert r.lower.grade == rc.Grade.PROVED
            assert r.lower.value <= truth * (1 + 1e-12)
            assert truth * (1 - 1e-12) <= r.upper.value <= truth * 1.0011
            assert r.matvecs <= 2 * sigma.matvecs
