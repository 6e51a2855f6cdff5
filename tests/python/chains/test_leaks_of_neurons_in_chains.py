"""Chains with a leak for each neuron and with a linear part, against dense products in extended precision."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc

CONVENTIONS = ("pre", "post")


def some_leaks(rng: np.random.Generator, n: int) -> np.ndarray:
    leaks = rng.uniform(0.05, 1.0, n)
    leaks[rng.integers(n)] = 1.0
    return leaks


def orthogonal(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def jacobian(
    W: np.ndarray, s: np.ndarray, leak: object, convention: str, linear: object = None, weight: float | None = None
) -> np.ndarray:
    """J of one step, in extended precision."""
    n = len(s)
    a = np.broadcast_to(np.asarray(leak, np.longdouble), n)
    kept = np.eye(n, dtype=np.longdouble) if linear is None else np.asarray(linear, np.longdouble)
    moved = np.asarray(W, np.longdouble) * (s[None, :] if convention == "pre" else s[:, None])
    return (1 - a if weight is None else np.full(n, np.longdouble(weight)))[:, None] * kept + a[:, None] * moved


def product(factors: list[np.ndarray]) -> np.ndarray:
    P = np.eye(len(factors[0]), dtype=np.longdouble)
    for J in factors:
        P = J @ P
    return P


def vectors_of(result: rc.ChainResult) -> np.ndarray:
    mantissas, exponents = result.vectors
    return np.ldexp(mantissas, exponents)


OPTIONS = {
    "leaks": lambda rng, n: {"leak": some_leaks(rng, n)},
    "es2n": lambda rng, n: {"leak": 0.3, "linear": orthogonal(rng, n)},
    "resesn": lambda rng, n: {"leak": 1.0, "linear": orthogonal(rng, n), "linear_weight": 0.6},
    "both": lambda rng, n: {"leak": some_leaks(rng, n), "linear": sparse.random_array((n, n), density=0.3, rng=rng)},
    "weight": lambda rng, n: {"leak": some_leaks(rng, n), "linear": orthogonal(rng, n), "linear_weight": 0.25},
}


def dense(given: object) -> np.ndarray:
    return given.toarray() if sparse.issparse(given) else np.asarray(given)


def factors_of(W: np.ndarray, slopes: np.ndarray, convention: str, options: dict) -> list[np.ndarray]:
    linear = None if options.get("linear") is None else dense(options["linear"])
    return [
        jacobian(W, s, options.get("leak", 1.0), convention, linear, options.get("linear_weight"))
        for s in slopes.astype(np.longdouble)
    ]


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("kind", OPTIONS)
@pytest.mark.parametrize("layout", ["dense", "sparse"])
def test_products_are_those_of_the_dense_jacobians(kind: str, convention: str, layout: str) -> None:
    rng = np.random.default_rng([1, *kind.encode()])
    for n, K in ((1, 5), (7, 12), (30, 40)):
        W = rng.standard_normal((n, n)) * (rng.random((n, n)) < 0.5)
        slopes = rng.uniform(-0.2, 1.0, (K, n))
        options = OPTIONS[kind](rng, n)
        P = product(factors_of(W, slopes, convention, options))
        given = sparse.csr_array(W) if layout == "sparse" else W
        chain = rc.JacobianChain(given, slopes, convention, **options)
        V = rng.standard_normal((n, 3))
        size = np.linalg.norm(P.astype(float), 2)
        for columns in (V, V[:, 0]):
            np.testing.assert_allclose(vectors_of(chain.jvp(columns)), P @ columns, rtol=0, atol=1e-12 * size * n)
            np.testing.assert_allclose(vectors_of(chain.vjp(columns)), P.T @ columns, rtol=0, atol=1e-12 * size * n)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("kind", OPTIONS)
def test_the_norm_is_enclosed(kind: str, convention: str) -> None:
    rng = np.random.default_rng([2, *kind.encode()])
    n = 12
    for K, nonnegative in ((3, False), (60, False), (60, True)):
        W = rng.standard_normal((n, n))
        W = np.abs(W) if nonnegative else W
        slopes = rng.random((K, n))
        options = OPTIONS[kind](rng, n)
        factors = factors_of(W, slopes, convention, options)
        scale = 1.0
        P = np.eye(n, dtype=np.longdouble)
        for J in factors:
            P = J @ P
            size = np.abs(P).max()
            P /= size
            scale = scale + np.log(size)
        truth = float(scale - 1.0) + np.log(np.linalg.norm(P.astype(float), 2))
        bracket = rc.JacobianChain(W, slopes, convention, **options).norm()
        assert bracket.upper.graded
        assert bracket.lower.value <= truth + 1e-12
        assert truth <= bracket.upper.value + 1e-12
        assert bracket.value == pytest.approx(truth, abs=1e-3)


def naive_rollout(W, x, convention, leak, linear, weight, steps, drive):
    a = np.asarray(leak)
    kept = (1 - a) if weight is None else weight
    of_linear = np.eye(len(x)) if linear is None else dense(linear)
    for k in range(steps):
        new = W @ np.tanh(x) + drive[k] if convention == "pre" else np.tanh(W @ x + drive[k])
        x = kept * (of_linear @ x) + a * new
    return x


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("kind", OPTIONS)
def test_jvp_along_a_rollout_is_its_derivative(kind: str, convention: str) -> None:
    rng = np.random.default_rng([3, *kind.encode()])
    n, K, step = 10, 15, 1e-6
    W = rng.standard_normal((n, n)) / np.sqrt(n)
    options = OPTIONS[kind](rng, n)
    drive = rng.standard_normal((K, n))
    x0, v = rng.standard_normal(n), rng.standard_normal(n)
    chain = rc.JacobianChain.from_rollout(W, x0, inputs=drive, convention=convention, **options)

    def end(x: np.ndarray) -> np.ndarray:
        return naive_rollout(
            W, x, convention, options["leak"], options.get("linear"), options.get("linear_weight"), K, drive
        )

    slope = (end(x0 + step * v) - end(x0 - step * v)) / (2 * step)
    np.testing.assert_allclose(vectors_of(chain.jvp(v)), slope, rtol=0, atol=1e-7 * (1 + np.linalg.norm(slope)))


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("kind", OPTIONS)
def test_recorded_states_give_the_chain_of_the_rollout(kind: str, convention: str) -> None:
    rng = np.random.default_rng([4, *kind.encode()])
    n, K = 9, 25
    W = rng.standard_normal((n, n)) / np.sqrt(n)
    options = OPTIONS[kind](rng, n)
    drive = np.zeros((K, n))
    x0, g = 0.3 * rng.standard_normal(n), rng.standard_normal(n)
    states = [
        naive_rollout(W, x0, convention, options["leak"], options.get("linear"), options.get("linear_weight"), k, drive)
        for k in range(K + 1)
    ]
    rolled = rc.JacobianChain.from_rollout(W, x0, steps=K, convention=convention, **options)
    rows = np.array(states[:-1] if convention == "pre" else states)
    recorded = rc.JacobianChain.from_states(W, rows, "tanh", convention, **options)
    assert recorded.steps == K
    np.testing.assert_allclose(recorded.vjp(g).log_norms, rolled.vjp(g).log_norms, rtol=0, atol=1e-9)


def test_exponents_of_separate_neurons() -> None:
    rng = np.random.default_rng(5)
    leaks, w = np.array([0.1, 0.5, 0.9, 1.0]), np.array([3.0, 1.5, -0.4, 0.7])
    chain = rc.JacobianChain(np.diag(w), np.full((400, 4), 0.5), leak=leaks)
    expected = np.sort(np.log(np.abs(1 - leaks + leaks * w * 0.5)))[::-1]
    np.testing.assert_allclose(chain.lyapunov(4, discard=200).exponents, expected, atol=1e-6)
    found = chain.covariant_vectors(4, at=200)
    order = np.argsort(-np.abs(1 - leaks + leaks * w * 0.5))
    np.testing.assert_allclose(np.abs(found.vectors), np.eye(4)[:, order], atol=1e-8)
    # An orthogonal linear part beside nothing else: every direction shrinks by its weight.
    rotation = rc.JacobianChain(np.zeros((4, 4)), np.ones((100, 4)), leak=0.25, linear=orthogonal(rng, 4))
    np.testing.assert_allclose(rotation.lyapunov(4).exponents, np.log(0.75), rtol=1e-12)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_equal_leaks_are_one_leak_to_the_bit(convention: str) -> None:
    rng = np.random.default_rng(6)
    n = 40
    W, x0, g = rng.standard_normal((n, n)), rng.standard_normal(n), rng.standard_normal((n, 3))
    one = rc.JacobianChain.from_rollout(W, x0, 50, convention=convention, leak=0.3)
    each = rc.JacobianChain.from_rollout(W, x0, 50, convention=convention, leak=np.full(n, 0.3))
    assert each.leak == 0.3
    for chain_pass in ("jvp", "vjp"):
        a, b = (getattr(chain, chain_pass)(g).vectors for chain in (one, each))
        np.testing.assert_array_equal(a[0], b[0])
        np.testing.assert_array_equal(a[1], b[1])


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_threads_and_memory_change_no_bit(convention: str) -> None:
    rng = np.random.default_rng(7)
    n, K = 20_000, 12
    W = sparse.random_array((n, n), density=5 / n, rng=rng, format="csr")
    shuffle = sparse.csr_array(sparse.eye_array(n, format="csr")[rng.permutation(n)])
    options = {"leak": some_leaks(rng, n), "linear": shuffle, "convention": convention}
    x0, g = rng.standard_normal(n), rng.standard_normal((n, 2))
    results = []
    for threads, memory in ((1, "2GB"), (2, "2GB"), (2, 9 * 8 * n)):
        chain = rc.JacobianChain.from_rollout(W, x0, K, threads=threads, memory=memory, **options)
        results.append((chain.jvp(g), chain.vjp(g), chain.vjp(g[:, 0])))
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a.vectors[0], b.vectors[0])
            np.testing.assert_array_equal(a.log_norms, b.log_norms)


def test_the_envelope_lies_above_the_norms() -> None:
    rng = np.random.default_rng(8)
    n, K = 15, 30
    W = rng.standard_normal((n, n))
    chain = rc.JacobianChain(W, rng.random((K, n)), leak=some_leaks(rng, n))
    envelope = chain.envelope(rc.spectral_norm(W))
    back, forth = chain.vjp(rng.standard_normal(n)).log_norms, chain.jvp(rng.standard_normal(n)).log_norms
    assert (back - back[0] <= envelope.backward + 1e-12).all()
    assert (forth - forth[0] <= envelope.forward + 1e-12).all()
    with pytest.raises(ValueError, match="without a linear part"):
        rc.JacobianChain(W, rng.random((K, n)), leak=0.5, linear=W).envelope(1.0)


def test_a_checkpoint_knows_leaks_and_linear_part(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    n, K = 8, 20
    W, slopes, g = rng.standard_normal((n, n)), rng.random((K, n)), rng.standard_normal(n)
    options = {"leak": some_leaks(rng, n), "linear": orthogonal(rng, n)}
    whole = rc.JacobianChain(W, slopes, **options).vjp(g)
    file = tmp_path / "run"
    stopped = rc.JacobianChain(W, slopes, **options).vjp(
        g, lambda p: p.done >= 7, checkpoint=file, checkpoint_seconds=0.0
    )
    assert stopped.done < K or whole.done == K
    resumed = rc.JacobianChain(W, slopes, **options).vjp(g, checkpoint=file)
    np.testing.assert_array_equal(resumed.log_norms, whole.log_norms)
    np.testing.assert_array_equal(resumed.vectors[0], whole.vectors[0])
    other_leaks = options["leak"].copy()
    other_leaks[3] = np.nextafter(other_leaks[3], 0.0)
    for changed, name in (
        ({"leak": other_leaks}, "leak"),
        ({"leak": 0.5}, "leak"),
        ({"linear": 1.001 * options["linear"]}, "linear"),
        ({"linear_weight": 0.5}, "linear_weight"),
    ):
        with pytest.raises(ValueError, match=rf"of another run \(.*{name}: "):
            rc.JacobianChain(W, slopes, **(options | changed)).vjp(g, checkpoint=file)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"leak": [0.5, 0.5]}, ValueError, r"leak must have shape \(3,\); got \(2,\)"),
        ({"leak": [0.5, 1.5, 0.5]}, ValueError, r"leak\[1\] must be above 0 and at most 1; got 1.5"),
        ({"leak": [0.5, 0.5, 0.0]}, ValueError, r"leak\[2\] must be above 0 and at most 1; got 0.0"),
        ({"leak": [np.nan, 0.5, 0.0]}, ValueError, r"leak\[0\] must be above 0 and at most 1; got nan"),
        ({"leak": 0.0}, ValueError, "leak must be above 0 and at most 1; got 0.0"),
        ({"leak": "much"}, TypeError, "leak must be a number; got 'much'"),
        ({"leak": [0.5, 0.5j, 0.5]}, TypeError, "leak must hold real numbers"),
        ({"leak": 0.5, "linear": np.eye(2)}, ValueError, r"linear must have the shape of W, \(3, 3\); got \(2, 2\)"),
        ({"leak": 0.5, "linear": np.full((3, 3), np.nan)}, ValueError, "finite"),
        ({"linear_weight": 0.5}, ValueError, "linear_weight needs a linear part; got 0.5 without one"),
        ({"linear": np.eye(3), "linear_weight": -1.0}, ValueError, "linear_weight must be at least 0; got -1.0"),
        ({"linear": np.eye(3), "linear_weight": np.inf}, ValueError, "linear_weight must be finite"),
        ({"linear": np.eye(3), "linear_weight": [0.5, 1.0, 1.0]}, TypeError, "linear_weight must be a number"),
    ],
)
def test_misuse_is_named(options: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        rc.JacobianChain(np.eye(3), np.ones((2, 3)), **options)
    with pytest.raises(error, match=words):
        rc.JacobianChain.from_rollout(np.eye(3), np.zeros(3), 2, **options)
    with pytest.raises(error, match=words):
        rc.JacobianChain.from_states(np.eye(3), np.zeros((3, 3)), convention="post", **options)


def test_a_check_takes_a_chain_with_the_same_leaks() -> None:
    rng = np.random.default_rng(10)
    n = 12
    W, leaks = 0.5 * rng.standard_normal((n, n)) / np.sqrt(n), some_leaks(rng, n)
    chain = rc.JacobianChain.from_rollout(W, rng.standard_normal(n), 100, leak=leaks)
    report = rc.check(W, "tanh", chain=chain, leak=leaks)
    assert report.chain_norm is not None
    for other in (0.5, np.roll(leaks, 1)):
        with pytest.raises(ValueError, match="chain must have the leak of the check"):
            rc.check(W, "tanh", chain=chain, leak=other)
    with_linear = rc.JacobianChain.from_rollout(W, rng.standard_normal(n), 100, leak=leaks, linear=orthogonal(rng, n))
    with pytest.raises(ValueError, match="chain must have no linear part"):
        rc.check(W, "tanh", chain=with_linear, leak=leaks)
    assert rc.check_chain(with_linear).norm.upper.graded


def test_what_a_chain_says_of_its_leaks() -> None:
    leaks = np.array([0.25, 1.0, 0.5])
    chain = rc.JacobianChain(np.eye(3), np.ones((2, 3)), leak=leaks, linear=np.eye(3))
    leaks[:] = 1.0
    np.testing.assert_array_equal(chain.leak, [0.25, 1.0, 0.5])
    assert repr(chain) == "JacobianChain(2 steps, n = 3, slopes, pre, leaks from 0.25 to 1, linear part)"
    np.testing.assert_allclose(vectors_of(chain.jvp(np.ones(3))), 1.0)
