"""Gradients through Jacobians against NumPy, SciPy and PyTorch, and Lyapunov exponents against the dense algorithm.

Run `python -m pytest benchmarks/bench_chains.py --benchmark-group-by=group`; ratios within one run are what counts.
Every time is that of a right answer: each result is compared.
"""

from __future__ import annotations

import numpy as np
import pytest
import small_chains
from kernel_cases import random_matrix
from scipy import sparse

import rhochain as rc

DENSE_N, DENSE_STEPS = 2000, 100
LARGE_N, LARGE_STEPS = 100_000, 200
NETWORK_N, NETWORK_STEPS = 2000, 100
LYAPUNOV_N, LYAPUNOV_STEPS, LYAPUNOV_K = 500, 200, 10


def backward(transposed, slopes, g):
    """ln of the norms of the product with each column of g; what a careful user writes: scaled at every step."""
    x, logs = g.copy(), np.zeros(g.shape[1:])
    for s in slopes[::-1]:
        x = transposed @ x
        x *= s if x.ndim == 1 else s[:, None]
        norm = np.sqrt(np.vdot(x, x)) if x.ndim == 1 else np.sqrt(np.einsum("ij,ij->j", x, x))
        logs += np.log(norm)
        x /= norm
    return logs


def forward(W, slopes, v):
    x, logs = v.copy(), np.zeros(v.shape[1:])
    for s in slopes:
        x = W @ (x * (s if x.ndim == 1 else s[:, None]))
        norm = np.sqrt(np.vdot(x, x)) if x.ndim == 1 else np.sqrt(np.einsum("ij,ij->j", x, x))
        logs += np.log(norm)
        x /= norm
    return logs


def check_logs(result, expected):
    np.testing.assert_allclose(result.log_norms[-1], expected, rtol=0, atol=1e-9)


@pytest.fixture(scope="module")
def dense():
    rng = np.random.default_rng(2)
    W = rng.standard_normal((DENSE_N, DENSE_N)) / np.sqrt(DENSE_N)
    slopes, g = rng.uniform(0.5, 1.0, (DENSE_STEPS, DENSE_N)), rng.standard_normal(DENSE_N)
    return W, slopes, g, backward(W.T, slopes, g)


@pytest.mark.benchmark(group=f"vjp, dense n = {DENSE_N}, {DENSE_STEPS} steps")
class TestDenseVjp:
    def test_rhochain(self, benchmark, dense):
        W, slopes, g, expected = dense
        chain = rc.JacobianChain(W, slopes=slopes)
        check_logs(benchmark(chain.vjp, g), expected)

    def test_numpy_loop(self, benchmark, dense):
        W, slopes, g, expected = dense
        np.testing.assert_allclose(benchmark(backward, W.T, slopes, g), expected, atol=1e-9)


