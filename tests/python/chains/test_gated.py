"""GRU and LSTM chains: against complex steps through the network in long double, their adjoints, their extremes."""

import numpy as np
import pytest
from gated_cells import large_weights, network
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator

import rhochain as rc

CELLS = ("gru", "lstm")
CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}
RNG = np.random.default_rng(21)


def value(result):
    mantissa, exponent = result.vectors
    return np.ldexp(mantissa, exponent)


def from_gates(net, **options):
    return CHAINS[net.cell].from_gates(net.U, **net.gates(), **options)


def from_rollout(net, **options):
    return CHAINS[net.cell].from_rollout(net.U, net.inputs, *net.state, bias=net.bias, **options)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("columns", [None, 1, 3, 8])
@pytest.mark.parametrize("source", [from_gates, from_rollout])
def test_products_follow_complex_steps_through_the_network(cell, columns, source):
    net = network(cell)
    P = net.jacobian()
    shape = (net.size,) if columns is None else (net.size, columns)
    v, g = RNG.normal(size=shape), RNG.normal(size=shape)
    chain = source(net)
    forward, backward = chain.jvp(v), chain.vjp(g)
    for got, expected in ((value(forward), P @ v), (value(backward), P.T @ g)):
        scale = float(np.abs(expected).max())
        assert scale > 0
        np.testing.assert_allclose(got, np.float64(expected), rtol=0, atol=1e-11 * scale)
    left, right = np.sum(value(forward) * g), np.sum(v * value(backward))
    assert abs(left - right) <= 1e-13 * np.linalg.norm(value(forward)) * np.linalg.norm(g)
    assert chain.shape == (net.size, net.size)
    assert forward.log_norms.shape == (41, *shape[1:])


@pytest.mark.parametrize("cell", CELLS)
def test_every_step_leaves_its_norm(cell):
    net = network(cell, K=12)
    v = RNG.normal(size=net.size)
    logs = from_gates(net).jvp(v).log_norms
    for k in range(13):
        shorter = net._replace(inputs=net.inputs[:k])
        tangent = shorter.jacobian() @ v if k else v
        assert abs(logs[k] - float(np.log(np.sqrt(np.sum(tangent**2))))) < 1e-12


