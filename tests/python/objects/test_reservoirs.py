"""A reservoir's node is a network: its Jacobian is that of its own step, with its leak, activation and convention."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse

import rhochain as rc
from rhochain.objects.matrices import network_of

reservoirpy = pytest.importorskip("reservoirpy")
N = 12


def node_of(seed, lr, **options):
    from reservoirpy.nodes import Reservoir

    return Reservoir(N, lr=lr, sr=1.3, rc_connectivity=0.5, bias=reservoirpy.mat_gen.bernoulli, seed=seed, **options)


def differences(step, state, width=1e-6):
    """The Jacobian of a step, column by column."""
    return np.column_stack([(step(state + width * e) - step(state - width * e)) / (2 * width) for e in np.eye(N)])


def product_of(chain):
    return np.column_stack([np.ldexp(*chain.jvp(e).vectors) for e in np.eye(N)])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity"])
@pytest.mark.parametrize("vector", [False, True], ids=["one leak", "leaks"])
@pytest.mark.parametrize("seed", range(2))
def test_the_chain_of_a_node_is_the_derivative_of_its_run(seed, vector, activation):
    random = np.random.default_rng(seed)
    lr = random.uniform(0.2, 1.0, N) if vector else 0.3
    node, inputs = node_of(seed, lr, activation=activation), random.standard_normal((7, 3))
    node.initialize(inputs)
    start = random.standard_normal(N)

    def run(state):
        out = state
        for u in inputs:
            out = node._step({"out": out}, u)["out"]
        return out

    chain = rc.JacobianChain.from_rollout(node, start, inputs=inputs)
    np.testing.assert_allclose(product_of(chain), differences(run, start), atol=1e-7)
    assert f"{chain!r}".count("post")


def test_a_check_takes_activation_and_leak_from_the_node():
    node = node_of(1, np.linspace(0.2, 1.0, N))
    node.run(np.ones((2, 3)))
    report, by_hand = rc.check(node), rc.check(node.W, "tanh", leak=node.lr)
    assert report.to_dict()["verdict"] == by_hand.to_dict()["verdict"]
    np.testing.assert_array_equal(report.leak, by_hand.leak)
    assert report.worst_case_growth.value == by_hand.worst_case_growth.value
    assert rc.spectral_radius(node).value == rc.spectral_radius(node.W).value
    assert rc.Matrix(node).weights.rows == "target"


def test_the_same_arguments_pass_and_others_are_refused():
    node = node_of(1, 0.3)
    node.run(np.ones((2, 3)))
    assert rc.check(node, np.tanh, leak=0.3).leak == 0.3
    for options, words in (
        (
            {"activation": "relu"},
            "activation must be that of the ReservoirPy Reservoir, 'tanh'; got 'relu': leave it out",
        ),
        ({"leak": 1.0}, r"leak must be that of the ReservoirPy Reservoir, 0\.3; got 1\.0"),
        ({"leak": np.linspace(0.1, 1.0, N)}, "leak must be that .*; got others for each neuron"),
    ):
        with pytest.raises(ValueError, match=words):
            rc.check(node, **options)
    slopes = np.ones((3, N))
    assert rc.JacobianChain(node, slopes).leak == 0.3
    with pytest.raises(ValueError, match="convention must be that of the ReservoirPy Reservoir, 'post'; got 'pre'"):
        rc.JacobianChain(node, slopes, "pre")
    assert rc.check(node, gain=0.5).gain == 0.5


def test_an_activation_without_a_name_is_asked_for():
    node = node_of(2, 1.0, activation=lambda x: np.tanh(2 * x))
    node.run(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"either activation or gain.*ReservoirPy Reservoir has the function .*lambda"):
        rc.check(node)
    assert rc.check(node, gain=2.0).gain == 2.0
    with pytest.raises(ValueError, match="activation must be given"):
        rc.JacobianChain.from_rollout(node, np.zeros(N), 3)


def test_a_node_that_is_not_initialised_says_what_to_call():
    for function in (rc.spectral_radius, rc.check):
        with pytest.raises(
            ValueError, match=r"drawn when it is initialised: call its initialize\(x\) or run\(x\) first"
        ):
            function(node_of(1, 0.3))


@pytest.mark.parametrize("kind", ["ES2N", "IPReservoir", "LocalPlasticityReservoir", "LIF"])
def test_other_nodes_are_refused_by_name_and_their_matrix_is_not(kind):
    nodes = pytest.importorskip("reservoirpy.nodes")
    options = {"inhibitory": 0.2, "threshold": 1.0} if kind == "LIF" else {}
    node = getattr(nodes, kind)(N, seed=3, **options)
    node.initialize(np.ones((2, 3)))
    with pytest.raises(TypeError, match=f"got a ReservoirPy {kind}: it"):
        rc.check(node)
    with pytest.raises(TypeError, match=f"got a ReservoirPy {kind}: it"):
        rc.JacobianChain(node, np.ones((3, N)))
    assert rc.spectral_radius(node).value == rc.spectral_radius(node.W).value


def test_the_advice_for_other_nodes_is_right():
    nodes = pytest.importorskip("reservoirpy.nodes")
    random = np.random.default_rng(5)
    u, state = random.standard_normal(3), random.standard_normal(N)

    node = nodes.ES2N(N, proximity=0.4, seed=3)
    node.initialize(np.ones((2, 3)))
    step = lambda s: node._step({"out": s}, u)["out"]  # noqa: E731
    after = (step(state) - 0.6 * node.O @ state) / 0.4
    chain = rc.JacobianChain(node.W, (1 - after**2)[None], "post", leak=node.proximity, linear=node.O)
    np.testing.assert_allclose(product_of(chain), differences(step, state), atol=1e-7)

    plastic = nodes.IPReservoir(N, lr=0.3, seed=3, activation="tanh")
    plastic.initialize(np.ones((2, 3)))
    plastic.a, plastic.b = random.uniform(0.5, 2.0, N), random.standard_normal(N)

    def inner(x):
        return plastic._step({"internal": x, "out": np.tanh(plastic.a * x + plastic.b)}, u)["internal"]

    slopes = plastic.a * (1 - np.tanh(plastic.a * state + plastic.b) ** 2)
    chain = rc.JacobianChain(plastic.W, slopes[None], "pre", leak=0.3)
    np.testing.assert_allclose(product_of(chain), differences(inner, state), atol=1e-7)
    assert np.all(np.abs(slopes) <= np.abs(plastic.a))


def test_models_and_classes_are_refused_with_the_way_out():
    nodes = pytest.importorskip("reservoirpy.nodes")
    model = nodes.Reservoir(N) >> nodes.Ridge(1e-3)
    with pytest.raises(TypeError, match=r"give its reservoir, such as model\.reservoir or model\.nodes\[0\]"):
        rc.check(model, "tanh")
    with pytest.raises(TypeError, match="give an instance"):
        rc.check(nodes.Reservoir, "tanh")
    with pytest.raises(TypeError, match="Ridge"):
        rc.spectral_radius(nodes.Ridge(1e-3))


def test_nodes_of_jax():
    pytest.importorskip("jax")
    nodes = pytest.importorskip("reservoirpy.jax.nodes")
    node = nodes.Reservoir(N, lr=0.3, sr=0.9, rc_connectivity=0.5, seed=4)
    node.run(np.ones((2, 3), dtype=np.float32))
    network = network_of(node)
    assert (network.activation, network.leak, network.convention) == ("tanh", 0.3, "post")
    dense = node.W.todense() if hasattr(node.W, "todense") else node.W
    assert rc.spectral_norm(node).value == pytest.approx(np.linalg.norm(np.asarray(dense, dtype=float), 2), rel=1e-3)
    assert rc.check(node).leak == 0.3


@pytest.mark.parametrize("as_sparse", [False, True])
def test_pyrcn_is_transposed_and_scaled(as_sparse):
    blocks = pytest.importorskip("pyrcn.base.blocks")
    random = np.random.default_rng(6)
    stored = random.standard_normal((N, N)) / 4
    block = blocks.NodeToNode(hidden_layer_size=N, spectral_radius=0.7, leakage=0.4, reservoir_activation="tanh")
    with pytest.raises(ValueError, match="drawn when it is fitted: call its fit first"):
        rc.check(block)
    block.fit(random.standard_normal((5, N)))
    block._recurrent_weights = sparse.csr_matrix(stored) if as_sparse else stored
    drive = random.standard_normal((4, N))
    chain = rc.JacobianChain.from_rollout(block, np.zeros(N), inputs=drive)

    # PyRCN starts at zero: a first input that leads to a state stands for it.
    expected = np.eye(N)
    states = np.vstack([np.zeros(N), block._pass_through_recurrent_weights(drive)])
    for before, after in pairwise(states):
        fired = (after - 0.6 * before) / 0.4
        expected = (0.6 * np.eye(N) + 0.4 * np.diag(1 - fired**2) @ (0.7 * stored).T) @ expected
    np.testing.assert_allclose(product_of(chain), expected, atol=1e-12)
    assert rc.check(block).leak == 0.4
    assert rc.spectral_norm(block).value == pytest.approx(0.7 * np.linalg.norm(stored, 2), rel=1e-3)
    block.reservoir_activation = "bounded_relu"
    with pytest.raises(ValueError, match="PyRCN NodeToNode has bounded_relu"):
        rc.check(block)


def test_an_estimator_of_pyrcn_holds_its_block():
    echo = pytest.importorskip("pyrcn.echo_state_network")
    with pytest.raises(TypeError, match="got a PyRCN ESNRegressor: give its block"):
        rc.check(echo.ESNRegressor(), "tanh")
