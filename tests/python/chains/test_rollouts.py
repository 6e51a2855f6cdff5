"""Chains along trajectories that the library computes, against loops in NumPy and chains of recorded slopes."""

import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import rhochain as rc

N = 23


def matrix(n=N, seed=0, scale=1.5):
    rng = np.random.default_rng(seed)
    W = sparse.random_array((n, n), density=5 / n, rng=rng, data_sampler=lambda size: rng.standard_normal(size))
    return sparse.csr_array(W) * (scale / np.sqrt(5))


def trajectory(W, x0, steps, sigma, convention, leak, inputs, weights, bias):
    """States x_0 .. x_K and the arguments of sigma whose slopes make the factors."""
    states, arguments = [np.array(x0)], []
    for k in range(steps):
        x = states[-1]
        drive = (0 if inputs is None else weights @ inputs[k]) + (0 if bias is None else bias)
        if convention == "pre":
            arguments.append(x)
            new = W @ sigma(x) + drive
        else:
            arguments.append(W @ x + drive)
            new = sigma(arguments[-1])
        states.append((1 - leak) * x + leak * new)
    return np.array(states), np.array(arguments)


@pytest.mark.parametrize("convention", ["pre", "post"])
@pytest.mark.parametrize("leak", [1.0, 0.4])
@pytest.mark.parametrize("name", ["tanh", "relu", "sigmoid", "gelu", "identity"])
def test_the_slopes_are_those_of_the_trajectory(convention, leak, name):
    rng = np.random.default_rng(3)
    W, x0 = 0.6 * matrix(), rng.standard_normal(N)
    inputs, weights, bias = rng.standard_normal((40, 2)), rng.standard_normal((N, 2)), rng.standard_normal(N)
    sigma = rc.activation(name)
    _, arguments = trajectory(W, x0, 40, sigma.values, convention, leak, inputs, weights, bias)
    given_slopes = rc.JacobianChain(W, sigma.slopes(arguments), convention=convention, leak=leak)
    rolled = rc.JacobianChain.from_rollout(
        W,
        x0,
        inputs=inputs,
        input_weights=weights,
        bias=bias,
        activation=name,
        convention=convention,
        leak=leak,
    )
    v = rng.standard_normal((N, 3))
    assert rolled.steps == 40
    assert rolled.gain == pytest.approx(given_slopes.gain, rel=1e-9)
    for product in ("jvp", "vjp"):
        expected, found = getattr(given_slopes, product)(v), getattr(rolled, product)(v)
        np.testing.assert_allclose(found.log_norms, expected.log_norms, rtol=1e-8, atol=1e-8)
    assert rolled.norm().value == pytest.approx(given_slopes.norm().value, abs=1e-6)


@given(st.integers(0, 400), st.integers(8, 60), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_memory_changes_no_bit(steps, vectors, noisy, backward):
    W = matrix()
    x0 = np.linspace(-1, 1, N)
    options = {"steps": steps, "noise": 0.1 * noisy, "seed": 5}
    ample = rc.JacobianChain.from_rollout(W, x0, **options)
    scant = rc.JacobianChain.from_rollout(W, x0, **options, memory=vectors * N * 8, threads=2)
    v = np.cos(np.arange(N))
    a, b = (c.vjp(v) if backward else c.jvp(v) for c in (ample, scant))
    np.testing.assert_array_equal(a.log_norms, b.log_norms)
    np.testing.assert_array_equal(a.vectors[0], b.vectors[0])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "options", [{}, {"leak": 0.4}, {"convention": "post"}, {"convention": "post", "leak": 0.4}, {"activation": "relu"}]
)
def test_products_of_the_chain_are_adjoint(options, seed):
    rng = np.random.default_rng(seed)
    chain = rc.JacobianChain.from_rollout(matrix(seed=seed), rng.standard_normal(N), 300, memory=9 * N * 8, **options)
    v, g = rng.standard_normal(N), rng.standard_normal(N)
    (Pv, e), (Pg, f) = chain.jvp(v).vectors, chain.vjp(g).vectors
    assert abs(g @ Pv - (v @ Pg) * 2.0 ** (f - e)) <= 1e-13 * np.linalg.norm(Pv) * np.linalg.norm(g)


