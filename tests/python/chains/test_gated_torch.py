"""Against PyTorch: the trajectory of its cells, and gradients from its own differentiation."""

import numpy as np
import pytest

import rhochain as rc

torch = pytest.importorskip("torch")
K, N, M = 30, 8, 5
CELLS = ("gru", "lstm")
CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}


def module_of(cell, seed=0, **options):
    torch.manual_seed(seed)
    return {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](M, N, dtype=torch.float64, **options)


def start_of(cell, seed=1):
    generator = torch.Generator().manual_seed(seed)
    blocks = {"gru": 1, "lstm": 2}[cell]
    return tuple(torch.randn(N, dtype=torch.float64, generator=generator) for _ in range(blocks))


def run(cell, module, inputs, start):
    """The last state in one vector, blocks below each other."""
    parts = tuple(part[None] for part in start)
    end = module(inputs, parts[0] if cell == "gru" else parts)[1]
    return end.reshape(-1) if cell == "gru" else torch.cat([part.reshape(-1) for part in end])


def chain_of(cell, module, inputs, start, **options):
    state = start[0] if cell == "gru" else start
    return CHAINS[cell].from_torch(module, inputs, state, **options)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_are_those_of_autograd(cell, bias):
    module = module_of(cell, bias=bias)
    inputs = torch.randn(K, M, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    start = start_of(cell)
    chain = chain_of(cell, module, inputs, start)
    end = run(cell, module, inputs, start).detach().numpy()
    np.testing.assert_allclose(np.ravel(chain.final_state), end, rtol=1e-12, atol=1e-14)

    flat = torch.cat(start).requires_grad_(True)
    P = torch.autograd.functional.jacobian(lambda s: run(cell, module, inputs, s.reshape(-1, N)), flat).numpy()
    for result, expected in ((chain.jvp(np.eye(len(P))), P), (chain.vjp(np.eye(len(P))), P.T)):
        got = np.ldexp(*result.vectors)
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("cell", CELLS)
def test_single_cells_have_the_same_weights(cell):
    torch.manual_seed(3)
    single = {"gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}[cell](M, N, dtype=torch.float64)
    inputs = torch.randn(K, M, dtype=torch.float64)
    start = start_of(cell)
    chain = chain_of(cell, single, inputs, start)
    state = start[0] if cell == "gru" else start
    for x in inputs:
        state = single(x, state)
    end = state if cell == "gru" else torch.cat(state)
    np.testing.assert_allclose(np.ravel(chain.final_state), end.detach().numpy(), rtol=1e-12, atol=1e-14)


def test_float32_weights_are_their_float64_values():
    module = module_of("gru").float()
    inputs = torch.randn(K, M)
    chain = rc.GRUChain.from_torch(module, inputs)
    double = rc.GRUChain.from_torch(module.double(), inputs.double())
    np.testing.assert_array_equal(chain.vjp(np.ones(N)).vectors[0], double.vjp(np.ones(N)).vectors[0])


def test_gates_recorded_by_torch_in_float32():
    module = module_of("lstm")
    x, (h, c) = torch.randn(K, M, dtype=torch.float64), start_of("lstm")
    chain = rc.LSTMChain.from_torch(module, x, (h, c))
    rows = {name: torch.from_numpy(a).float() for name, a in chain.record.items()}
    recorded = rc.LSTMChain.from_gates(module.weight_hh_l0, **rows)
    expected = np.ldexp(*chain.vjp(np.eye(2 * N)).vectors)
    got = np.ldexp(*recorded.vjp(np.eye(2 * N)).vectors)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-4 * np.abs(expected).max())
    assert np.abs(got - expected).max() > 1e-9 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_layers": 2}, "num_layers = 1; got 2"),
        ({"bidirectional": True}, "bidirectional = False"),
        ({"proj_size": 3}, "proj_size = 0"),
    ],
)
def test_modules_that_are_more_than_one_cell_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        rc.LSTMChain.from_torch(module_of("lstm", **options), np.zeros((K, M)))


def test_the_module_of_the_other_cell_is_refused():
    with pytest.raises(TypeError, match=r"a torch.nn.GRU or GRUCell; got LSTM\(5, 8\)"):
        rc.GRUChain.from_torch(module_of("lstm"), np.zeros((K, M)))
    with pytest.raises(TypeError, match="got Linear"):
        rc.GRUChain.from_torch(torch.nn.Linear(2, 2), np.zeros((K, M)))
