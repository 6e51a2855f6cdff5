"""Lyapunov exponents of random chains with known values, and whether their error bars are honest."""

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.sparse.linalg import LinearOperator
from scipy.special import digamma

import rhochain as rc


def test_fresh_gaussian_factors_have_newmans_exponents():
    # Newman 1986: the i-th exponent of factors g G / sqrt(n) is ln g + (ln(2/n) + psi((n - i + 1)/2))/2.
    n, k, K, g = 30, 10, 6000, 1.4
    rng = np.random.default_rng(7)
    products = 0

    def fresh(X):
        nonlocal products
        products += 1
        return g / np.sqrt(n) * rng.standard_normal((n, n)) @ X

    W = LinearOperator((n, n), matvec=fresh, matmat=fresh, dtype=np.float64)
    spectrum = rc.JacobianChain(W, np.ones((K, n))).lyapunov(k)
    assert products == K, "a factor drawn twice would not be the same"
    i = np.arange(1, k + 1)
    expected = np.log(g) + (np.log(2 / n) + digamma((n - i + 1) / 2)) / 2
    assert (np.abs(spectrum.exponents - expected) < 4 * spectrum.errors).all()
    # ln of a chi variable with n - i + 1 degrees of freedom has a variance near 1 / (2 (n - i + 1)).
    np.testing.assert_allclose(spectrum.errors, np.sqrt(1 / (2 * (n - i + 1) * spectrum.steps)), rtol=0.6)
    positive = expected > 0
    assert abs(spectrum.entropy_rate - expected[positive].sum()) < 4 * spectrum.entropy_error


@pytest.mark.parametrize(("memory", "K"), [(0.0, 300), (0.8, 2000)])
def test_error_bars_cover_known_exponents_as_often_as_they_claim(memory, K):
    # Logs of diagonal factors as an autoregressive sequence around known means.
    rng = np.random.default_rng(8)
    runs, known = 300, np.array([1.0, -1.0])
    inside = 0
    for _ in range(runs):
        start = memory / np.sqrt(1 - memory**2) * rng.standard_normal((1, 2))
        noise = lfilter([1.0], [1.0, -memory], rng.standard_normal((K, 2)), axis=0, zi=start)[0]
        spectrum = rc.JacobianChain(np.eye(2), np.exp(known + 0.1 * noise)).lyapunov(2, discard=20)
        inside += (np.abs(spectrum.exponents - known) < 2.04 * spectrum.errors).sum()  # 95% of Student's t_31
    assert 0.92 < inside / (2 * runs) < 0.985


@pytest.mark.slow
@pytest.mark.parametrize(("g", "mean_field"), [(1.5, 0.0652), (3.0, 0.3102)])
def test_a_large_tanh_network_has_the_mean_field_exponent(g, mean_field):
    # x <- W tanh(x), W dense with variance g^2/n. Measured on dense W at n = 1000 .. 4000: the mean over W lies some
    # 2/n below the limit n = infinity, and W scatter about it by as much as one run's error bar says or a little more.
    n, K, networks = 2000, 2500, 4
    values, errors = [], []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        W = (g / np.sqrt(n) * rng.standard_normal((n, n))).astype(np.float32)
        x, X = rng.standard_normal(n).astype(np.float32), np.empty((K, n), np.float32)
        for k in range(300 + K):
            if k >= 300:
                X[k - 300] = x
            x = W @ np.tanh(x)
        spectrum = rc.JacobianChain.from_states(W, X, "tanh").lyapunov(1)
        values.append(spectrum.exponents[0])
        errors.append(spectrum.errors[0])
    error = np.sqrt((np.var(values, ddof=1) + np.mean(np.square(errors))) / networks)
    assert error < 1e-3
    assert abs(np.mean(values) - mean_field) < 3 * error + 2 / n
