"""The Jacobians of stacked layers together, against PyTorch's autograd."""

import numpy as np
import pytest

import rhochain as rc

torch = pytest.importorskip("torch")
from torch_layers import as_state, as_vector, jacobian, log_norm  # noqa: E402

CELLS = ["tanh", "relu", "gru", "lstm"]


def stack(kind, m, n, layers, seed, **options):
    torch.manual_seed(seed)
    if kind in ("tanh", "relu"):
        module = torch.nn.RNN(m, n, layers, nonlinearity=kind, **options)
    else:
        module = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[kind](m, n, layers, **options)
    module = module.double()
    for weight in module.parameters():
        weight.data.mul_(1.5)
    return module


def blocks(kind):
    return 2 if kind == "lstm" else 1


def dense(result):
    return np.asarray(result.vectors)


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize(("layers", "bias"), [(1, True), (2, True), (2, False), (3, True)])
def test_the_product_is_that_of_autograd(kind, layers, bias):
    seed = 100 * layers + bias + CELLS.index(kind)
    n, K = 3 + seed % 4, 1 + seed % 9
    module = stack(kind, 3, n, layers, seed, bias=bias)
    x = torch.randn(K, 3, dtype=torch.float64)
    start = 0.5 * torch.randn(layers * blocks(kind) * n, dtype=torch.float64)
    chain = rc.StackChain.from_torch(module, x, as_state(module, start, layers))
    J = jacobian(module, x, start)
    size, near = len(start), 1e-12 * max(1.0, abs(J).max())
    assert chain.shape == (size, size)
    assert chain.steps == K
    np.testing.assert_allclose(dense(chain.jvp(np.eye(size))), J, rtol=0, atol=near)
    np.testing.assert_allclose(dense(chain.vjp(np.eye(size))).T, J, rtol=0, atol=near)


@pytest.mark.parametrize("kind", CELLS)
def test_a_lower_layer_does_not_hear_of_a_higher_one(kind):
    module = stack(kind, 2, 4, 3, 5)
    chain = rc.StackChain.from_torch(module, torch.randn(6, 2).double())
    P, width = dense(chain.jvp(np.eye(chain.shape[0]))), 4 * blocks(kind)
    for low in range(3):
        assert not P[low * width : (low + 1) * width, (low + 1) * width :].any()
    if kind != "relu":
        assert P[width : 2 * width, :width].any()


@pytest.mark.parametrize("kind", CELLS)
def test_norm_is_a_bracket_of_the_true_one(kind):
    module = stack(kind, 2, 5, 2, 11)
    x = torch.randn(12, 2, dtype=torch.float64)
    chain = rc.StackChain.from_torch(module, x)
    true = log_norm(jacobian(module, x))
    norm = chain.norm()
    assert norm.lower.value <= true + 1e-12
    assert true - 1e-12 <= norm.upper.value
    assert norm.upper.value - norm.lower.value <= 1e-3
    assert norm.upper.graded
    assert rc.check_chain(chain).norm.value == norm.value


