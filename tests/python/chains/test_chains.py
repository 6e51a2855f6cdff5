"""Chains of Jacobians: against products in extended precision, their adjoints, their bounds, their inputs."""

import os
import signal
import threading

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc
from rhochain.chains.results import ChainInterrupted

RNG = np.random.default_rng(11)
CONVENTIONS = ("pre", "post")


def network(n=12, K=40, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    W = scale * rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.6)
    return W, rng.random((K, n))


def ten_a_row(n, rng):
    indices = rng.integers(0, n, 10 * n).astype(np.int32)
    signs = rng.choice([-1.0, 1.0], 10 * n) / np.sqrt(10)
    return sparse.csr_array((signs, indices, np.arange(0, 10 * n + 1, 10, dtype=np.int32)), shape=(n, n))


def factors(W, S, convention, leak):
    """The Jacobians J_0 .. J_{K-1} in long double."""
    W, S, a = np.longdouble(W), np.longdouble(S), np.longdouble(leak)
    eye = (1 - a) * np.eye(len(W), dtype=np.longdouble)
    for s in S:
        yield eye + a * (W * s if convention == "pre" else s[:, None] * W)


def product(W, S, convention="pre", leak=1.0):
    """(P / e^c, c)."""
    P, c = np.eye(len(W), dtype=np.longdouble), np.longdouble(0)
    for J in factors(W, S, convention, leak):
        P = J @ P
        largest = np.abs(P).max()
        if largest == 0:
            return P, c
        P, c = P / largest, c + np.log(largest)
    return P, c


