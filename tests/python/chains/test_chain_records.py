"""What a run records: rows of log norms with their steps, rates from them, quantiles over random directions."""

import json

import numpy as np
import pytest

import rhochain as rc
from rhochain.chains.progress import ChainProgress

RNG = np.random.default_rng(21)
W = RNG.standard_normal((8, 8)) / 3
S = RNG.random((50, 8))
CHAIN = rc.JacobianChain(W, slopes=S)
G = RNG.standard_normal((8, 3))


@pytest.mark.parametrize("every", [1, 2, 7, 25, 49, 50, 51, 10**15])
@pytest.mark.parametrize("direction", ["vjp", "jvp"])
def test_rows_are_those_of_every_step(every, direction):
    full = getattr(CHAIN, direction)(G)
    some = getattr(CHAIN, direction)(G, record_every=every)
    expected = sorted({*range(0, 50, every), 50})
    assert some.recorded.tolist() == expected
    np.testing.assert_array_equal(some.log_norms, full.log_norms[expected])
    np.testing.assert_array_equal(some.vectors[0], full.vectors[0])
    assert (some.done, some.steps) == (50, 50)
    np.testing.assert_array_equal(some.rate, full.rate)
    np.testing.assert_array_equal(some.half_life, full.half_life)


def test_rates_count_steps_and_not_rows():
    chain = rc.JacobianChain(np.diag([0.5, 2.0]), slopes=np.ones((101, 2)))
    for every in (1, 3, 50, 51):
        result = chain.vjp(np.eye(2), record_every=every)
        np.testing.assert_allclose(result.rate, [0.5, 2.0], rtol=1e-13)
        np.testing.assert_allclose(result.late_rate, [0.5, 2.0], rtol=1e-13)
    assert np.isnan(chain.vjp(np.eye(2), record_every=200).late_rate).all()
    np.testing.assert_allclose(chain.vjp(np.eye(2), record_every=200).rate, [0.5, 2.0], rtol=1e-13)


def test_the_late_rate_begins_at_the_first_row_in_the_second_half():
    slopes = np.where(np.arange(100) < 62, 1.0, 0.5)[:, None]
    result = rc.JacobianChain(np.eye(1), slopes=slopes).jvp([1.0], record_every=31)
    assert result.recorded.tolist() == [0, 31, 62, 93, 100]
    assert result.late_rate == pytest.approx(0.5, rel=1e-14)


def test_the_dictionary_tells_the_steps():
    plain = json.loads(json.dumps(CHAIN.vjp(G[:, 0], record_every=20).to_dict()))
    assert plain["recorded"] == [0, 20, 40, 50]
    assert len(plain["log_norms"]) == 4
    assert "recorded" not in CHAIN.vjp(G).to_dict(log_norms=False)


def test_progress_has_a_rate():
    progress = ChainProgress(done=30, steps=90, seconds=2.0, begun=10)
    assert (progress.rate, progress.remaining) == (10.0, 6.0)
    start = ChainProgress(done=10, steps=90, seconds=0.0, begun=10)
    assert (start.rate, start.remaining) == (0.0, np.inf)


def product():
    P = np.eye(8)
    for s in S:
        P = (W * s) @ P
    return P


def test_quantiles_are_those_of_the_directions():
    growth = CHAIN.typical(200, (0.0, 0.25, 0.5, 1.0), seed=5, record_every=10)
    g = np.random.Generator(np.random.Philox(5)).standard_normal((8, 200))
    expected = np.sort(np.log(np.linalg.norm(product().T @ (g / np.linalg.norm(g, axis=0)), axis=0)))
    np.testing.assert_allclose(growth.log_quantiles[-1], expected[[0, 49, 99, 199]], atol=1e-11)
    np.testing.assert_array_equal(growth.log_quantiles[0], 0.0)
    assert growth.recorded.tolist() == [0, 10, 20, 30, 40, 50]
    assert growth.log_quantiles.shape == (6, 4)
    assert (np.diff(growth.log_quantiles, axis=1) >= 0).all()
    assert growth.directions == 200


def test_the_frobenius_norm_within_its_standard_errors():
    truth = np.log(np.linalg.norm(product()))
    off = []
    for seed in range(40):
        growth = CHAIN.typical(100, seed=seed)
        off.append((growth.log_frobenius - truth) / growth.log_frobenius_error)
    # Of 40 standard normals: a mean of 0 within 4 standard errors, a deviation near 1.
    assert abs(np.mean(off)) < 4 / np.sqrt(40)
    assert 0.6 < np.std(off) < 1.6


def test_directions_that_die_and_chains_that_are_zero():
    shift = rc.JacobianChain(np.eye(3, k=1), slopes=np.ones((3, 3)))
    growth = shift.typical(5)
    assert np.isneginf(growth.log_quantiles[-1]).all()
    assert growth.log_frobenius == -np.inf
    assert np.isnan(CHAIN.typical(1).log_frobenius_error)
    assert "5 directions" in repr(growth)


def test_far_beyond_the_range_of_float64():
    growth = rc.JacobianChain(1e-3 * np.eye(4), slopes=np.ones((1000, 4))).typical(3, [0.5], record_every=1000)
    assert growth.log_quantiles[-1, 0] == pytest.approx(1000 * np.log(1e-3), rel=1e-13)
    assert growth.log_frobenius == pytest.approx(1000 * np.log(1e-3) + np.log(2), rel=1e-13)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"directions": 0}, ValueError, "directions"),
        ({"directions": 2.5}, TypeError, "directions"),
        ({"quantiles": ()}, ValueError, "quantiles"),
        ({"quantiles": (0.5, 1.5)}, ValueError, "quantiles"),
        ({"quantiles": (np.nan,)}, ValueError, "quantiles"),
        ({"quantiles": ("half",)}, TypeError, "quantiles"),
        ({"quantiles": 0.5}, TypeError, "quantiles"),
        ({"seed": -1}, ValueError, "seed"),
    ],
)
def test_misuse_names_the_argument(options, error, message):
    with pytest.raises(error, match=message):
        CHAIN.typical(**options)
