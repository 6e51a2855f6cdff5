"""A gradient through 200 Jacobians against a dense NumPy loop and a SciPy loop, the answers compared.

Run `python -m pytest benchmarks --benchmark-group-by=group`; ratios within one run are what counts.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

N, K = 2000, 200


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(2)
    W = sparse.random_array((N, N), density=0.005, rng=rng, format="csr")
    W.data = rng.standard_normal(W.nnz) / 3
    slopes, g = rng.uniform(0.5, 1.0, (K, N)), rng.standard_normal(N)
    return W, slopes, g, loop(W, slopes, g)


def loop(W, slopes, g):
    transposed = W.T
    for s in slopes[::-1]:
        g = s * (transposed @ g)
    return g


def same(a, b):
    return np.linalg.norm(a - b) <= 1e-9 * np.linalg.norm(b)


@pytest.mark.benchmark(group="vjp, n = 2000, 200 steps")
class TestVjp:
    def test_rhochain(self, benchmark, network):
        W, slopes, g, expected = network
        chain = rc.JacobianChain(W, slopes=slopes)
        mantissa, exponent = benchmark(chain.vjp, g).vectors
        assert same(np.ldexp(mantissa, exponent), expected)

    def test_scipy_loop(self, benchmark, network):
        W, slopes, g, expected = network
        assert same(benchmark(loop, W.T.tocsr().T, slopes, g), expected)

    def test_numpy_dense_loop(self, benchmark, network):
        W, slopes, g, expected = network
        assert same(benchmark.pedantic(loop, (W.toarray(), slopes, g), rounds=3), expected)