@pytest.fixture(scope="module")
def large():
    W = random_matrix(LARGE_N, 10)
    W.data /= np.sqrt(10)
    rng = np.random.default_rng(3)
    # As many different rows as a cache does not hold.
    slopes = np.tile(rng.uniform(0.2, 1.0, (50, LARGE_N)), (LARGE_STEPS // 50, 1))
    return rc.Matrix(W), W, sparse.csr_array(W.T), slopes


@pytest.fixture(scope="module", params=[1, 8])
def vectors(request):
    shape = LARGE_N if request.param == 1 else (LARGE_N, request.param)
    return np.random.default_rng(4).standard_normal(shape)


@pytest.mark.benchmark(group=f"n = {LARGE_N}, 10 a row, {LARGE_STEPS} steps")
class TestLarge:
    @pytest.mark.parametrize("direction", ["jvp", "vjp"])
    def test_rhochain(self, benchmark, large, vectors, direction):
        A, W, transposed, slopes = large
        chain = rc.JacobianChain(A, slopes=slopes)
        result = benchmark.pedantic(getattr(chain, direction), (vectors,), rounds=5, warmup_rounds=1)
        check_logs(result, forward(W, slopes, vectors) if direction == "jvp" else backward(transposed, slopes, vectors))

    @pytest.mark.parametrize("direction", ["jvp", "vjp"])
    def test_scipy_loop(self, benchmark, large, vectors, direction):
        _, W, transposed, slopes = large
        work = (forward, (W, slopes, vectors)) if direction == "jvp" else (backward, (transposed, slopes, vectors))
        assert np.all(np.isfinite(benchmark.pedantic(*work, rounds=2)))


@pytest.mark.parametrize("vectors", [1, 8])
@pytest.mark.parametrize("case", ["10000x10", "1000x100"])
@pytest.mark.benchmark(group="300 steps of a small chain")
class TestSmall:
    @pytest.mark.parametrize("direction", ["vjp", "jvp"])
    @pytest.mark.parametrize("loop", [False, True])
    def test_both(self, benchmark, case, vectors, direction, loop):
        W, s = small_chains.network(case, 300)
        v = np.random.default_rng(4).standard_normal(W.shape[0] if vectors == 1 else (W.shape[0], vectors))
        expected = {"vjp": small_chains.vjp_loop, "jvp": small_chains.jvp_loop}[direction](W, s, v)
        if loop:
            found = benchmark({"vjp": small_chains.vjp_loop, "jvp": small_chains.jvp_loop}[direction], W, s, v)
        else:
            chain = rc.JacobianChain(rc.Matrix(W), slopes=s, convention="post")
            found = np.ldexp(*benchmark(getattr(chain, direction), v).vectors)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * np.abs(expected).max())


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(5)
    W = random_matrix(NETWORK_N, 100)
    W.data *= 1.2 / 10
    x0 = rng.standard_normal(NETWORK_N)
    chain = rc.JacobianChain.from_rollout(W, x0, NETWORK_STEPS)
    return W, x0, np.ldexp(*chain.vjp(np.ones(NETWORK_N)).vectors)


@pytest.mark.benchmark(group=f"rollout of tanh and its gradient, n = {NETWORK_N}, 100 a row, {NETWORK_STEPS} steps")
class TestRolloutGradient:
    def test_rhochain(self, benchmark, network):
        W, x0, expected = network
        A = rc.Matrix(W)

        def gradient():
            return rc.JacobianChain.from_rollout(A, x0, NETWORK_STEPS).vjp(np.ones(NETWORK_N))

        np.testing.assert_array_equal(np.ldexp(*benchmark(gradient).vectors), expected)

    def test_torch_autograd(self, benchmark, network):
        torch = pytest.importorskip("torch")
        W, x0, expected = network
        weights = torch.sparse_csr_tensor(
            torch.from_numpy(W.indptr.astype(np.int64)),
            torch.from_numpy(W.indices.astype(np.int64)),
            torch.from_numpy(W.data),
            W.shape,
        )

        def gradient():
            start = torch.from_numpy(x0).requires_grad_(True)
            x = start[:, None]
            for _ in range(NETWORK_STEPS):
                x = weights @ torch.tanh(x)
            x.sum().backward()
            return start.grad.numpy()

        np.testing.assert_allclose(benchmark(gradient), expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def dense_lyapunov(W, slopes, Q, discard):
    """The published dense algorithm: each Jacobian formed, a QR factorization after every step."""
    total = np.zeros(Q.shape[1])
    for k, s in enumerate(slopes):
        J = W * s
        Q, R = np.linalg.qr(J @ Q)
        if k >= discard:
            total += np.log(np.abs(np.diag(R)))
    return total / (len(slopes) - discard)


@pytest.fixture(scope="module")
def attractor():
    rng = np.random.default_rng(6)
    W = rng.standard_normal((LYAPUNOV_N, LYAPUNOV_N)) * 1.5 / np.sqrt(LYAPUNOV_N)
    x = rng.standard_normal(LYAPUNOV_N)
    for _ in range(100):
        x = W @ np.tanh(x)
    slopes = np.empty((LYAPUNOV_STEPS, LYAPUNOV_N))
    for s in slopes:
        s[:] = 1 - np.tanh(x) ** 2
        x = W @ np.tanh(x)
    return W, slopes


@pytest.mark.benchmark(group=f"{LYAPUNOV_K} Lyapunov exponents, dense n = {LYAPUNOV_N}, {LYAPUNOV_STEPS} steps")
class TestLyapunov:
    discard = LYAPUNOV_STEPS // 2

    def exponents(self, W, slopes):
        start = np.linalg.qr(np.random.default_rng(7).standard_normal((LYAPUNOV_N, LYAPUNOV_K)))[0]
        return dense_lyapunov(W, slopes, start, self.discard)

    def test_rhochain(self, benchmark, attractor):
        W, slopes = attractor
        found = benchmark(rc.JacobianChain(W, slopes=slopes).lyapunov, LYAPUNOV_K, discard=self.discard).exponents
        # Frames that start elsewhere turn into the same leading subspace: the growth of its volume is what they share.
        np.testing.assert_allclose(found.sum(), self.exponents(W, slopes).sum(), rtol=0.05)

    def test_dense_algorithm(self, benchmark, attractor):
        W, slopes = attractor
        assert np.all(np.isfinite(benchmark.pedantic(self.exponents, (W, slopes), rounds=3)))