def test_noise_is_a_function_of_its_seed():
    W, x0 = matrix(), np.ones(N)
    v = np.ones(N)
    norms = [
        rc.JacobianChain.from_rollout(W, x0, 50, noise=noise, seed=seed).vjp(v).log_norms[-1]
        for noise, seed in ((0.0, 1), (0.3, 1), (0.3, 1), (0.3, 2))
    ]
    assert norms[1] == norms[2]
    assert len(set(norms)) == 3


def test_one_input_for_each_neuron_needs_no_weights():
    W, x0 = matrix(), np.zeros(N)
    U = np.random.default_rng(4).standard_normal((30, N))
    v = np.ones(N)
    direct = rc.JacobianChain.from_rollout(W, x0, inputs=U).vjp(v)
    weighted = rc.JacobianChain.from_rollout(W, x0, inputs=U, input_weights=np.eye(N)).vjp(v)
    np.testing.assert_allclose(direct.log_norms, weighted.log_norms, rtol=1e-12)


def test_a_single_input_may_come_as_vectors():
    W, x0 = matrix(), np.zeros(N)
    u, w = np.sin(np.arange(30.0)), np.linspace(-1, 1, N)
    v = np.ones(N)
    flat = rc.JacobianChain.from_rollout(W, x0, inputs=u, input_weights=w).vjp(v)
    full = rc.JacobianChain.from_rollout(W, x0, inputs=u[:, None], input_weights=w[:, None]).vjp(v)
    np.testing.assert_array_equal(flat.log_norms, full.log_norms)


class OnDisk:
    """Rows that may be read in slices alone."""

    def __init__(self, rows):
        self.rows, self.shape, self.most = rows, rows.shape, 0

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, part):
        assert isinstance(part, slice)
        self.most = max(self.most, part.stop - part.start)
        return self.rows[part]

    def __array__(self, *_, **__):
        raise AssertionError("read whole")


