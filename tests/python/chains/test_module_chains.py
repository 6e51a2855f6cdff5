"""Chains of plain PyTorch modules: the Jacobian of autograd, the convention of the module, layouts of a sequence."""

import numpy as np
import pytest

import rhochain as rc

torch = pytest.importorskip("torch")
prune = pytest.importorskip("torch.nn.utils.prune")
nn = torch.nn
K, N, M = 25, 9, 4


def draw(*shape, seed):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def jacobian(run, h0):
    return torch.autograd.functional.jacobian(run, h0).numpy()


def product(chain):
    return np.ldexp(*chain.jvp(np.eye(chain.shape[0])).vectors)


def assert_same(got, expected):
    assert np.abs(expected).max() > 0.0
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_product_is_the_jacobian_of_autograd(nonlinearity, bias, seed):
    torch.manual_seed(seed)
    module = nn.RNN(M, N, nonlinearity=nonlinearity, bias=bias, dtype=torch.float64)
    x, h0 = draw(K, M, seed=seed + 1), draw(N, seed=seed + 2)
    chain = rc.JacobianChain.from_torch(module, x, h0)
    expected = jacobian(lambda h: module(x, h[None])[1][0], h0)
    assert_same(product(chain), expected)
    assert_same(np.ldexp(*chain.vjp(np.eye(N)).vectors), expected.T)
    assert chain.convention == "post"
    assert chain.gain <= 1.0
    norm = np.log(np.linalg.norm(expected, 2))
    assert chain.norm(rtol=1e-6).value == pytest.approx(norm, abs=1e-5)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_a_cell_is_a_layer(nonlinearity):
    torch.manual_seed(1)
    cell = nn.RNNCell(M, N, nonlinearity=nonlinearity, dtype=torch.float64)
    x, h0 = draw(K, M, seed=1), draw(N, seed=2)

    def run(h):
        for row in x:
            h = cell(row, h)
        return h

    assert_same(product(rc.JacobianChain.from_torch(cell, x[:, None], h0[None])), jacobian(run, h0))


def test_states_of_a_module_need_its_convention():
    """With the wrong one the product is of another network."""
    torch.manual_seed(2)
    module = nn.RNN(M, N, dtype=torch.float64)
    with torch.no_grad():
        module.weight_hh_l0 *= 2.0
    x = draw(K, M, seed=3)
    states = module(x)[0].detach().numpy()
    expected = jacobian(lambda h: module(x, h[None])[1][0], torch.zeros(N, dtype=torch.float64))
    W = module.weight_hh_l0.detach().numpy()
    assert_same(product(rc.JacobianChain.from_states(W, states, "tanh", "post")), expected)
    wrong = product(rc.JacobianChain.from_states(W, states, "tanh", "pre"))
    assert np.abs(wrong - expected).max() > 1e-3 * np.abs(expected).max()
    with pytest.raises(ValueError, match=r"convention must be that of the RNN\(4, 9\), 'post'; got 'pre'"):
        rc.JacobianChain.from_states(module, states, "tanh", convention="pre")
    for convention in ({}, {"convention": "post"}):
        assert_same(product(rc.JacobianChain.from_states(module, states, "tanh", **convention)), expected)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_a_model_as_w_brings_all_of_its_run(nonlinearity):
    torch.manual_seed(8)
    module = nn.RNN(M, N, nonlinearity=nonlinearity)
    x, h0, v = torch.randn(K, M), torch.randn(N), np.ones(N)
    expected = rc.JacobianChain.from_torch(module, x, h0).vjp(v).vectors
    state_dict = module.state_dict()
    for W, options in ((module, {}), (state_dict, {"activation": nonlinearity})):
        chain = rc.JacobianChain.from_rollout(W, h0, inputs=x, **options)
        for a, b in zip(chain.vjp(v).vectors, expected, strict=True):
            np.testing.assert_array_equal(a, b)
        assert rc.JacobianChain(W, np.ones((K, N))).convention == "post"
    assert rc.JacobianChain.from_states(module, np.full((2, N), 0.5)).gain == (1.0 if nonlinearity == "relu" else 0.75)
    with pytest.raises(ValueError, match=r"activation must be given, .* that of the state dict, not stored there"):
        rc.JacobianChain.from_rollout(state_dict, h0, inputs=x)
    with pytest.raises(ValueError, match=f"activation must be that of the RNN.*, '{nonlinearity}'; got 'sigmoid'"):
        rc.JacobianChain.from_states(module, np.full((2, N), 0.5), "sigmoid")


