"""Lyapunov exponents: closed forms, an independent dense QR at every step, rank loss, early ends, misuse."""

import json
import os
import signal
import threading
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy import sparse

import rhochain as rc


def jacobians(W, S, convention="pre", leak=1.0):
    eye = (1 - leak) * np.eye(len(W))
    for s in S:
        yield eye + leak * (W * s if convention == "pre" else s[:, None] * W)


def dense_exponents(W, S, k, discard, convention="pre", leak=1.0):
    """The published dense algorithm: Jacobian formed, Householder QR at every step."""
    Q = np.linalg.qr(np.random.default_rng(99).standard_normal((len(W), k)))[0]
    total = np.zeros(k)
    for t, J in enumerate(jacobians(W, S, convention, leak)):
        Q, R = np.linalg.qr(J @ Q)
        if t >= discard:
            total += np.log(np.abs(np.diag(R)))
    return total / (len(S) - discard)


@pytest.mark.parametrize("leak", [1.0, 0.4])
def test_a_diagonal_chain_has_the_mean_logs_of_its_factors(leak):
    rng = np.random.default_rng(1)
    w = np.array([0.5, -4.0, 1e-3, 12.0, -0.05])
    S = rng.uniform(0.5, 1.0, (900, 5))
    factors = np.log(np.abs(1 - leak + leak * w * S))[600:].mean(axis=0)
    spectrum = rc.JacobianChain(np.diag(w), S, leak=leak).lyapunov(5, discard=600)
    np.testing.assert_allclose(spectrum.exponents, np.sort(factors)[::-1], rtol=0, atol=1e-10)
    assert (spectrum.done, spectrum.steps, spectrum.discard) == (900, 300, 600)


