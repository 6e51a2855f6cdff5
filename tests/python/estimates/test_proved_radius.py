"""spectral_radius(W, proved=True): both ends PROVED and narrow, never wrong, and a reason where there is no proof."""

from fractions import Fraction

import numpy as np
import pytest
from enclosures import Enclosure, characteristic_polynomial, integers
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc


def entropy() -> int:
    return int(np.random.SeedSequence().entropy % 2**32)


def enclosure(W) -> Enclosure:
    M, shift = integers(W)
    return Enclosure(characteristic_polynomial(M), shift)


def matrices(n: int, seed: int) -> dict:
    rng = np.random.default_rng(seed)
    G = rng.standard_normal((n, n))
    return {
        "dense": G,
        "degree 6": sparse.csr_array(np.where(rng.random((n, n)) < 6 / n, G, 0.0)),
        "Dale": np.abs(G) * np.where(rng.random(n) < 0.8, 1.0, -4.0),
        "symmetric": G + G.T,
        "orthogonal": np.linalg.qr(G)[0],
        "float32": G.astype(np.float32),
        "tiny": G * 1e-290,
        "two components": sparse.block_diag([G, 1.01 * G.T], format="csr"),
    }


@pytest.mark.parametrize("kind", list(matrices(3, 0)))
@pytest.mark.parametrize("n", [22, 70, 130])
def test_both_ends_are_proved_and_narrow(kind, n):
    seed = entropy()
    W = matrices(n, seed)[kind]
    D = W.toarray() if sparse.issparse(W) else W.astype(float)
    scale = np.abs(D).max()
    truth = np.abs(np.linalg.eigvals(D / scale)).max() * scale
    r = rc.spectral_radius(W, proved=True, rtol=1e-6)
    assert r.lower.grade is rc.Grade.PROVED, seed
    assert r.upper.grade is rc.Grade.PROVED, seed
    assert r.status is rc.Status.CONVERGED, seed
    assert r.width <= 1e-6, seed
    assert r.lower.value <= truth * (1 + 1e-11), seed
    assert r.upper.value >= truth * (1 - 1e-11), seed
    assert r.lower.value <= r.value <= r.upper.value


def hard(n: int, rng) -> dict:
    G = rng.standard_normal((n, n))
    Q = np.linalg.qr(G)[0]
    k = int(rng.integers(2, 5))
    J = np.diag(np.r_[np.full(k, 1.5), rng.uniform(-1, 1, n - k)]) + np.diag(np.r_[np.ones(k - 1), np.zeros(n - k)], 1)
    grcar = sum(np.eye(n, k=j) for j in range(4)) - np.eye(n, k=-1)
    return {
        "rotated Jordan block": Q @ J @ Q.T,
        "Grcar": grcar,
        "rotated nilpotent": Q @ np.triu(G, 1) @ Q.T,
        "rotated triangular": Q @ np.triu(G) @ Q.T,
        "drift": 30 * np.eye(n, k=1) - np.eye(n, k=-1) / 30 + np.diag(rng.uniform(-0.1, 0.1, n)),
        "degree 2": np.where(rng.random((n, n)) < 2 / n, G, 0.0),
        "signs of degree 2": np.where(rng.random((n, n)) < 2 / n, np.sign(G), 0.0),
        "wide range": G * 10.0 ** rng.uniform(-150, 150, (n, n)),
        "subnormal": G * 2.0**-1065,
    }


@pytest.mark.parametrize("kind", list(hard(3, np.random.default_rng(0))))
def test_never_wrong_and_a_reason_where_there_is_no_proof(kind):
    seed = entropy()
    rng = np.random.default_rng(seed)
    W = hard(int(rng.integers(5, 17)), rng)[kind]
    truth = enclosure(W)
    r = rc.spectral_radius(W, proved=True)
    for lower, upper in ((r.lower, r.upper), (r.graded_lower, r.graded_upper)):
        if lower.graded:
            assert truth.at_least(lower.value), seed
        if upper.graded:
            assert truth.at_most(upper.value), seed
    rounding = 4 * 5e-324  # of both ends and the value, subnormal numbers
    narrow = r.upper.value - r.lower.value <= 1e-3 * r.value + rounding
    proved = r.lower.grade is r.upper.grade is rc.Grade.PROVED and narrow
    assert proved != ("no narrow proof: " in r.upper.source), seed


def test_a_matrix_known_by_products_alone_says_so():
    r = rc.spectral_radius(aslinearoperator(np.random.default_rng(entropy()).standard_normal((30, 30))), proved=True)
    assert r.lower.grade is not rc.Grade.PROVED
    assert "no narrow proof: W is known by its products alone" in r.lower.source


def test_a_low_rank_update_has_proofs_too():
    rng = np.random.default_rng(entropy())
    W, U, V = rng.standard_normal((60, 60)), rng.standard_normal((60, 2)), rng.standard_normal((2, 60))
    r = rc.spectral_radius(rc.LowRankUpdate(W, U, V), proved=True)
    truth = np.abs(np.linalg.eigvals(W + U @ V)).max()
    assert r.lower.grade is r.upper.grade is rc.Grade.PROVED
    assert r.width <= 1e-6
    assert r.lower.value <= truth * (1 + 1e-11)
    assert r.upper.value >= truth * (1 - 1e-11)


@pytest.mark.parametrize(
    "W",
    [
        [[2.0, -1.0], [1.0, 0.0]],
        [[3.0, -3.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        [[0.0, 1.0, 0.0, 0.0], [-3.5, 4.0, 2.0, 0.5], [2.0, -2.0, -1.0, 0.0], [-0.5, 1.0, 0.0, 0.5]],
    ],
)
def test_a_defective_eigenvalue_has_both_vectors_and_a_large_condition(W):
    found = rc.spectral_radius(np.array(W))
    assert 1.0 in found
    assert found.residual <= 1e-12  # of the left vector too
    assert found.condition >= 1e7


@pytest.mark.parametrize("seed", range(30))
def test_the_residual_of_a_subnormal_matrix_is_rounded_up(seed):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((3, 3)) * 2.0**-1068
    found = rc.spectral_radius(W)
    x = [(Fraction(z.real), Fraction(z.imag)) for z in found.vector.astype(complex)]
    a, b = Fraction(found.eigenvalue.real), Fraction(found.eigenvalue.imag)
    square = Fraction(0)
    for row, (re, im) in zip(W, x, strict=True):
        entries = [Fraction(float(w)) for w in row]
        square += (sum(w * z[0] for w, z in zip(entries, x, strict=True)) - (a * re - b * im)) ** 2
        square += (sum(w * z[1] for w, z in zip(entries, x, strict=True)) - (a * im + b * re)) ** 2
    assert Fraction(found.residual) ** 2 >= square