MODULES = {"rnn": (nn.RNN, rc.JacobianChain), "gru": (nn.GRU, rc.GRUChain), "lstm": (nn.LSTM, rc.LSTMChain)}


@pytest.mark.parametrize("cell", MODULES)
@pytest.mark.parametrize("batch_first", [False, True])
def test_a_batch_of_one_is_a_sequence_in_the_layout_of_the_module(cell, batch_first):
    kind, chains = MODULES[cell]
    torch.manual_seed(4)
    module = kind(M, N, batch_first=batch_first)
    x = torch.randn(K, M)
    plain = chains.from_torch(module, x)
    batch = x[None] if batch_first else x[:, None]
    v = np.ones(plain.shape[0])
    for given in (batch, batch.numpy(), x.numpy(), x.tolist()):
        for a, b in zip(chains.from_torch(module, given).vjp(v).vectors, plain.vjp(v).vectors, strict=True):
            np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match=r"one sequence of shape .*, a batch of 3: check\(module, inputs=x\)"):
        chains.from_torch(module, torch.zeros((3, K, M) if batch_first else (K, 3, M)))
    other = x[:, None] if batch_first else x[None]
    with pytest.raises(ValueError, match=f"a batch of {K}: check"):
        chains.from_torch(module, other)
    with pytest.raises(ValueError, match=rf"with input_size = {M}; got \({K}, {M + 1}\)$"):
        chains.from_torch(module, torch.zeros(K, M + 1))
    packed = nn.utils.rnn.pack_sequence([x])
    with pytest.raises(TypeError, match="got a PackedSequence"):
        chains.from_torch(module, packed)


def test_states_in_the_shapes_of_torch():
    module, x, h = nn.GRU(M, N), torch.randn(K, M), torch.randn(N)
    chains = [rc.GRUChain.from_torch(module, x, given) for given in (h, h[None], h[None, None])]
    for chain in chains:
        np.testing.assert_array_equal(chain.final_state, chains[0].final_state)
    with pytest.raises(ValueError, match=rf"h0 must have shape \({N},\); got \(1, 2, {N}\)"):
        rc.GRUChain.from_torch(module, x, torch.zeros(1, 2, N))
    with pytest.raises(ValueError, match="h0 must have shape"):
        rc.JacobianChain.from_torch(nn.RNN(M, N), x, torch.zeros(1, 2, N))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.RNN(M, N)


class Leaky(nn.RNN):
    def forward(self, x, h=None):
        return 0.5 * super().forward(x, h)[0], h


@pytest.mark.parametrize(
    ("module", "error", "message"),
    [
        (lambda: nn.RNN(M, N, 2), ValueError, "num_layers = 1; got 2"),
        (lambda: nn.RNN(M, N, bidirectional=True), ValueError, "bidirectional = False; got True"),
        (lambda: nn.GRU(M, N), TypeError, r"a torch.nn.RNN or RNNCell; got GRU\(4, 9\)"),
        (lambda: nn.Linear(M, M), TypeError, "a torch.nn.RNN or RNNCell; got Linear"),
        (Network, TypeError, "got Network, whose recurrent modules are encoder: give one of them"),
        (lambda: Leaky(M, N), TypeError, "got Leaky.*a forward of its own"),
        (lambda: np.eye(3), TypeError, "a torch.nn.RNN or RNNCell; got ndarray"),
    ],
)
def test_other_modules_are_refused(module, error, message):
    with pytest.raises(error, match=message):
        rc.JacobianChain.from_torch(module(), np.zeros((K, M)))


def test_a_chain_runs_with_the_weights_in_use():
    torch.manual_seed(5)
    x = draw(K, M, seed=6)
    module = nn.RNN(M, N, dtype=torch.float64)
    prune.l1_unstructured(module, "weight_hh_l0", 0.5)
    expected = jacobian(lambda h: module(x, h[None])[1][0], torch.zeros(N, dtype=torch.float64))
    assert_same(product(rc.JacobianChain.from_torch(module, x)), expected)
    assert_same(product(rc.JacobianChain.from_torch(torch.compile(module, backend="eager"), x)), expected)
    module = nn.utils.parametrizations.orthogonal(nn.RNN(M, N, dtype=torch.float64), "weight_hh_l0")
    expected = jacobian(lambda h: module(x, h[None])[1][0], torch.zeros(N, dtype=torch.float64))
    assert_same(product(rc.JacobianChain.from_torch(module, x)), expected)