@pytest.mark.parametrize("convention", ["pre", "post"])
def test_a_triangular_chain_has_the_logs_of_its_diagonal(convention):
    W = np.triu(np.random.default_rng(2).standard_normal((6, 6)), 1) + np.diag([0.1, -3.0, 0.5, 1.6, -0.9, 0.02])
    s = np.array([0.5, 1.0, 0.7, 0.9, 0.8, 1.0])
    spectrum = rc.JacobianChain(W, np.tile(s, (700, 1)), convention=convention).lyapunov(6, discard=400)
    expected = np.sort(np.log(np.abs(np.diag(W)) * s))[::-1]
    np.testing.assert_allclose(spectrum.exponents, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("convention", ["pre", "post"])
@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_periodic_slopes_have_the_logs_of_the_eigenvalues_of_one_period(convention, leak):
    # exp(-(i - j)^2) is totally positive, and so is its product with positive diagonals and, for leak 1, that of a
    # period: its eigenvalues are positive and simple.
    i = np.arange(5)
    W = 20.0 * np.exp(-((i[:, None] - i) ** 2))
    S = np.random.default_rng(3).uniform(0.3, 1.0, (3, 5))
    with mpmath.workdps(40):
        period = mpmath.eye(5)
        for J in jacobians(W, S, convention, leak):
            period = mpmath.matrix(J.tolist()) * period
        moduli = sorted((abs(z) for z in mpmath.eig(period, right=False)), reverse=True)
        assert all(a > 1.2 * b for a, b in pairwise(moduli))
        expected = np.array([float(mpmath.log(r) / 3) for r in moduli])
    spectrum = rc.JacobianChain(W, np.tile(S, (300, 1)), convention=convention, leak=leak).lyapunov(5, discard=600)
    np.testing.assert_allclose(spectrum.exponents, expected, rtol=0, atol=1e-10)
    assert spectrum.kaplan_yorke_dimension == pytest.approx(kaplan_yorke(expected), abs=1e-8)


def kaplan_yorke(falling):
    sums = np.concatenate([[0.0], np.cumsum(falling)])
    j = max(j for j in range(len(falling) + 1) if sums[j] >= 0)
    return float(j) if j == len(falling) else j - sums[j] / falling[j]


@pytest.mark.parametrize("convention", ["pre", "post"])
@pytest.mark.parametrize(("leak", "scale"), [(1.0, 1.0), (0.3, 1.0), (1.0, 1e-250), (1.0, 1e250)])
def test_a_dense_qr_at_every_step_agrees(convention, leak, scale):
    rng = np.random.default_rng(4)
    W = rng.standard_normal((12, 12)) + np.diag(np.geomspace(30.0, 0.3, 12))
    S = rng.uniform(0.4, 1.0, (3000, 12))
    expected = dense_exponents(W, S, 7, 2500, convention, leak) + np.log(scale)
    chain = rc.JacobianChain(sparse.csr_array(scale * W), S, convention=convention, leak=leak)
    spectrum = chain.lyapunov(7, discard=2500)
    np.testing.assert_allclose(spectrum.exponents, expected, rtol=1e-15, atol=1e-9)
    assert 5 < spectrum.cancellation < np.exp(18)
    assert spectrum.factorizations < 2000
    for k in (1, 12):
        part = chain.lyapunov(k, discard=2500, seed=5).exponents[:7]
        np.testing.assert_allclose(part, expected[:k], rtol=1e-15, atol=1e-9)


def test_all_exponents_sum_up_to_the_mean_log_determinant():
    rng = np.random.default_rng(5)
    W, S = rng.standard_normal((9, 9)), rng.uniform(0.1, 1.0, (80, 9))
    expected = np.mean([np.linalg.slogdet(J)[1] for J in list(jacobians(W, S, "post", 0.6))[20:]])
    spectrum = rc.JacobianChain(W, S, convention="post", leak=0.6).lyapunov(9, discard=20)
    assert spectrum.exponents.sum() == pytest.approx(expected, abs=1e-10)


def test_a_burst_of_cancellation_is_run_again_step_by_step():
    # Quiet factors invite long intervals; then one step parts three directions from the others by 1e6.
    W = np.random.default_rng(4).standard_normal((6, 6)) + np.diag(np.geomspace(16.0, 0.5, 6))
    S = np.ones((1200, 6))
    S[::40, 3:] = 1e-6
    spectrum = rc.JacobianChain(W, S).lyapunov(6, discard=800)
    np.testing.assert_allclose(spectrum.exponents, dense_exponents(W, S, 6, 800), rtol=0, atol=1e-10)
    assert 1e6 < spectrum.cancellation < np.exp(18)
    assert spectrum.factorizations < 600


@pytest.mark.parametrize("convention", ["pre", "post"])
def test_a_matrix_of_rank_three_has_three_finite_exponents(convention):
    rng = np.random.default_rng(9)
    W = rng.standard_normal((40, 3)) @ rng.standard_normal((3, 40))
    S = rng.uniform(0.2, 1.0, (700, 40))
    spectrum = rc.JacobianChain(W, S, convention=convention).lyapunov(6, discard=400)
    expected = dense_exponents(W, S, 3, 400, convention)
    np.testing.assert_allclose(spectrum.exponents[:3], expected, rtol=0, atol=1e-9)
    assert (spectrum.exponents[3:] == -np.inf).all()
    assert np.isfinite(spectrum.errors[:3]).all()
    assert np.isnan(spectrum.errors[3:]).all()


def test_a_direction_lost_in_one_step_is_lost_for_good():
    rng = np.random.default_rng(10)
    W = np.linalg.qr(rng.standard_normal((8, 8)))[0]
    S = np.ones((600, 8))
    S[450, 2:] = 0.0
    before = rc.JacobianChain(W, S[:450]).lyapunov(4)
    np.testing.assert_allclose(before.exponents, 0.0, atol=1e-14)
    after = rc.JacobianChain(W, S).lyapunov(4)
    assert np.isfinite(after.exponents[:2]).all()
    assert (after.exponents[2:] == -np.inf).all()
    assert np.isfinite(after.history[0]).all()
    lost_early = rc.JacobianChain(W, S[400:]).lyapunov(4, discard=100)
    np.testing.assert_allclose(lost_early.exponents[:2], 0.0, atol=1e-14)
    assert (lost_early.exponents[2:] == -np.inf).all()


@pytest.mark.parametrize("W", [np.zeros((4, 4)), np.triu(np.ones((4, 4)), 1)])
def test_a_nilpotent_matrix_loses_all_directions(W):
    spectrum = rc.JacobianChain(W, np.ones((50, 4))).lyapunov(4)
    assert (spectrum.exponents == -np.inf).all()
    assert spectrum.kaplan_yorke_dimension == 0.0
    assert spectrum.entropy_rate == 0.0


def test_rotations_and_scales_have_exact_exponents_within_pairs():
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    W = np.block([[3.0 * turn, np.zeros((2, 2))], [np.zeros((2, 2)), 0.25 * turn]])
    spectrum = rc.JacobianChain(W, np.ones((300, 4))).lyapunov(4, discard=100)
    np.testing.assert_allclose(np.exp(spectrum.exponents), [3, 3, 0.25, 0.25], rtol=1e-12)
    assert spectrum.entropy_rate == pytest.approx(2 * np.log(3.0), abs=1e-12)


def test_the_same_bits_for_any_number_of_threads():
    rng = np.random.default_rng(11)
    n, k = 30_000, 6
    W = sparse.random_array((n, n), density=5 / n, rng=rng, format="csr")
    S = rng.uniform(0.2, 1.0, (60, n))

    def bits(threads):
        spectrum = rc.JacobianChain(W, S, threads=threads).lyapunov(k)
        return spectrum.exponents.tobytes() + spectrum.errors.tobytes() + spectrum.history.tobytes()

    assert bits(1) == bits(2)


def test_chains_of_no_and_one_step():
    W = np.random.default_rng(12).standard_normal((5, 5))
    nothing = rc.JacobianChain(W, np.ones((0, 5))).lyapunov(3)
    assert np.isnan(nothing.exponents).all()
    assert nothing.history.shape == (0, 3)
    assert (nothing.done, nothing.steps) == (0, 0)
    assert np.isnan([nothing.entropy_rate, nothing.entropy_error, nothing.kaplan_yorke_dimension]).all()
    one = rc.JacobianChain(W, np.ones((1, 5))).lyapunov(5)
    assert one.exponents.sum() == pytest.approx(np.linalg.slogdet(W)[1], abs=1e-12)
    assert np.isnan(one.errors).all()
    assert one.batches == 1


def test_the_history_ends_at_the_exponents():
    rng = np.random.default_rng(13)
    spectrum = rc.JacobianChain(rng.standard_normal((6, 6)), rng.random((3000, 6))).lyapunov(2)
    assert spectrum.history.shape == (len(spectrum.history_steps), 2)
    assert 64 <= len(spectrum.history) <= 512
    assert (np.diff(spectrum.history_steps) > 0).all()
    assert spectrum.history_steps[-1] == spectrum.steps == 2700
    assert (spectrum.history[-1] == spectrum.exponents).all()


def noisy_chain(K=20_000):
    rng = np.random.default_rng(14)
    return rc.JacobianChain(np.diag([2.0, 1.0, 0.0]), rng.uniform(0.5, 1.0, (K, 3)))


def test_an_error_target_ends_the_run():
    long = noisy_chain().lyapunov(3, discard=100)
    spectrum = noisy_chain().lyapunov(3, discard=100, atol=5e-3)
    assert spectrum.done < 10_000 < long.done
    assert (spectrum.errors[:2] <= 5e-3).all()
    assert spectrum.batches == 32
    tight = noisy_chain().lyapunov(3, discard=100, atol=1e-9)
    assert tight.done == 20_000


def test_a_callback_ends_the_run_and_what_was_done_counts():
    seen = []

    def stop(progress):
        seen.append(progress.done)
        return True

    spectrum = noisy_chain(2_000_000).lyapunov(2, discard=0, callback=stop)
    assert seen == [spectrum.done] == [spectrum.steps]
    assert 0 < spectrum.done < 2_000_000
    expected = np.log(np.array([2.0, 1.0])) + np.log(4) - 1 - np.log(2)
    assert (np.abs(spectrum.exponents - expected) < 5 * spectrum.errors).all()
    early = noisy_chain(2_000_000).lyapunov(2, discard=1_999_999, callback=stop)
    assert early.steps == 0
    assert np.isnan(early.exponents).all()


def test_ctrl_c_leaves_the_spectrum_so_far():
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(rc.LyapunovInterrupted) as caught:
        rc.JacobianChain(np.diag([2.0, 0.5]), np.broadcast_to(np.ones(2), (100_000_000, 2))).lyapunov(2, discard=10)
    result = caught.value.result
    assert 0 < result.done < 100_000_000
    np.testing.assert_allclose(result.exponents, [np.log(2.0), np.log(0.5)], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"k": 0}, ValueError, "k must be an integer from 1 to 3; got 0"),
        ({"k": 4}, ValueError, "k must be an integer from 1 to 3; got 4"),
        ({"k": 2.0}, TypeError, "k must be an integer"),
        ({"k": 1, "seed": -1}, ValueError, "seed"),
        ({"k": 1, "seed": "a"}, TypeError, "seed"),
        ({"k": 1, "discard": -1}, ValueError, "discard must be an integer from 0 to 99"),
        ({"k": 1, "discard": 100}, ValueError, "discard"),
        ({"k": 1, "discard": 0.5}, TypeError, "discard"),
        ({"k": 1, "atol": 0.0}, ValueError, "atol must be a positive number"),
        ({"k": 1, "atol": float("nan")}, ValueError, "atol"),
        ({"k": 1, "atol": "small"}, TypeError, "atol"),
        ({"k": 1, "callback": 3}, TypeError, "callback must be callable"),
    ],
)
def test_misuse_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        noisy_chain(100).lyapunov(**arguments)


def test_slopes_that_are_no_numbers_are_named():
    S = np.ones((50, 3))
    S[37, 1] = np.nan
    with pytest.raises(ValueError, match="row 37, column 1"):
        rc.JacobianChain(np.eye(3), S).lyapunov(2)


def test_the_spectrum_prints_and_becomes_strict_json():
    spectrum = noisy_chain(500).lyapunov(3)
    assert repr(spectrum).startswith("LyapunovSpectrum([0.")
    assert "+-" in repr(spectrum)
    assert "ESTIMATE" in repr(spectrum)
    plain = json.loads(json.dumps(spectrum.to_dict(), allow_nan=False))
    assert plain["exponents"][2] == "-inf"
    assert plain["errors"][2] is None
    assert plain["exponents"][0] == spectrum.exponents[0]
    assert plain["grade"] == "ESTIMATE"
    assert len(plain["history"]) == len(plain["history_steps"])
    assert "history" not in spectrum.to_dict(history=False)