def value(vectors):
    mantissa, exponent = vectors
    return np.ldexp(mantissa, exponent)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_log_norms_follow_mpmath_over_500_steps(convention, leak):
    mpmath.mp.dps = 50
    W, S = network(n=6, K=500)
    chain = rc.JacobianChain(W, slopes=S, convention=convention, leak=leak)
    x = RNG.normal(size=6)
    v = mpmath.matrix(x.tolist())
    M, a = mpmath.matrix(W.tolist()), mpmath.mpf(leak)
    for s in S:
        D = mpmath.diag([mpmath.mpf(float(e)) for e in s])
        v = (1 - a) * v + a * (M * (D * v) if convention == "pre" else D * (M * v))
    expected = float(mpmath.log(mpmath.norm(v)))
    assert abs(chain.jvp(x).log_norms[-1] - expected) < 1e-12


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("leak", [1.0, 0.3])
@pytest.mark.parametrize("columns", [None, 1, 3, 8])
def test_products_and_adjoints_follow_long_double(convention, leak, columns):
    W, S = network()
    shape = (12,) if columns is None else (12, columns)
    v, g = RNG.normal(size=shape), RNG.normal(size=shape)
    chain = rc.JacobianChain(sparse.csr_array(W), slopes=S, convention=convention, leak=leak)
    P, c = product(W, S, convention, leak)
    P = P * np.exp(c)
    forward, backward = chain.jvp(v), chain.vjp(g)
    np.testing.assert_allclose(value(forward.vectors), np.float64(P @ v), rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(value(backward.vectors), np.float64(P.T @ g), rtol=1e-11, atol=1e-13)
    assert forward.log_norms.shape == (41, *shape[1:])
    np.testing.assert_allclose(forward.log_norms[0], np.log(np.linalg.norm(v, axis=0)), rtol=1e-14)
    np.testing.assert_allclose(forward.log_norms[-1], np.log(np.linalg.norm(value(forward.vectors), axis=0)))
    left = np.sum(value(forward.vectors) * g)
    right = np.sum(v * value(backward.vectors))
    assert abs(left - right) <= 1e-13 * np.linalg.norm(value(forward.vectors)) * np.linalg.norm(g)


@settings(deadline=None, max_examples=60)
@given(
    n=st.integers(1, 12),
    K=st.integers(0, 60),
    scale=st.sampled_from([1e-3, 0.3, 1.0, 100.0]),
    convention=st.sampled_from(CONVENTIONS),
    leak=st.sampled_from([1.0, 0.5, 0.01]),
    seed=st.integers(0, 10**6),
)
def test_the_bracket_holds_ln_norm(n, K, scale, convention, leak, seed):
    W, S = network(n, K, scale, seed)
    bracket = rc.JacobianChain(W, slopes=S, convention=convention, leak=leak).norm(seed=seed)
    P, c = product(W, S, convention, leak)
    if not P.any():
        assert bracket.value == bracket.upper.value == -np.inf
        return
    truth = float(c) + np.log(np.linalg.norm(np.float64(P), 2))
    slack = 1e-12 * (1 + abs(truth))  # of the oracle
    assert bracket.lower.value - slack <= truth <= bracket.upper.value + slack
    # A proved lower bound is kept where an estimate would be closer.
    if bracket.lower.grade is rc.Grade.ESTIMATE:
        assert bracket.status is rc.Status.CONVERGED
    assert bracket.upper.value - bracket.value <= 1e-3
    assert bracket.upper.graded
    assert abs(bracket.value - truth) < 1e-3


def test_a_proved_lower_bound_where_the_error_can_be_carried():
    W, S = network(K=10)
    assert rc.JacobianChain(W, slopes=S).norm().lower.grade is rc.Grade.PROVED
    assert rc.JacobianChain(np.abs(W), slopes=np.tile(S, (20, 1))).norm().lower.grade is rc.Grade.PROVED
    assert rc.JacobianChain(W, slopes=np.tile(S, (20, 1))).norm().lower.grade is rc.Grade.ESTIMATE


def test_a_chain_without_steps_is_the_identity():
    chain = rc.JacobianChain(np.eye(3), slopes=np.empty((0, 3)))
    v = np.array([1.0, -2.0, 3.0])
    np.testing.assert_array_equal(value(chain.vjp(v).vectors), v)
    assert chain.norm().value == 0.0
    assert chain.gain == 0.0
    assert np.isnan(chain.vjp(v).rate)


def test_zeros_stay_zeros():
    chain = rc.JacobianChain(np.eye(4, k=1), slopes=np.full((6, 4), 1e-200))
    result = chain.jvp(np.stack([np.ones(4), np.zeros(4)], axis=1))
    assert np.isneginf(result.log_norms[4:, 0]).all()
    assert np.isfinite(result.log_norms[:4, 0]).all()
    assert np.isneginf(result.log_norms[:, 1]).all()
    assert not result.vectors[0].any()
    np.testing.assert_array_equal(result.rate, [0.0, np.nan])
    norm = chain.norm()
    assert norm.upper == rc.Bound(-np.inf, rc.Grade.PROVED, None, norm.upper.source)
    assert norm.status is rc.Status.CONVERGED


def test_rates_of_a_known_decay():
    chain = rc.JacobianChain(np.diag([0.5, 2.0]), slopes=np.ones((101, 2)))
    result = chain.vjp(np.eye(2))
    np.testing.assert_allclose(result.rate, [0.5, 2.0], rtol=1e-12)
    np.testing.assert_allclose(result.late_rate, [0.5, 2.0], rtol=1e-12)
    np.testing.assert_allclose(result.half_life, [1.0, np.inf], rtol=1e-12)
    np.testing.assert_allclose(result.float32_underflow_step, [126.0, np.inf], rtol=1e-12)
    plain = result.to_dict()
    assert plain["half_life"][1] == "inf"
    assert len(plain["log_norms"]) == 102
    assert "log_norms" not in result.to_dict(log_norms=False)
    assert chain.gain == 1.0
    assert chain.shape == (2, 2)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_same_bits_for_1_and_2_threads(convention):
    n = 20_000
    W = ten_a_row(n, RNG)
    S, X = RNG.random((5, n)), RNG.normal(size=(n, 3))
    one, two = (rc.JacobianChain(W, slopes=S, convention=convention, leak=0.9, threads=t) for t in (1, 2))
    for product_of in ("jvp", "vjp"):
        a, b = getattr(one, product_of)(X), getattr(two, product_of)(X)
        np.testing.assert_array_equal(a.vectors[0], b.vectors[0])
        np.testing.assert_array_equal(a.log_norms, b.log_norms)
    a, b = one.norm(max_matvecs=60), two.norm(max_matvecs=60)
    assert (a.value, a.lower, a.upper) == (b.value, b.lower, b.upper)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_envelope_lies_above_the_measured_norms(convention):
    W, S = network(K=200)
    chain = rc.JacobianChain(W, slopes=S, convention=convention, leak=0.7)
    envelope = chain.envelope(rc.spectral_norm(W))
    assert envelope.sigma.graded
    v = RNG.normal(size=12)
    for curve, result in ((envelope.forward, chain.jvp(v)), (envelope.backward, chain.vjp(v))):
        assert (result.log_norms - result.log_norms[0] <= curve + 1e-12).all()
        assert (curve <= envelope.paper + 1e-12).all()
    assert envelope.gain == S.max()


def test_a_callback_stops_and_gets_progress():
    seen = []
    chain = rc.JacobianChain(np.eye(50), slopes=np.broadcast_to(np.ones(50), (10**8, 50)))
    result = chain.vjp(np.ones(50), callback=lambda p: seen.append(p) or len(seen) == 2)
    assert 0 < result.done < chain.steps
    assert result.log_norms.shape == (result.done + 1,)
    assert seen[-1].done == result.done
    assert seen[-1].remaining > 0
    with pytest.raises(ZeroDivisionError):
        chain.jvp(np.ones(50), callback=lambda p: 1 / 0)


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to itself")
def test_ctrl_c_carries_the_result_so_far():
    forever = rc.JacobianChain(np.eye(50), slopes=np.broadcast_to(np.ones(50), (10**8, 50)))
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(ChainInterrupted) as caught:
        forever.jvp(np.ones(50))
    timer.join()
    assert 0 < caught.value.result.done < 10**8


def test_check_takes_a_chain():
    W, S = network(K=300, scale=1.0)
    report = rc.check(W, activation="tanh", chain=rc.JacobianChain(W, slopes=0.01 * S))
    assert str(report.verdict) == "VANISHES_ON_TRAJECTORY"


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["jvp", "vjp"])
@pytest.mark.parametrize("scale", [0.3, 3.0])
def test_100_000_steps_of_2_000_units_stay_in_range(direction, scale):
    n, K = 2_000, 100_000
    rng = np.random.default_rng(5)
    chain = rc.JacobianChain(scale * ten_a_row(n, rng), slopes=np.broadcast_to(rng.random(n), (K, n)), threads=1)
    result = getattr(chain, direction)(np.ones(n))
    assert np.isfinite(result.log_norms).all()
    assert abs(result.log_norms[-1]) > 20_000  # float64 ends at 745
    assert np.isclose(result.rate, result.late_rate, rtol=1e-3)


@pytest.mark.parametrize("scale", [0.03, 30.0])
def test_5_000_steps_leave_the_range_of_float64(scale):
    W, S = network(n=30, K=5000, scale=scale)
    chain = rc.JacobianChain(W, slopes=S, leak=0.9)
    for result in (chain.jvp(np.ones(30)), chain.vjp(np.ones(30))):
        assert np.isfinite(result.log_norms).all()
        assert abs(result.log_norms[-1]) > 2000