@pytest.mark.parametrize("cell", CELLS)
def test_the_run_in_the_core_is_the_network(cell):
    net = network(cell)
    chain = from_rollout(net)
    expected = net.gates()
    for name, rows in expected.items():
        np.testing.assert_allclose(chain.record[name][: len(rows)], rows, rtol=1e-12, atol=1e-14)
    end = net.run(np.longdouble(np.concatenate(net.state)))[0]
    np.testing.assert_allclose(np.ravel(chain.final_state), np.float64(end), rtol=1e-12, atol=1e-14)
    assert from_gates(net).final_state is None
    halves = net._replace(inputs=net.inputs[:20]), net._replace(inputs=net.inputs[20:])
    first = from_rollout(halves[0])
    state = (first.final_state,) if cell == "gru" else first.final_state
    second = from_rollout(halves[1]._replace(state=state))
    np.testing.assert_array_equal(second.final_state, chain.final_state)
    v = RNG.normal(size=net.size)
    np.testing.assert_allclose(value(second.jvp(value(first.jvp(v)))), value(chain.jvp(v)), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("cell", CELLS)
def test_inputs_through_weights_are_inputs_by_gates(cell):
    net = network(cell)
    W_in, u, b = RNG.normal(size=(len(net.U), 4)), RNG.normal(size=(40, 4)), RNG.normal(size=len(net.U))
    by_gates = from_rollout(net._replace(inputs=u @ W_in.T + b))
    for weights in (W_in, sparse.csr_array(W_in)):
        chain = CHAINS[cell].from_rollout(net.U, u, *net.state, W_in=weights, bias=net.bias, input_bias=b)
        for name, rows in by_gates.record.items():
            np.testing.assert_allclose(chain.record[name], rows, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cell", CELLS)
def test_weights_of_every_kind_give_the_same_chain(cell):
    net = network(cell)
    v = RNG.normal(size=(net.size, 2))
    expected = [value(product(v)) for product in (from_gates(net).jvp, from_gates(net).vjp)]
    kinds = (sparse.csr_array(net.U), sparse.csc_array(net.U), np.asfortranarray(net.U), rc.Matrix(net.U, threads=1),
             aslinearoperator(net.U))  # fmt: skip
    for U in kinds:
        chain = CHAINS[cell].from_gates(U, **net.gates())
        for product, wanted in zip((chain.jvp, chain.vjp), expected, strict=True):
            np.testing.assert_allclose(value(product(v)), wanted, rtol=1e-12, atol=1e-14 * np.abs(wanted).max())


@pytest.mark.parametrize("cell", CELLS)
def test_the_same_bits_for_1_and_2_threads(cell):
    n = 20_000
    U = large_weights(cell, n, np.random.default_rng(3))
    inputs = np.random.default_rng(4).normal(size=(4, U.shape[0]))
    one, two = (CHAINS[cell].from_rollout(U, inputs, threads=t) for t in (1, 2))
    for name, rows in one.record.items():
        assert rows.tobytes() == two.record[name].tobytes()
    for columns in (1, 3):
        X = RNG.normal(size=(one.shape[0], columns))
        for product in ("jvp", "vjp"):
            a, b = getattr(one, product)(X), getattr(two, product)(X)
            assert a.vectors[0].tobytes() == b.vectors[0].tobytes()
            assert a.log_norms.tobytes() == b.log_norms.tobytes()


def test_a_shut_update_gate_of_a_gru_keeps_every_vector():
    net = network("gru")
    rows = net.gates() | {"z": np.ones((40, 6))}
    chain = rc.GRUChain.from_gates(net.U, **rows)
    v = RNG.normal(size=6)
    for result in (chain.jvp(v), chain.vjp(v)):
        np.testing.assert_array_equal(value(result), v)
        assert np.ptp(result.log_norms) == 0


def test_a_shut_forget_gate_of_an_lstm_cuts_the_cell_off():
    net = network("lstm")
    off = np.zeros((40, 6))
    chain = rc.LSTMChain.from_gates(net.U, **(net.gates() | {"f": off}))
    only_c = np.concatenate([np.zeros(6), RNG.normal(size=6)])
    assert not chain.jvp(only_c).vectors[0].any()
    assert np.isneginf(chain.jvp(only_c).log_norms[1:]).all()
    chain = rc.LSTMChain.from_gates(net.U, **(net.gates() | {"f": off, "i": off, "o": off}))
    for result in (chain.jvp(np.ones(12)), chain.vjp(np.ones(12))):
        assert not result.vectors[0].any()


@pytest.mark.parametrize("cell", CELLS)
def test_no_steps_and_one_unit(cell):
    none = from_rollout(network(cell, K=0))
    v = RNG.normal(size=none.shape[0])
    assert none.steps == 0
    for result in (none.jvp(v), none.vjp(v)):
        np.testing.assert_array_equal(value(result), v)
    single = network(cell, n=1, K=7, seed=5)
    P = np.float64(single.jacobian())
    for source in (from_gates, from_rollout):
        np.testing.assert_allclose(value(source(single).jvp(np.eye(len(P)))), P, rtol=1e-12)
        np.testing.assert_allclose(value(source(single).vjp(np.eye(len(P)))), P.T, rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("gain", "sign"), [(0.2, -1), (60.0, 1)])
def test_100_000_steps_stay_in_range(cell, gain, sign):
    K = 100_000
    net = network(cell, n=4, K=50, gain=gain, seed=1)
    rows = net.gates()
    held = {"r": 0.6, "z": 0.4, "n": 0.1, "q": 0.2, "h": 0.2, "i": 0.5, "f": 0.4, "g": 0.1, "o": 0.6, "c": 0.2}
    constant = {name: np.broadcast_to(np.full(4, held[name]), (K + (name == "c"), 4)) for name in rows}
    chain = CHAINS[cell].from_gates(net.U, **constant)
    J = value(CHAINS[cell].from_gates(net.U, **{k: r[: 1 + (k == "c")] for k, r in constant.items()}).jvp(
        np.eye(chain.shape[0])
    ))  # fmt: skip
    rho = np.log(np.abs(np.linalg.eigvals(J)).max())
    assert sign * rho * K > 2000  # float64 ends at 745
    for result in (chain.jvp(np.ones(len(J))), chain.vjp(np.ones(len(J)))):
        assert np.isfinite(result.log_norms).all()
        assert abs(result.log_norms[-1] / K - rho) < 1e-3


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scale", [1e-290, 1e290])
def test_weights_at_the_ends_of_the_range(cell, scale):
    net = network(cell, K=1)
    v = RNG.normal(size=net.size)
    rows = net.gates()
    if cell == "gru":  # of J the part without weights, which the others would drown in, taken away
        rows["z"] = np.zeros_like(rows["z"])
    else:
        rows["f"] = np.zeros_like(rows["f"])
        v[6:] = 0
    plain = CHAINS[cell].from_gates(net.U, **rows)
    scaled = CHAINS[cell].from_gates(scale * net.U, **rows)
    for product in ("jvp", "vjp"):
        a, b = (getattr(chain, product)(v) for chain in (plain, scaled))
        assert abs(b.log_norms[-1] - a.log_norms[-1] - np.log(scale)) < 1e-12


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_carried_is_not_scaled_with_tiny_weights(cell):
    net = network(cell)
    without, tiny = (CHAINS[cell].from_gates(U, **net.gates()) for U in (0 * net.U, 1e-290 * net.U))
    v = RNG.normal(size=net.size)
    for product in ("jvp", "vjp"):
        a, b = (value(getattr(chain, product)(v)) for chain in (without, tiny))
        np.testing.assert_allclose(b, a, rtol=1e-14, atol=1e-100)
        assert np.abs(a).max() > 1e-40


def test_gates_that_are_nearly_shut_for_the_whole_layer():
    zero, shut, open_ = (np.full((9, 2), x) for x in (0.0, 1e-305, 1.0))
    v = np.array([1.0, 1e-12])
    gru = rc.GRUChain.from_gates(np.zeros((6, 2)), h=zero, r=zero, z=shut, n=zero, q=zero)
    for result in (gru.jvp(v), gru.vjp(v)):
        mantissa = result.vectors[0]
        assert abs(mantissa[1] / mantissa[0] - 1e-12) < 1e-26  # z v is subnormal, and would have lost half of its bits
        assert abs(result.log_norms[-1] - 9 * np.log(1e-305)) < 1e-9
    # h' = c' = f c, and the output gate is open.
    lstm = rc.LSTMChain.from_gates(np.zeros((8, 2)), i=zero, f=shut, g=zero, o=open_, c=np.zeros((10, 2)))
    forward, backward = lstm.jvp(np.repeat([0.0, 1.0], 2)), lstm.vjp(np.repeat([1.0, 0.0], 2))
    assert abs(forward.log_norms[-1] - np.log(2.0) - 9 * np.log(1e-305)) < 1e-9
    assert abs(backward.log_norms[-1] - np.log(2.0) / 2 - 9 * np.log(1e-305)) < 1e-9
    np.testing.assert_array_equal(forward.vectors[0], forward.vectors[0][0])
    np.testing.assert_array_equal(backward.vectors[0][:2], 0.0)


def test_a_callback_stops_a_gated_chain():
    n, K = 50, 10**8
    row = np.broadcast_to(np.full(n, 0.5), (K, n))
    chain = rc.GRUChain.from_gates(np.zeros((3 * n, n)), h=row, r=row, z=row, n=row, q=row)
    seen = []
    result = chain.vjp(np.ones(n), callback=lambda p: seen.append(p) or len(seen) == 2)
    assert 0 < result.done < K
    assert seen[-1].done == result.done
