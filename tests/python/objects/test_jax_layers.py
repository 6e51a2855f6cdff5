"""Cells of Equinox and Flax: the chain of their weights is the derivative that JAX takes of the cell itself."""

import numpy as np
import pytest

import rhochain as rc
from rhochain.objects.jax_layers import is_jax_model, layers_of_jax

jax = pytest.importorskip("jax")
N, M, STEPS = 5, 3, 4


@pytest.fixture(autouse=True)
def float64():
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


def inputs_and_state(cell, seed=0):
    random = np.random.default_rng(seed)
    return random.standard_normal((STEPS, M)), random.standard_normal(2 * N if cell == "lstm" else N)


def with_random_parameters(tree, seed=1):
    """Biases start at 0 in Flax: others tell them apart."""
    random = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: jax.numpy.asarray(0.5 * random.standard_normal(leaf.shape)), tree)


def product_of(layer, inputs, state):
    """P of the layer's chain, column by column."""
    arguments = {"W_in": layer.incoming, "bias": layer.bias, "input_bias": layer.input_bias}
    if layer.cell == "gru":
        chain = rc.GRUChain.from_rollout(layer.recurrent, inputs, state, **arguments)
    elif layer.cell == "lstm":
        chain = rc.LSTMChain.from_rollout(layer.recurrent, inputs, state[:N], state[N:], **arguments)
    else:
        bias = sum(part for part in (layer.bias, layer.input_bias) if part is not None)
        chain = rc.JacobianChain.from_rollout(
            layer.recurrent,
            state,
            inputs=inputs,
            input_weights=layer.incoming,
            bias=bias,
            activation=layer.activation or "tanh",
            convention="post",
        )
    return np.column_stack([np.ldexp(*chain.jvp(e).vectors) for e in np.eye(state.size)])


def agree(layer, step, cell):
    """`step`: from the state, h before c, and an input to the next state, in JAX."""
    inputs, state = inputs_and_state(cell)

    def run(start):
        for u in inputs:
            start = step(start, jax.numpy.asarray(u))
        return start

    expected = np.asarray(jax.jacobian(run)(jax.numpy.asarray(state)))
    assert layer.cell == cell
    np.testing.assert_allclose(product_of(layer, inputs, state), expected, atol=1e-12)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_equinox(cell, use_bias):
    eqx = pytest.importorskip("equinox")
    kind = eqx.nn.GRUCell if cell == "gru" else eqx.nn.LSTMCell
    module = kind(M, N, use_bias=use_bias, key=jax.random.key(0), dtype=jax.numpy.float64)

    def step(state, u):
        if cell == "gru":
            return module(u, state)
        return jax.numpy.concatenate(module(u, (state[:N], state[N:])))

    (layer,) = layers_of_jax(module).found
    agree(layer, step, cell)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("GRUCell", "gru"),
        ("LSTMCell", "lstm"),
        ("OptimizedLSTMCell", "lstm"),
        ("SimpleCell", "rnn"),
        ("residual", "rnn"),
    ],
)
def test_flax_nnx(kind, cell):
    nnx = pytest.importorskip("flax.nnx")
    options = {"residual": True} if kind == "residual" else {}
    make = getattr(nnx, "SimpleCell" if kind == "residual" else kind)
    module = make(M, N, param_dtype=jax.numpy.float64, dtype=jax.numpy.float64, rngs=nnx.Rngs(0), **options)
    graph, parameters, rest = nnx.split(module, nnx.Param, ...)
    module = nnx.merge(graph, with_random_parameters(parameters), rest)

    def step(state, u):
        if cell == "lstm":
            (c, h), _ = module((state[N:], state[:N]), u)
            return jax.numpy.concatenate([h, c])
        return module(state, u)[0]

    (layer,) = layers_of_jax(module).found
    agree(layer, step, cell)