@pytest.mark.parametrize("kind", CELLS)
def test_a_single_layer_is_its_own_chain(kind):
    module = stack(kind, 3, 6, 1, 3)
    x = torch.randn(40, 3, dtype=torch.float64)
    own = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}.get(kind, rc.JacobianChain)
    single = own.from_torch(module, x)
    v = np.random.default_rng(0).standard_normal(single.shape[0])
    chain = rc.StackChain.from_torch(module, x)
    for way in ("jvp", "vjp"):
        a, b = getattr(chain, way)(v), getattr(single, way)(v)
        np.testing.assert_allclose(a.log_norms, b.log_norms, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", CELLS)
def test_exponents_are_those_of_the_matrices_step_by_step(kind):
    module, n, layers = stack(kind, 2, 3, 2, 17), 3, 2
    x = torch.randn(40, 2, dtype=torch.float64)
    state, Js = torch.zeros(layers * blocks(kind) * n, dtype=torch.float64), []
    for row in x:
        Js.append(jacobian(module, row[None], state))
        with torch.no_grad():
            state = as_vector(module(row[None], as_state(module, state, layers))[1])
    chain, other = rc.StackChain.from_torch(module, x), rc.MatrixChain(Js)
    a, b = chain.lyapunov(2, seed=4), other.lyapunov(2, seed=4)
    np.testing.assert_allclose(a.exponents, b.exponents, rtol=1e-8)
    np.testing.assert_allclose(
        chain.typical(4, seed=2).log_quantiles, other.typical(4, seed=2).log_quantiles, rtol=1e-8, atol=1e-8
    )


def test_threads_checkpoints_and_precision_leave_the_bits_alone(tmp_path):
    torch.manual_seed(2)
    module = torch.nn.LSTM(3, 40, 2)
    x = torch.randn(30, 3)
    one, two = (rc.StackChain.from_torch(module, x, threads=t) for t in (1, 2))
    long, other = (rc.StackChain.from_torch(module, torch.randn(100_000, 3)) for _ in range(2))
    g = np.random.default_rng(1).standard_normal(160)
    expected = dense(one.vjp(g))
    assert (dense(two.vjp(g)) == expected).all()
    assert one.weights[1].dtype == np.float32
    path = tmp_path / "stack.ckpt"
    whole = long.vjp(g)
    stopped = long.vjp(g, lambda progress: True, checkpoint=path, checkpoint_seconds=1e6)
    assert stopped.done < 100_000
    resumed = long.vjp(g, checkpoint=path)
    assert (resumed.vectors[0] == whole.vectors[0]).all()
    assert resumed.vectors[1] == whole.vectors[1]
    with pytest.raises(ValueError, match="checkpoint"):
        other.vjp(g, checkpoint=path)
    assert one.norm(max_matvecs=2_000).value == two.norm(max_matvecs=2_000).value


def test_long_products_leave_the_range_of_doubles():
    module = stack("gru", 2, 4, 2, 1)
    chain = rc.StackChain.from_torch(module, torch.randn(4000, 2).double())
    back = chain.vjp(np.ones(8))
    assert back.log_norms[-1] < -800.0
    assert abs(chain.norm(rtol=0.5).value / back.log_norms[-1] - 1.0) < 0.05


def test_misuse_is_told_by_name():
    gru = torch.nn.GRU(2, 3, 2)
    x = torch.randn(5, 2)
    with pytest.raises(TypeError, match="made by its from_torch"):
        rc.StackChain()
    with pytest.raises(TypeError, match=r"module must be a torch\.nn\.RNN, GRU or LSTM; got Linear"):
        rc.StackChain.from_torch(torch.nn.Linear(2, 2), x)
    with pytest.raises(ValueError, match="reversed"):
        rc.StackChain.from_torch(torch.nn.GRU(2, 3, 2, bidirectional=True), x)
    with pytest.raises(ValueError, match=r"state must have shape \(2, n\) or \(2, 1, n\); got \(1, 3\)"):
        rc.StackChain.from_torch(gru, x, torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"state must be \(h_0, c_0\); got 3 parts"):
        rc.StackChain.from_torch(torch.nn.LSTM(2, 3, 2), x, [torch.zeros(2, 3)] * 3)
    with pytest.raises(MemoryError, match="takes 1200 bytes for its gates; got memory = 1000"):
        rc.StackChain.from_torch(gru, x, memory=1000)
    with pytest.raises(ValueError, match="inputs must be one sequence"):
        rc.StackChain.from_torch(gru, torch.randn(5, 4))
    with pytest.raises(ValueError, match="a batch of 3"):
        rc.StackChain.from_torch(gru, torch.randn(5, 3, 2))
    with pytest.raises(ValueError, match="v must have shape"):
        rc.StackChain.from_torch(gru, x).jvp(np.ones(3))
