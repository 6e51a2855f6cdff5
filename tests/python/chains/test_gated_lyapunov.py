"""Lyapunov exponents of GRU and LSTM chains: closed forms, a dense QR at every step, determinants, threads, misuse."""

import numpy as np
import pytest
from gated_cells import large_weights, network

import rhochain as rc

CELLS = ("gru", "lstm")
CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}


def from_gates(net, **options):
    return CHAINS[net.cell].from_gates(net.U, **net.gates(), **options)


def jacobians(net):
    """Of every step, by complex steps in long double."""
    state = net.state
    for k in range(len(net.inputs)):
        step = net._replace(inputs=net.inputs[k : k + 1], state=state)
        yield np.float64(step.jacobian())
        end, _ = step.run(np.longdouble(np.concatenate(state)))
        state = tuple(np.split(np.float64(end), len(state)))


@pytest.mark.parametrize("cell", CELLS)
def test_a_dense_qr_at_every_step_agrees(cell):
    net = network(cell, K=340)
    net = net._replace(U=0.3 * net.U)
    # Units that forget at different rates keep the exponents apart.
    net.bias[net.n : 2 * net.n] += np.linspace(3.0, -3.0, net.n)
    k, discard = 3, 300
    Q = np.linalg.qr(np.random.default_rng(99).standard_normal((net.size, k)))[0]
    total = np.zeros(k)
    for t, J in enumerate(jacobians(net)):
        Q, R = np.linalg.qr(J @ Q)
        if t >= discard:
            total += np.log(np.abs(np.diag(R)))
    spectrum = from_gates(net).lyapunov(k, discard=discard)
    assert (spectrum.done, spectrum.steps) == (340, 40)
    np.testing.assert_allclose(spectrum.exponents, total / 40, rtol=0, atol=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_all_exponents_sum_up_to_the_mean_log_determinant(cell):
    net = network(cell, K=40)
    expected = np.mean([np.linalg.slogdet(J)[1] for J in jacobians(net)])
    spectrum = from_gates(net).lyapunov(net.size, discard=0)
    assert np.isfinite(spectrum.exponents).all()
    assert spectrum.exponents.sum() == pytest.approx(expected, abs=1e-9)


def test_without_weights_the_gates_that_carry_are_the_factors():
    rng = np.random.default_rng(6)
    K, n = 900, 4
    gates = {name: rng.uniform(0.1, 0.9, (K, n)) for name in "rznqhifgo"}
    carried = np.array([0.2, 0.9, 0.5, 0.7]) * rng.uniform(0.9, 1.0, (K, n))
    expected = np.sort(np.log(carried)[500:].mean(axis=0))[::-1]
    gru = rc.GRUChain.from_gates(np.zeros((3 * n, n)), **{x: gates[x] for x in "hrnq"}, z=carried)
    np.testing.assert_allclose(gru.lyapunov(n, discard=500).exponents, expected, rtol=0, atol=1e-10)
    c = rng.standard_normal((K + 1, n))
    lstm = rc.LSTMChain.from_gates(np.zeros((4 * n, n)), **{x: gates[x] for x in "igo"}, f=carried, c=c)
    spectrum = lstm.lyapunov(n + 2, discard=500)
    # The output is forgotten in one step: of 2n directions n are lost. The others end with a factor o (1 - tanh(c)^2)
    # beside their memory, which counts once in all the steps and not once in each.
    np.testing.assert_allclose(spectrum.exponents[:n], expected, rtol=0, atol=2e-3)
    assert (spectrum.exponents[n:] == -np.inf).all()


@pytest.mark.parametrize("cell", CELLS)
def test_same_bits_for_any_threads_and_source(cell):
    n = 20_000
    U = large_weights(cell, n, np.random.default_rng(3))
    inputs = np.random.default_rng(4).normal(size=(12, U.shape[0]))
    runs = [CHAINS[cell].from_rollout(U, inputs, threads=t) for t in (1, 2)]
    names = ("h", "r", "z", "n", "q") if cell == "gru" else ("i", "f", "g", "o", "c")
    record = {name: runs[0].record[name][: 12 + (name == "c")] for name in names}
    runs.append(CHAINS[cell].from_gates(U, **record))
    one, two, three = (run.lyapunov(3, seed=7) for run in runs)
    assert one.exponents.tobytes() == two.exponents.tobytes() == three.exponents.tobytes()
    assert np.isfinite(one.exponents).all()


@pytest.mark.parametrize("cell", CELLS)
def test_misuse_and_progress(cell):
    chain = from_gates(network(cell, K=30))
    for k, error in ((0, ValueError), (chain.shape[0] + 1, ValueError), (1.5, TypeError)):
        with pytest.raises(error, match="k must"):
            chain.lyapunov(k)
    with pytest.raises(ValueError, match="discard must"):
        chain.lyapunov(1, discard=30)
    seen = []
    chain.lyapunov(1, callback=seen.append)
    assert (seen[-1].done, seen[-1].steps) == (30, 30)
    bad = network(cell, K=30).gates()
    gate = "z" if cell == "gru" else "f"
    bad[gate][20, 1] = 1.5
    with pytest.raises(ValueError, match=f"{gate}: got 1.5.* at row 20, column 1"):
        CHAINS[cell].from_gates(network(cell).U, **bad).lyapunov(2)