@pytest.mark.parametrize("width", [1, N])
def test_inputs_are_read_in_blocks(width):
    rows = np.random.default_rng(2).standard_normal((2**20 // width, width))
    given = OnDisk(rows)
    weights = {"input_weights": np.ones((N, 1))} if width == 1 else {}
    chain = rc.JacobianChain.from_rollout(np.zeros((N, N)), np.zeros(N), inputs=given, **weights)
    assert chain.vjp(np.ones(N)).log_norms[-1] == -np.inf
    assert 1 < given.most <= len(rows) // 2


@pytest.mark.parametrize("scale", [2.0**-700, 2.0**700])
def test_weights_at_the_ends_of_the_range(scale):
    W, inputs = matrix(), np.random.default_rng(0).standard_normal((20, 2))
    weights = np.random.default_rng(1).standard_normal((N, 2))
    plain = rc.JacobianChain.from_rollout(W, np.zeros(N), inputs=inputs, input_weights=weights).vjp(np.ones(N))
    moved = rc.JacobianChain.from_rollout(W, np.zeros(N), inputs=inputs / scale, input_weights=weights * scale)
    np.testing.assert_array_equal(moved.vjp(np.ones(N)).log_norms, plain.log_norms)


def test_a_trajectory_that_diverges_is_named():
    chain = rc.JacobianChain.from_rollout(2 * np.eye(2), [1.0, 1.0], 5000, activation="identity")
    with pytest.raises(OverflowError, match="not finite"):
        chain.vjp([1.0, 0.0])
    bad = rc.JacobianChain.from_rollout(np.eye(2), [1.0, 1.0], inputs=[[0.0, 0.0], [np.nan, 0.0], [0.0, 0.0]])
    with pytest.raises(OverflowError, match="step 1"):
        bad.jvp([1.0, 0.0])


def test_lyapunov_exponents_along_a_rollout():
    # x = 0 stays a fixed point: the exponents are the logarithms of |eigenvalues|.
    W = np.array([[1.2, 0.3, 0.0], [0.0, -0.8, 0.1], [0.0, 0.0, 0.5]])
    chain = rc.JacobianChain.from_rollout(W, np.zeros(3), 2000, memory=20 * 3 * 8)
    found = chain.lyapunov(3, discard=1000).exponents
    np.testing.assert_allclose(found, np.log([1.2, 0.8, 0.5]), atol=1e-10)


BAD = {
    "x0 length": (dict(x0=np.zeros(N + 1)), ValueError, "x0"),
    "x0 nan": (dict(x0=np.full(N, np.nan)), ValueError, "x0"),
    "x0 text": (dict(x0=["a"] * N), TypeError, "x0"),
    "no steps": (dict(steps=None), TypeError, "steps"),
    "steps negative": (dict(steps=-1), ValueError, "steps"),
    "steps a float": (dict(steps=2.5), TypeError, "steps"),
    "inputs too few": (dict(inputs=np.zeros((3, N))), ValueError, "inputs"),
    "inputs too narrow": (dict(inputs=np.zeros((10, 2))), ValueError, "inputs"),
    "inputs do not fit weights": (
        dict(inputs=np.zeros((10, 2)), input_weights=np.zeros((N, 3))),
        ValueError,
        "m = 3",
    ),
    "weights do not fit W": (dict(inputs=np.zeros((10, 2)), input_weights=np.zeros((N + 1, 2))), ValueError, "weights"),
    "weights alone": (dict(input_weights=np.zeros((N, 2))), ValueError, "input_weights"),
    "bias length": (dict(bias=np.zeros(2)), ValueError, "bias"),
    "bias inf": (dict(bias=np.full(N, np.inf)), ValueError, "bias"),
    "noise negative": (dict(noise=-1.0), ValueError, "noise"),
    "noise inf": (dict(noise=np.inf), ValueError, "noise"),
    "seed negative": (dict(seed=-1), ValueError, "seed"),
    "memory text": (dict(memory="much"), ValueError, "memory"),
    "memory too little": (dict(memory=7 * N * 8), ValueError, "memory"),
    "activation": (dict(activation="step"), ValueError, "activation"),
    "convention": (dict(convention="mid"), ValueError, "convention"),
    "leak": (dict(leak=0.0), ValueError, "leak"),
}


@pytest.mark.parametrize("name", BAD)
def test_misuse_is_named(name):
    changed, error, words = BAD[name]
    options = {"x0": np.zeros(N), "steps": 10} | changed
    with pytest.raises(error, match=words):
        rc.JacobianChain.from_rollout(matrix(), options.pop("x0"), **options).vjp(np.ones(N))


def test_no_step_is_the_identity():
    chain = rc.JacobianChain.from_rollout(matrix(), np.zeros(N), 0)
    mantissa, exponent = chain.vjp(np.ones(N)).vectors
    np.testing.assert_array_equal(mantissa * 2.0**exponent, np.ones(N))
    assert chain.gain == 0.0


SWEEP = """
    import numpy as np, rhochain as rc
    W = rc.Matrix(np.random.default_rng(0).standard_normal((300, 300)) / 17)
    chain = rc.JacobianChain.from_rollout(W, np.ones(300), 10**8, memory="5MB", threads=1)
    print("ready", flush=True)
    try:
        chain.vjp(np.ones(300))
    except rc.ChainInterrupted as stop:
        print("stopped after", stop.result.done, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_is_heard_while_the_states_are_computed():
    job = subprocess.Popen([sys.executable, "-c", textwrap.dedent(SWEEP)], stdout=subprocess.PIPE, text=True)
    assert job.stdout is not None
    assert job.stdout.readline().strip() == "ready"
    time.sleep(0.5)
    job.send_signal(signal.SIGINT)
    assert job.communicate(timeout=30)[0].strip() == "stopped after 0"
