"""Estimates against the dense NumPy answer and SciPy's, correctness asserted beside each time.

Run `python -m pytest benchmarks --benchmark-group-by=group`; ratios within one run are what counts.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import eigs, svds

import rhochain as rc

N = 1000


@pytest.fixture(scope="module")
def reservoir():
    rng = np.random.default_rng(1)
    W = sparse.random_array((N, N), density=0.01, rng=rng, format="csr")
    W.data = rng.standard_normal(W.nnz)
    D = W.toarray()
    return W, D, np.abs(np.linalg.eigvals(D)).max(), np.linalg.norm(D, 2)


@pytest.mark.benchmark(group="spectral radius, n = 1000")
class TestSpectralRadius:
    def test_rhochain(self, benchmark, reservoir):
        W, _, rho, _ = reservoir
        bracket = benchmark(rc.spectral_radius, W)
        assert bracket.value == pytest.approx(rho, rel=1e-3)
        assert rho in bracket

    def test_scipy_eigs(self, benchmark, reservoir):
        W, _, rho, _ = reservoir
        value = benchmark(lambda: abs(eigs(W, k=1, return_eigenvectors=False, v0=np.ones(N))[0]))
        assert value <= rho * (1 + 1e-10)  # any eigenvalue: not always the dominant one

    def test_numpy_dense(self, benchmark, reservoir):
        _, D, rho, _ = reservoir
        assert benchmark(lambda: np.abs(np.linalg.eigvals(D)).max()) == pytest.approx(rho, rel=1e-10)


@pytest.mark.benchmark(group="spectral norm, n = 1000")
class TestSpectralNorm:
    def test_rhochain(self, benchmark, reservoir):
        W, _, _, sigma = reservoir
        assert sigma in benchmark(rc.spectral_norm, W)

    def test_scipy_svds(self, benchmark, reservoir):
        W, _, _, sigma = reservoir
        value = benchmark(lambda: svds(W, k=1, return_singular_vectors=False, v0=np.ones(N))[0])
        assert value == pytest.approx(sigma, rel=1e-6)

    def test_numpy_dense(self, benchmark, reservoir):
        _, D, _, sigma = reservoir
        assert benchmark(lambda: np.linalg.norm(D, 2)) == pytest.approx(sigma, rel=1e-12)