@pytest.mark.parametrize(
    ("kind", "cell"), [("GRUCell", "gru"), ("LSTMCell", "lstm"), ("OptimizedLSTMCell", "lstm"), ("SimpleCell", "rnn")]
)
def test_flax_linen(kind, cell):
    linen = pytest.importorskip("flax.linen")
    module = getattr(linen, kind)(N, param_dtype=jax.numpy.float64, dtype=jax.numpy.float64)
    zeros = jax.numpy.zeros(N)
    carry = (zeros, zeros) if cell == "lstm" else zeros
    variables = with_random_parameters(module.init(jax.random.key(0), carry, jax.numpy.zeros(M)))

    def step(state, u):
        if cell == "lstm":
            (c, h), _ = module.apply(variables, (state[N:], state[:N]), u)
            return jax.numpy.concatenate([h, c])
        return module.apply(variables, state, u)[0]

    (layer,) = layers_of_jax(variables).found
    agree(layer, step, cell)
    assert layer.name == "params"
    with pytest.raises(TypeError, match=r'keeps none: give its parameters, variables\["params"\]'):
        rc.check(module)


def test_cells_inside_a_model_are_found_by_name():
    eqx = pytest.importorskip("equinox")

    class Model(eqx.Module):
        encoder: eqx.nn.GRUCell
        layers: list
        out: eqx.nn.Linear

        def __init__(self):
            keys = jax.random.split(jax.random.key(0), 4)
            self.encoder = eqx.nn.GRUCell(M, N, key=keys[0])
            self.layers = [eqx.nn.LSTMCell(N, N, key=keys[1]), eqx.nn.LSTMCell(N, N, key=keys[2])]
            self.out = eqx.nn.Linear(N, 1, key=keys[3])

    report = rc.check(Model())
    assert [layer.name for layer in report.layers] == ["encoder", "layers.0", "layers.1"]
    assert all(str(layer.verdict) == "UNDECIDED" for layer in report.layers)
    assert not is_jax_model(np.tanh)


def test_directions_other_cells_and_other_functions():
    nnx = pytest.importorskip("flax.nnx")
    both = nnx.Bidirectional(
        nnx.RNN(nnx.SimpleCell(M, N, rngs=nnx.Rngs(0))), nnx.RNN(nnx.SimpleCell(M, N, rngs=nnx.Rngs(1)))
    )
    found = layers_of_jax(both).found
    assert [(layer.name, layer.reverse) for layer in found] == [
        ("forward_rnn.cell", False),
        ("backward_rnn.cell", True),
    ]
    assert [layer.activation for layer in found] == ["tanh", "tanh"]
    report = rc.check(both)
    direct = rc.check(np.asarray(both.forward_rnn.cell.dense_h.kernel[...]).T, "tanh")
    assert report.layers[0].spectral_norm.value == direct.spectral_norm.value

    relu = nnx.SimpleCell(M, N, activation_fn=jax.nn.relu, rngs=nnx.Rngs(0))
    assert rc.check(relu).layers[0].activation == "relu"
    dense = np.asarray(relu.dense_h.kernel[...]).T
    assert rc.spectral_norm(relu).value == pytest.approx(rc.spectral_norm(dense).value, rel=1e-9)
    random, steps = np.random.default_rng(2), 6
    inputs, start = random.standard_normal((steps, M)), random.standard_normal(N)
    (layer,) = layers_of_jax(relu).found
    by_hand = {"inputs": inputs, "input_weights": layer.incoming, "bias": layer.input_bias}
    chains = [
        rc.JacobianChain.from_rollout(relu, start, inputs=inputs),
        rc.JacobianChain.from_rollout(dense, start, activation="relu", convention="post", **by_hand),
    ]
    assert np.array_equal(*(chain.vjp(np.ones(N)).vectors[0] for chain in chains))
    odd = nnx.GRUCell(M, N, activation_fn=jax.nn.relu, rngs=nnx.Rngs(0))
    (skipped,) = layers_of_jax(odd).skipped
    assert "activation_fn is the function" in skipped.reason
    with pytest.raises(ValueError, match=r"activation_fn is the function .*relu, not tanh"):
        rc.check(odd)
