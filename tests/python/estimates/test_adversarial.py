"""Hostile small matrices against rigorous enclosures: no PROVED bound is ever false, PROBABLE ones rarely enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from cases import SMALL
from enclosures import Enclosure, chain_norm, norm, radius
from hostile import LARGEST, Hostile, HostileChain, hostile, hostile_chains
from hypothesis import HealthCheck, Phase, given, settings
from mpmath import mp, mpf, workprec
from scipy.sparse.linalg import aslinearoperator
from scipy.stats import binom

import rhochain as rc
from rhochain import _core


def wrong_bracket(name: str, bracket: rc.Bracket, truth: Enclosure, log: bool = False) -> Iterator[str]:
    """What is false about the proved ends of a bracket."""

    def number(x: float) -> float | mpf:
        with workprec(240):
            return mp.exp(x) if log else x

    low, value, high = bracket.lower.value, bracket.value, bracket.upper.value
    if not low <= value <= high:
        yield f"{name}: order {low!r}, {value!r}, {high!r}"
    if bracket.lower.grade is rc.Grade.PROVED and not truth.at_least(number(low)):
        yield f"{name}: lower {low!r} from {bracket.lower.source!r} above {truth}"
    if bracket.upper.grade is rc.Grade.PROVED and not truth.at_most(number(high)):
        yield f"{name}: upper {high!r} from {bracket.upper.source!r} below {truth}"


def wrong_estimates(case: Hostile) -> Iterator[str]:
    A = rc.Matrix(case.given())
    rho, perron, sigma = radius(case.W), radius(np.abs(case.W)), norm(case.W)
    r, p, s = (f(A, seed=case.seed) for f in (rc.spectral_radius, rc.perron_radius, rc.spectral_norm))
    yield from wrong_bracket("spectral_radius", r, rho)
    yield from wrong_bracket("perron_radius", p, perron)
    yield from wrong_bracket("spectral_norm", s, sigma)
    if perron.zero:
        ends = [x for b in (r, p) for x in (b.lower.value, b.value, b.upper.value)]
        if any(ends):
            yield f"acyclic, yet {ends}"
    bounds = _core.norm_bounds(A.operator, 1)
    for key in ("one_inf", "frobenius"):
        if not sigma.at_most(bounds[key]):
            yield f"norm_bounds: {key} {bounds[key]!r} below {sigma}"
    if not sigma.at_least(bounds["row_column"]):
        yield f"norm_bounds: row_column {bounds['row_column']!r} above {sigma}"
    yield from wrong_verdict(A, case, (sigma, perron, rho)[case.seed % 3], rho, perron, sigma)


def wrong_verdict(
    A: rc.Matrix, case: Hostile, critical: Enclosure, rho: Enclosure, perron: Enclosure, sigma: Enclosure
) -> Iterator[str]:
    """A verdict with the gain at the point where it changes, or one rounding or a thousandth beside it."""
    truth = float(critical.fine[0])
    if not 1e-300 < truth < 1e300:
        return
    gain = (1 / truth) * (1 + (0.0, 2.0**-52, -(2.0**-52), 1e-3, -1e-3)[case.seed // 3 % 5])
    for activation in (None, "identity"):
        scale = 1.0 if activation else gain
        report = rc.check(A, activation=activation, gain=None if activation else gain, seed=case.seed)
        with workprec(120):
            edge = 1 / mpf(scale)
        verdict, V = report.verdict, rc.Verdict
        # Every certificate bounds an infimum over scalings, which lies between rho and both sigma_1 and rho(|W|).
        # A linear network may be decided by a PROBABLE radius, whose rounding is tested below.
        probable = activation is not None and report.spectral_radius.upper.grade is rc.Grade.PROBABLE
        false = (
            (verdict is V.VANISHES and not probable and not rho.zero and not rho.fine[0] < edge)
            or (verdict is V.EXPLODES and not (activation and rho.fine[1] > edge))
            or (verdict is V.CANNOT_EXPLODE and rho.fine[0] > edge * (1 + mpf(1e-9)))
            # R(W) lies below all norms too, so a rate of 1 needs them at the edge.
            or (
                verdict in (V.EXPLOSION_NOT_EXCLUDED, V.EXPLODES_FOR_SOME_SLOPES)
                and not (sigma.at_least(edge) and perron.at_least(edge))
            )
        )
        if false:
            yield f"check, gain {scale!r}: {verdict} ({report.reason}); rho {rho}, rho(|W|) {perron}, sigma_1 {sigma}"


def wrong_chain(given: HostileChain) -> Iterator[str]:
    W, slopes = given.case.given(), given.slopes
    chain = rc.JacobianChain(W, slopes=slopes, leak=given.leak, convention=given.convention)
    truth = chain_norm(given.case.W, slopes, given.leak, given.convention)
    yield from wrong_bracket("chain.norm", chain.norm(seed=given.case.seed), truth, log=True)


def holds(wrong: Callable[..., Iterator[str]], cases: object, examples: int, fresh: bool, shrink: bool = True) -> None:
    """`fresh` draws new examples in every run; otherwise every run sees the same ones."""

    @settings(
        max_examples=examples,
        derandomize=not fresh,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def every(case: Hostile | HostileChain) -> None:
        assert not list(wrong(case))

    every()


@pytest.mark.parametrize("moderate", [True, False])
def test_proved_bounds_and_verdicts_hold(moderate):
    holds(wrong_estimates, hostile(moderate=moderate), 150, fresh=False, shrink=moderate)


@pytest.mark.parametrize("moderate", [True, False])
def test_proved_bounds_of_chains_hold(moderate):
    holds(wrong_chain, hostile_chains(moderate=moderate), 150, fresh=False, shrink=moderate)


@pytest.mark.slow
def test_proved_bounds_and_verdicts_hold_for_500():
    holds(wrong_estimates, hostile(), 500, fresh=True)


@pytest.mark.slow
def test_proved_bounds_of_chains_hold_for_500():
    holds(wrong_chain, hostile_chains(), 500, fresh=True)


FOUND = {
    "squares of a block's entries underflow": [[1.5, -2.0, 0.0], [-2.0, -1.0, 0.0], [2.0**600, 0.0, 0.0]],
    "a self-loop becomes subnormal": [[0.0, -1e300], [0.0, 1e-8]],
    "the trace of a component left out is rounded up below the normal range": [
        [0.0, -4e126, 0.0, 0.0],
        [8e-286, 0.0, 0.0, 0.0],
        [0.0, 0.0, 1e-8, 0.0],
        [0.0, 0.0, LARGEST, 0.0],
    ],
    "a balanced block underflows": [
        [0.0, 0.0, 0.0, 0.0, 1.27e89],
        [0.0, 0.0, 0.0, 7.7e53, 0.0],
        [2.4e-4, -4e-19, 0.0, 0.0, 0.0],
        [3.1e57, 0.0, 0.0, 0.0, 0.0],
        [3.3e150, 0.0, 5.4e300, 0.0, 0.0],
    ],
    "an entry that underflows closes the heaviest cycle": [
        [-2.0, 1.4, -2.4e271],
        [0.35, -3.5, -1.2e270],
        [0.0, 1e-100, 1.0],
    ],
    "a start vector underflows": [[1e-150, 1e-160], [-1e150, 1e-150]],
    "results beyond the largest number": [[1e308, 1e308], [1e308, 1e308]],
    "results below the normal range": [[0.0, 0.0, 5e-324], [0.0, 0.0, 0.0], [0.0, 0.0, 5e-324]],
}


@pytest.mark.parametrize("name", FOUND)
def test_found_by_these_tests(name):
    assert not list(wrong_estimates(Hostile(np.array(FOUND[name]), "int32", 0)))


# Beside LARGEST the small entries lose bits; the slopes make the large ones cancel, in some products to exactly 0.
CANCELLING = np.array(
    [
        [LARGEST, -4.78406573e198, LARGEST, -LARGEST],
        [6.09716514e141, -9.02597188e-277, 1.01749821e-166, -1.27314749e89],
        [LARGEST, -1.37438953e11, 1.54934993e121, -LARGEST],
        [LARGEST, -4.78406573e198, LARGEST, -LARGEST],
    ]
)
SLOPES = np.array(
    [
        [3.0, -2.0, -4.0, -2.0],
        [-1.0, 3.0, 0.0, -4.0],
        [-1.0, 1.0, 3.0, 2.0],
        [4.0, -3.0, 3.0, -4.0],
        [1.0, -2.0, -3.0, 1.0],
        [-2.0, 1.0, -2.0, -3.0],
        [2.0, -1.0, 2.0, 2.0],
        [4.0, -1.0, -3.0, 1.0],
    ]
)


@pytest.mark.parametrize("form", ["C", "int32"])
@pytest.mark.parametrize("leak", [1.0, 0.5, 1e-12])
@pytest.mark.parametrize("convention", ["pre", "post"])
def test_a_chain_whose_length_rounding_decides_is_not_called_converged(form, leak, convention):
    # Computed products differ by 2^1000 and more, from seed to seed and from vector to vector.
    for seed in range(6):
        given = HostileChain(Hostile(CANCELLING, form, seed), SLOPES, leak, convention)
        chain = rc.JacobianChain(given.case.given(), slopes=SLOPES, leak=leak, convention=convention)
        bracket, truth = chain.norm(seed=seed), chain_norm(CANCELLING, SLOPES, leak, convention)
        assert not list(wrong_bracket("chain.norm", bracket, truth, log=True))
        assert bracket.status is rc.Status.BRACKETED
        assert bracket.lower.value <= float(mp.log(truth.fine[0])) <= bracket.upper.value


# B^2 has rank one and B^3 = 0, until B is multiplied by a number that rounds its entries.
NILPOTENT = np.array([[-6.0, 1.5, 9.0], [-1.0, 0.0, 1.5], [-4.0, 1.0, 6.0]])


@pytest.mark.parametrize(
    "W",
    [
        pytest.param([[1e-20, 1e-20], [-1.0, 1e-20]], id="badly scaled"),
        pytest.param([[-4.0, 2.0**539], [-(2.0**-536), -4.0]], id="very badly scaled"),
        pytest.param(1.1 * NILPOTENT, id="nearly nilpotent"),
        pytest.param(0.3 * NILPOTENT, id="nearly nilpotent, not converged"),
    ],
)
def test_what_is_called_converged_is(W):
    truth = float(radius(np.array(W)).fine[0])
    r = rc.spectral_radius(W)
    assert r.status != rc.Status.CONVERGED or r.value == pytest.approx(truth, rel=1e-3)


def test_an_upper_bound_survives_the_rounding_of_powers():
    # From the entries, and from products alone.
    W = 0.1 * NILPOTENT
    truth = radius(W)
    for A in (W, aslinearoperator(W)):
        assert all(truth.at_most(rc.spectral_radius(A, seed=seed).upper.value) for seed in range(20))


@pytest.mark.parametrize("make", SMALL, ids=lambda make: make.__name__)
def test_the_enclosures_are_right(make):
    case = make(5)
    W = case.matrix.toarray()
    for truth, enclosure in ((case.radius, radius(W)), (case.norm, norm(W)), (case.perron, radius(np.abs(W)))):
        if truth is None or np.isnan(truth):
            continue
        # The closed forms themselves are computed in floats.
        low, high = (1 - 1e-14) * truth, (1 + 1e-14) * truth
        assert enclosure.at_most(high)
        assert enclosure.at_least(low)
        if truth:
            assert not enclosure.at_most((1 - 1e-13) * truth)
            assert not enclosure.at_least((1 + 1e-13) * truth)
        else:
            assert enclosure.zero
            assert not enclosure.at_least(1e-320)


# Each PROBABLE bound alone, where it is the one that binds: W is a random direction plus noise, so the bound fails when
# the random start misses that direction, as often as the theorems allow.
DELTA, TRIALS = 0.01, 4000
# A fresh run of bounds that fail exactly as often as DELTA would be refused with probability 1e-6.
MOST_FAILURES = int(binom.isf(1e-6, TRIALS, DELTA))


def one_direction(rng: np.random.Generator, n: int, noise: float) -> np.ndarray:
    v = rng.standard_normal(n)
    v /= np.linalg.norm(v)
    return np.outer(v, v) + noise * rng.standard_normal((n, n))


def norm_trial(rng: np.random.Generator, seed: int, n: int, noise: float) -> bool:
    W = one_direction(rng, n, noise)
    return rc.spectral_norm(W, delta=DELTA, seed=seed).upper.value < np.linalg.norm(W, 2) * (1 - 1e-12)


def radius_trial(rng: np.random.Generator, seed: int, n: int, noise: float) -> bool:
    W = one_direction(rng, n, noise)
    truth = np.abs(np.linalg.eigvals(W)).max()
    # Its products alone: from the entries of a block as small a PROVED bound would follow.
    return rc.spectral_radius(aslinearoperator(W), delta=DELTA, seed=seed).upper.value < truth * (1 - 1e-12)


def chain_trial(rng: np.random.Generator, seed: int, n: int, noise: float) -> bool:
    W, slopes = one_direction(rng, n, noise), rng.uniform(0.9, 1.1, (2, n))
    P = (W * slopes[1]) @ (W * slopes[0])
    upper = rc.JacobianChain(W, slopes=slopes).norm(delta=DELTA, seed=seed).upper.value
    return upper < np.log(np.linalg.norm(P, 2)) - 1e-12


@pytest.mark.parametrize(("n", "noise"), [(5, 0.02), (12, 0.05)])
@pytest.mark.parametrize("trial", [norm_trial, radius_trial, chain_trial])
def test_probable_bounds_fail_no_more_often_than_delta(trial, n, noise):
    rng = np.random.default_rng(n)
    failures = sum(trial(rng, int(seed), n, noise) for seed in rng.integers(0, 2**63, TRIALS))
    assert 0 < failures <= MOST_FAILURES
