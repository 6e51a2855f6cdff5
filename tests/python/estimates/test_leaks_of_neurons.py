"""A leak for each neuron: R(W) against an enumeration, Theorem G, witnesses in NumPy, and what a check says."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from growth_oracle import apply_jacobian, best_cycle, enclose_growth, jacobians, simulated_rate
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

ROUNDING = 1e-9
SEED = int.from_bytes(os.urandom(4), "little")


def network(seed: int, n: int, scale: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng((SEED, seed))
    W = scale * rng.standard_normal((n, n)) / np.sqrt(n)
    W[rng.random((n, n)) < 0.2] = 0.0
    return W, rng.uniform(0.02, 1.0, n)


def cycle_rate(W: np.ndarray, slopes: np.ndarray, leak: np.ndarray) -> float:
    product = np.eye(len(W))
    for s in slopes:
        product = apply_jacobian(W, s[:, None], product, leak[:, None])
    return float(np.abs(np.linalg.eigvals(product)).max() ** (1 / len(slopes)))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("slopes", [(0.0, 1.0), (-0.3, 1.2), (0.4, 1.0)])
def test_small_networks_against_enumeration(seed: int, slopes: tuple[float, float]) -> None:
    n = 1 + seed % 4
    W, leak = network(seed, n)
    lo, hi = slopes
    g = rc.worst_case_growth(W, slope_range=slopes, leak=leak, seed=seed)
    print(SEED, W, leak)
    best = max(best_cycle(W, p, lo=lo, hi=hi, leak=leak) for p in (range(1, 5) if n < 4 else range(1, 4)))
    assert g.lower.graded
    assert g.upper.graded
    assert g.lower.value <= g.value <= g.upper.value
    assert best <= g.upper.value * (1 + ROUNDING)
    if n <= 3:
        _, high = enclose_growth(W, 1e-2, lo=lo, hi=hi, leak=leak)
        assert g.lower.value <= high * (1 + ROUNDING)
    if len(g.active):
        assert cycle_rate(W, g.slopes, leak) >= g.lower.value * (1 - ROUNDING)
        assert cycle_rate(W, g.slopes, leak) <= g.upper.value * (1 + ROUNDING)


def test_the_search_finds_nearly_the_best_cycle() -> None:
    found = []
    for seed in range(20):
        W, leak = network(seed, 3)
        best = max(best_cycle(W, p, leak=leak) for p in (1, 2, 3, 4))
        g = rc.worst_case_growth(W, leak=leak)
        found.append(g.value / best)
    print(SEED, found)
    assert np.median(found) > 0.999
    assert np.quantile(found, 0.2) > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_theorem_g_bounds_every_step_in_the_weighted_norm(seed: int) -> None:
    rng = np.random.default_rng((SEED, seed))
    for _ in range(200):
        n = int(rng.integers(1, 6))
        W, leak, d = rng.standard_normal((n, n)), rng.uniform(0.01, 1, n), np.exp(rng.standard_normal(n))
        W *= rng.uniform(0.1, 2.0) / np.linalg.norm(W, 2)
        c = np.linalg.norm(d[:, None] * W / d, 2)
        r = 1 - leak + leak * c
        weights = d / np.sqrt(leak * r)
        J = jacobians(W, -1.0, 1.0, leak)
        norms = np.linalg.norm(weights[:, None] * J / weights, 2, axis=(1, 2))
        assert norms.max() <= r.max() * (1 + 1e-12)
        convex = np.sqrt(1 - leak.min() * (1 - c * c) if c < 1 else 1 + leak.max() * (c * c - 1))
        assert r.max() <= convex * (1 + 1e-12)


def test_the_upper_end_is_that_of_mu_d() -> None:
    for seed in range(4):
        W, leak = network(seed, 30, scale=0.5 + 0.7 * (seed % 2))
        g = rc.worst_case_growth(W, leak=leak)
        mu = rc.scaled_norm(W)
        assert g.upper.value <= (1 - leak + leak * mu.upper.value).max() * 1.1
        assert g.vanishes_below.value >= 0.9 / mu.upper.value
        assert g.vanishes_below.value <= 1 / mu.lower.value * (1 + ROUNDING)


@pytest.mark.parametrize("n", [40, 400])
def test_no_simulated_product_grows_faster_and_the_witness_reproduces(n: int) -> None:
    rng = np.random.default_rng((SEED, n))
    W = sparse.random_array((n, n), density=8 / n, rng=rng, data_sampler=rng.standard_normal).tocsr() / 2
    leak = rng.uniform(0.05, 1.0, n)
    g = rc.worst_case_growth(W, leak=leak)
    print(SEED)
    assert len(g.active)
    assert simulated_rate(W, g.slopes, leak, steps=3000) >= g.lower.value * (1 - 1e-4)
    x, log, steps = rng.standard_normal(n), 0.0, 4000
    for _ in range(steps):
        x = apply_jacobian(W, rng.choice([0.0, 1.0], n), x, leak)
        log += np.log(np.linalg.norm(x))
        x /= np.linalg.norm(x)
    assert np.exp(log / steps) <= g.upper.value * 1.01


@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_equal_leaks_are_one_leak_to_the_bit(leak: float) -> None:
    W, _ = network(5, 12)
    one, many = rc.worst_case_growth(W, leak=leak), rc.worst_case_growth(W, leak=np.full(12, leak))
    assert (one.lower, one.value, one.upper) == (many.lower, many.value, many.upper)
    assert (one.active == many.active).all()
    assert many.leak == leak
    a, b = rc.check(W, "tanh", leak=leak), rc.check(W, "tanh", leak=[leak] * 12)
    assert (a.verdict, a.reason, a.critical_gain) == (b.verdict, b.reason, b.critical_gain)


def test_nearly_equal_leaks_have_nearly_the_bounds_of_one() -> None:
    W = np.abs(network(2, 10)[0])
    one = rc.worst_case_growth(W, leak=0.3)
    many = rc.worst_case_growth(W, leak=0.3 + 1e-9 * np.arange(10))
    assert many.upper.value == pytest.approx(one.upper.value, rel=2e-2)
    assert many.lower.value == pytest.approx(one.lower.value, rel=1e-3)


@pytest.mark.parametrize("kind", ["columns", "rows"])
@pytest.mark.parametrize("lo", [0.0, -0.25])
def test_signed_lines_are_proved_from_below(kind: str, lo: float) -> None:
    for seed in range(6):
        W, leak = network(seed, 3)
        signs = np.where(np.arange(3) == seed % 3, -1.0, 1.0)
        W = np.abs(W) * (signs if kind == "columns" else signs[:, None])
        g = rc.worst_case_growth(W, slope_range=(lo, 1.0), leak=leak)
        high = enclose_growth(W, 1e-3, lo=lo, hi=1.0, leak=leak)[1]
        assert g.lower.value <= high * (1 + ROUNDING)
        if g.explodes_above is not None and g.explodes_above.grade is rc.Grade.PROVED:
            at = (1 + 1e-6) * g.explodes_above.value
            assert max(best_cycle(W, p, lo=lo * at, hi=at, leak=leak) for p in (1, 2)) > 1


def test_nonnegative_weights_are_proved_at_both_ends() -> None:
    rng = np.random.default_rng(SEED)
    n = 60
    W, leak = rng.random((n, n)) / 20, rng.uniform(0.1, 1.0, n)
    g = rc.worst_case_growth(W, leak=leak, rtol=1e-3)
    rho = float(np.abs(np.linalg.eigvals(np.diag(1 - leak) + leak[:, None] * W)).max())
    assert g.lower.grade is rc.Grade.PROVED
    assert g.upper.grade is rc.Grade.PROVED
    assert rho * (1 - 3e-3) <= g.lower.value <= rho * (1 + ROUNDING)
    assert rho * (1 - ROUNDING) <= g.upper.value <= rho * (1 + 3e-3)
    critical = 1 / float(np.abs(np.linalg.eigvals(W)).max())
    assert g.vanishes_below.value == pytest.approx(critical, rel=1e-2)
    assert g.explodes_above.value == pytest.approx(critical, rel=1e-3)


@pytest.mark.parametrize("seed", range(6))
def test_critical_gains_agree_with_the_growth_at_these_gains(seed: int) -> None:
    W, leak = network(seed, 3, scale=2.0)
    g = rc.worst_case_growth(W, leak=leak)
    assert g.vanishes_below is not None
    low, _ = enclose_growth(W, 1e-2, hi=0.999 * g.vanishes_below.value, leak=leak)
    assert low < 1
    if g.explodes_above is not None:
        assert g.explodes_above.value >= g.vanishes_below.value * (1 - ROUNDING)
        _, high = enclose_growth(W, 1e-3, hi=1.001 * g.explodes_above.value, leak=leak)
        assert high > 1


def test_without_a_cycle_the_least_leak_is_the_growth() -> None:
    g = rc.worst_case_growth(np.triu(np.ones((4, 4)), 1), leak=[0.9, 0.2, 0.5, 1.0])
    assert g.lower.value <= 0.8 <= g.upper.value
    assert g.upper.value == pytest.approx(0.8, rel=1e-14)


def test_operators_have_the_growth_of_their_entries() -> None:
    W, leak = network(9, 50, scale=2.5)
    entries, operator = rc.worst_case_growth(W, leak=leak), rc.worst_case_growth(aslinearoperator(W), leak=leak)
    assert operator.lower.value == pytest.approx(entries.lower.value, rel=5e-2)
    assert operator.lower.value <= entries.upper.value
    assert operator.upper.value >= entries.lower.value


@pytest.mark.parametrize("leak", [0.4, "each"])
def test_operators_have_an_exploding_gain(leak: float | str) -> None:
    # Dominated by one real eigenvalue of at least about 1.6, so that a cycle is isolated at any gain.
    print(SEED)
    rng = np.random.default_rng(SEED)
    n = 40
    u = rng.standard_normal(n)
    W = 0.3 * rng.standard_normal((n, n)) / np.sqrt(n) + 2.0 * np.outer(u, u * rng.uniform(0.8, 1.2, n)) / (u @ u)
    a = rng.uniform(0.2, 0.9, n) if leak == "each" else leak
    g = rc.worst_case_growth(aslinearoperator(W), leak=a)
    assert g.explodes_above is not None
    assert g.explodes_above.grade is rc.Grade.PROBABLE
    at = 1.001 * g.explodes_above.value
    again = rc.worst_case_growth(W, slope_range=(0.0, at), leak=a)
    assert again.value > 1


@pytest.mark.parametrize("activation", ["tanh", "gelu", "identity"])
@pytest.mark.parametrize("scale", [0.4, 3.0])
def test_a_check_agrees_with_the_growth(activation: str, scale: float) -> None:
    W, leak = network(3, 8, scale)
    report = rc.check(W, activation, leak=leak)
    print(SEED, report)
    assert str(report.verdict) in str(report)
    assert json.loads(report.to_json())["leak"] == leak.tolist()
    assert "leaks from" in str(report)
    assert report.to_html()
    lo, hi = rc.activation(activation).slope_range
    slow = max(best_cycle(W, 1, lo=lo, hi=hi, leak=leak), 1 - leak.min())
    if report.verdict is rc.Verdict.VANISHES:
        assert slow < 1
    if report.verdict in (rc.Verdict.EXPLODES, rc.Verdict.EXPLODES_FOR_SOME_SLOPES):
        assert report.worst_case_growth.upper.value > 1
    critical = report.critical_gain
    below = critical.vanishes_below
    assert below is not None
    assert best_cycle(0.999 * below.value * W, 1, lo=lo, hi=hi, leak=leak) < 1


def test_a_radius_below_one_does_not_certify_unequal_leaks() -> None:
    # rho(W) = 0, but the leaks take the matrix apart.
    W = np.array([[4.0, -4.0], [4.0, -4.0]])
    leak = np.array([1.0, 0.05])
    assert np.abs(np.linalg.eigvals(np.diag(1 - leak) + leak[:, None] * W)).max() > 1
    report = rc.check(W, "identity", leak=leak)
    assert report.verdict is not rc.Verdict.VANISHES
    assert rc.check(W, "identity", leak=0.5).verdict is rc.Verdict.VANISHES


def test_the_burn_in_of_a_certificate_holds() -> None:
    rng = np.random.default_rng(SEED)
    n, K = 6, 0
    leak = np.concatenate([[0.01], rng.uniform(0.3, 1.0, n - 1)])
    W = rng.standard_normal((n, n))
    W *= 0.9 / np.linalg.norm(W, 2)
    report = rc.check(W, "tanh", leak=leak)
    assert report.verdict is rc.Verdict.VANISHES
    (note,) = (note for note in report.notes if note.startswith("burn-in"))
    K = int(note.split("after ")[1].split(" steps")[0].replace(",", ""))
    for _ in range(20):
        P = np.eye(n)
        for _ in range(K):
            P = apply_jacobian(W, rng.random((n, 1)), P, leak[:, None])
        assert np.linalg.norm(P, 2) < 1


def test_a_unit_norm_cannot_explode_whatever_the_leaks() -> None:
    rng = np.random.default_rng(SEED)
    Q = np.linalg.qr(rng.standard_normal((8, 8)))[0]
    leak = rng.uniform(0.05, 1.0, 8)
    report = rc.check(Q, "tanh", leak=leak)
    assert report.verdict is rc.Verdict.CANNOT_EXPLODE
    bound = np.sqrt(leak.max() / leak.min())
    P = np.eye(8)
    for _ in range(300):
        P = apply_jacobian(Q, rng.choice([0.0, 1.0], (8, 1), p=[0.1, 0.9]), P, leak[:, None])
        assert np.linalg.norm(P, 2) <= bound * (1 + 1e-9)


@pytest.mark.parametrize(
    ("leak", "words"),
    [
        ([0.5, 0.0, 0.5], r"leak\[1\] must be above 0 and at most 1; got 0.0"),
        ([0.5, 0.5], r"leak must have shape \(3,\)"),
        ([0.5, 2.0, 1.0], r"leak\[1\] must be above 0 and at most 1; got 2.0"),
    ],
)
def test_misuse_is_named(leak: list[float], words: str) -> None:
    for call in (lambda: rc.worst_case_growth(np.eye(3), leak=leak), lambda: rc.check(np.eye(3), "tanh", leak=leak)):
        with pytest.raises(ValueError, match=words):
            call()


def test_a_chain_with_one_leak_is_not_of_a_network_with_many() -> None:
    chain = rc.JacobianChain(np.eye(3) / 2, slopes=np.ones((4, 3)))
    with pytest.raises(ValueError, match="one for each neuron"):
        rc.check(np.eye(3) / 2, "tanh", chain=chain, leak=[0.5, 0.6, 0.7])


@pytest.mark.parametrize("seed", range(5))
def test_after_the_burn_in_no_product_is_above_1(seed: int) -> None:
    rng = np.random.default_rng([SEED, seed])
    n = 6
    W = rng.standard_normal((n, n)) * np.exp(rng.normal(0.0, 2.0, (n, 1)))
    W *= 0.9 / rc.scaled_norm(W).attained.value
    m = rc.scaled_norm(W)
    leak = rng.uniform(0.02, 1.0, n)
    steps = m.burn_in(1.0, leak=leak)
    # Theorem G: ln(kappa(D) kappa(N D^-1)) / -ln(max r), exactly once more than rounding.
    c = m.attained.value
    r = 1.0 - leak + leak * c
    log_kappa = m.log_kappa + 0.5 * np.log((leak * r).max() / (leak * r).min())
    assert steps == pytest.approx(log_kappa / -np.log(r.max()), rel=1e-9)
    assert steps >= m.burn_in(1.0, leak=leak.min()) * (1 - 1e-12)
    P = np.eye(n)
    for k in range(2 * int(np.ceil(steps))):
        P = apply_jacobian(W, rng.choice([0.0, 1.0], (n, 1), p=[0.2, 0.8]), P, leak[:, None])
        if k + 1 >= steps:
            assert np.linalg.norm(P, 2) < 1.0
    assert m.burn_in(1.0, leak=np.full(n, 0.25)) == m.burn_in(1.0, leak=0.25)
    assert m.burn_in(2.0 / c, leak=leak) == np.inf
