"""Checks of models: quantities of every gate against dense NumPy, verdicts of plain layers, and what is refused."""

import numpy as np
import pytest

import rhochain as rc

torch = pytest.importorskip("torch")
prune = pytest.importorskip("torch.nn.utils.prune")
parametrizations = pytest.importorskip("torch.nn.utils.parametrizations")
nn = torch.nn
N, M = 12, 4
CHAINS = {"gru": rc.GRUChain, "lstm": rc.LSTMChain}


def module_of(cell, seed=0, **options):
    torch.manual_seed(seed)
    return {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell](M, N, **options)


def encloses(bracket, value):
    return bracket.lower.value <= value * (1 + 1e-12) and value <= bracket.upper.value * (1 + 1e-12)


def assert_numbers_of(report, W):
    W = np.asarray(W, dtype=np.float64)
    radius = np.abs(np.linalg.eigvals(W)).max()
    norm = np.linalg.svd(W, compute_uv=False)[0]
    perron = np.abs(np.linalg.eigvals(np.abs(W))).max()
    for bracket, value in (
        (report.spectral_radius, radius),
        (report.spectral_norm, norm),
        (report.perron_radius, perron),
    ):
        assert bracket.value == pytest.approx(value, rel=1e-3)
        assert encloses(bracket, value)
        assert bracket.upper.graded


@pytest.mark.parametrize(("cell", "gates"), [("gru", "rzn"), ("lstm", "ifgo")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_gates_have_the_numbers_of_their_blocks_and_no_verdict(cell, gates, dtype):
    module = module_of(cell, num_layers=2, bidirectional=True, dtype=dtype)
    report = rc.check(module)
    assert [layer.name for layer in report.layers] == ["l0", "l0_reverse", "l1", "l1_reverse"]
    for layer in report.layers:
        U = getattr(module, f"weight_hh_{layer.name}").detach().double().numpy()
        assert layer.shape == U.shape
        assert "".join(gate.name for gate in layer.gates) == gates
        for k, gate in enumerate(layer.gates):
            assert_numbers_of(gate, U[k * N : (k + 1) * N])
        assert layer.verdict is rc.Verdict.UNDECIDED
        assert f"W alone decides nothing for a{'n LSTM' if cell == 'lstm' else ' GRU'}" in layer.reason
        assert "check(model, inputs=x)" in layer.reason
        assert layer.along is None
    assert report.stack is None


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_a_plain_layer_has_the_report_of_its_matrix(scale, nonlinearity):
    module = module_of("rnn", 1, nonlinearity=nonlinearity, bidirectional=True)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(scale)
    for layer in rc.check(module).layers:
        W = getattr(module, f"weight_hh_{layer.name}").detach()
        assert_numbers_of(layer, W)
        own = rc.check(W, activation=nonlinearity)
        assert isinstance(layer, rc.GradientReport)
        assert layer.verdict is own.verdict
        assert layer.activation == nonlinearity
        assert layer.spectral_norm.upper.value == own.spectral_norm.upper.value


def test_the_input_weights_of_a_layer_that_the_caller_feeds_are_its_reach():
    wide, narrow = nn.RNN(N, N, dtype=torch.float64), nn.RNN(M, N, dtype=torch.float64)
    W = np.random.default_rng(0).standard_normal((N, N)) - 2.0 * np.eye(N)  # relu: no network at rest to speak of
    for module, words in ((wide, "nputs that drive every neuron by itself bring"), (narrow, "has a rank below n")):
        with torch.no_grad():
            module.weight_hh_l0.copy_(torch.from_numpy(W))
        module.mode, module.nonlinearity = "RNN_RELU", "relu"
        (layer,) = rc.check(module).layers
        assert layer.verdict is rc.Verdict.EXPLODES_FOR_SOME_SLOPES
        assert words in layer.reason
        (inside,) = rc.check(nn.Sequential(module)).layers
        assert "was not examined" in inside.reason


@pytest.mark.parametrize("change", [prune.l1_unstructured, None])
def test_weights_are_those_in_use(change):
    module = module_of("gru", 2)
    if change is None:
        parametrizations.orthogonal(module, "weight_hh_l0")
    else:
        change(module, "weight_hh_l0", 0.6)
    U = module.weight_hh_l0.detach().numpy()
    (layer,) = rc.check(module).layers
    for k, gate in enumerate(layer.gates):
        assert_numbers_of(gate, U[k * N : (k + 1) * N])
    assert any("weight_hh_l0 is p" in note for note in layer.notes)


def test_spectral_norm_of_a_plain_layer():
    module = parametrizations.spectral_norm(module_of("rnn", 3), "weight_hh_l0")
    (layer,) = rc.check(module).layers
    module.eval()
    assert_numbers_of(layer, module.weight_hh_l0.detach())


def test_a_model_brings_its_activation():
    tanh, both = module_of("rnn"), nn.ModuleList([nn.RNN(M, N), nn.GRU(M, N)])
    assert rc.check(tanh, "tanh").layers[0].verdict is rc.check(tanh).layers[0].verdict
    assert rc.check(both, activation=rc.activation("tanh")).layers[0].activation == "tanh"
    with pytest.raises(ValueError, match="activation must be that of l0, 'tanh', or None; got 'relu'"):
        rc.check(tanh, activation="relu")
    with pytest.raises(ValueError, match="activation is for plain RNNs: the model has gated cells alone"):
        rc.check(nn.GRU(M, N), activation="tanh")
    state = {f"rnn.{name}": value for name, value in tanh.state_dict().items()}
    with pytest.raises(ValueError, match=r"activation must be given for rnn.l0: a state dict does not say"):
        rc.check(state)
    assert rc.check(state, activation="relu").layers[0].activation == "relu"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gain": 1.0}, r"gain is for a matrix, .* got gain for GRU\(4, 12\)"),
        ({"leak": 0.5}, r"leak is for a matrix, .* got leak for GRU\(4, 12\)"),
        ({"leak": np.full(N, 0.5)}, "leak is for a matrix"),
        ({"max_seconds": -1.0}, "max_seconds must be at least 0"),
        ({"rtol": 2.0}, "rtol must lie between 0 and 1"),
        ({"vanish_level": 2.0, "explode_level": 1.0}, "levels must obey"),
    ],
)
def test_arguments_of_matrices_are_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        rc.check(module_of("gru"), **options)
    with pytest.raises(TypeError, match="callback must be callable"):
        rc.check(module_of("gru"), callback=3)


def test_a_model_without_recurrent_layers_is_refused_with_what_it_has():
    with pytest.raises(ValueError, match=r"a recurrent layer .* got Linear with weight: Linear with a weight of 3 x 3"):
        rc.check(nn.Linear(3, 3))
    with pytest.raises(ValueError, match=r"got LSTM\(4, 12, proj_size=3\) with torch.nn.LSTM with proj_size = 3"):
        rc.check(nn.LSTM(M, N, proj_size=3))
    with pytest.raises(ValueError, match=r"got Sequential without one$"):
        rc.check(nn.Sequential(nn.ReLU()))
    many = nn.ModuleList([nn.Linear(3, 3) for _ in range(8)])
    with pytest.raises(ValueError, match=r"4.weight: Linear .* and 3 more$"):
        rc.check(many)


@pytest.mark.parametrize("cell", CHAINS)
def test_a_chain_decides_for_its_trajectory(cell):
    module = module_of(cell, 5)
    chain = CHAINS[cell].from_torch(module, torch.zeros(400, M))
    own = rc.check_chain(chain)
    for model in (module, module.state_dict(), nn.ModuleDict({"a": module})):
        (layer,) = rc.check(model, chain=chain).layers
        assert layer.verdict is own.verdict is rc.Verdict.VANISHES_ON_TRAJECTORY
        assert layer.chain_norm.upper.value == own.norm.upper.value
        assert any(note.startswith("for all inputs: UNDECIDED: W alone") for note in layer.notes)
    short = CHAINS[cell].from_torch(module, torch.zeros(1, M))
    (layer,) = rc.check(module, chain=short).layers
    assert layer.verdict is rc.Verdict.UNDECIDED
    assert "W alone decides nothing" in layer.reason
    assert any("no graded bound crosses a level" in note for note in layer.notes)


@pytest.mark.parametrize("cell", CHAINS)
def test_stacked_weights_beside_their_chain_are_a_layer(cell):
    module = module_of(cell, 6)
    chain = CHAINS[cell].from_torch(module, torch.zeros(300, M))
    U = module.weight_hh_l0
    (layer,) = rc.check(U, chain=chain).layers
    assert (layer.name, layer.cell, layer.verdict) == ("W", cell, rc.Verdict.VANISHES_ON_TRAJECTORY)
    assert_numbers_of(layer.gates[0], U[:N].detach())
    (held,) = rc.check(rc.Matrix(U), chain=chain).layers
    assert held.gates == ()
    assert "known by their products alone" in held.notes[0] + held.notes[-1]
    with pytest.raises(ValueError, match=r"W beside a \w+Chain must be its weights"):
        rc.check(np.eye(N), chain=chain)
    with pytest.raises(ValueError, match=r"chain must be of the weights of W, .* of another matrix"):
        rc.check(2.0 * U.detach(), chain=chain)
    with pytest.raises(ValueError, match="activation is for plain RNNs"):
        rc.check(U, "tanh", chain=chain)


def test_a_chain_of_a_plain_layer_has_its_convention():
    module, x = module_of("rnn", 7), torch.zeros(200, M)
    chain = rc.JacobianChain.from_torch(module, x)
    (layer,) = rc.check(module, chain=chain).layers
    assert layer.chain_norm.upper.value == chain.norm().upper.value
    W = module.weight_hh_l0.detach()
    pre = rc.JacobianChain.from_rollout(W, np.zeros(N), 200)
    with pytest.raises(ValueError, match=r"chain must have the convention of torch.nn.RNN, 'post' .* got 'pre'"):
        rc.check(module, chain=pre)
    with pytest.raises(ValueError, match="another matrix"):
        rc.check(module_of("rnn", 8), chain=chain)


def test_a_chain_is_of_one_layer():
    gru = module_of("gru", num_layers=2)
    chain = rc.GRUChain.from_torch(module_of("gru"), torch.zeros(10, M))
    with pytest.raises(ValueError, match=r"chain must be None for a model with several layers \(l0, l1\)"):
        rc.check(gru, chain=chain)
    with pytest.raises(ValueError, match="chain must be of LSTM cells, as l0 has; got GRUChain"):
        rc.check(module_of("lstm"), chain=chain)
    with pytest.raises(TypeError, match="chain must be a GRUChain or LSTMChain; got Tensor"):
        rc.check(module_of("gru"), chain=torch.zeros(3))
    with pytest.raises(ValueError, match="chain must be of plain cells, as l0 has; got GRUChain"):
        rc.check(module_of("rnn"), chain=chain)


def test_functions_of_w_take_one_plain_layer():
    module = module_of("rnn", 9)
    W = module.weight_hh_l0.detach()
    assert rc.spectral_radius(module).value == rc.spectral_radius(W).value
    assert rc.spectral_norm(nn.DataParallel(module)).value == rc.spectral_norm(W).value
    assert rc.perron_radius(module.state_dict()).value == rc.perron_radius(W).value
    cell = nn.RNNCell(M, N)
    assert rc.spectral_norm(cell).value == rc.spectral_norm(cell.weight_hh).value
    assert rc.Matrix(module).shape == (N, N)
    with pytest.raises(
        ValueError,
        match=r"got LSTM\(4, 12, num_layers=2\) with weight_hh_l0 \(48 x 12, 4 gates\), weight_hh_l1 .*: "
        r"choose a matrix; one gate: weight_hh_l0.chunk\(4\)\[0\]",
    ):
        rc.spectral_norm(module_of("lstm", num_layers=2))
    with pytest.raises(ValueError, match=r"\(12 x 12\), weight_hh_l0_reverse \(12 x 12\): choose a matrix"):
        rc.spectral_radius(module_of("rnn", bidirectional=True))
    with pytest.raises(ValueError, match=r"a.b.weight_hh_l0 \(12 x 12\)"):
        rc.spectral_radius(nn.ModuleDict({"a": nn.ModuleDict({"b": module})}))
    with pytest.raises(ValueError, match=r"c.weight_hh \(12 x 12\)"):
        rc.spectral_radius(nn.ModuleDict({"c": cell}))


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_an_entry_that_is_not_finite_is_named_by_its_layer(cell):
    module = module_of(cell, num_layers=2)
    module.weight_hh_l1.data[5, 2] = torch.nan
    with pytest.raises(ValueError, match=r"^layer decoder.l1: W must have finite entries; got nan in row 5, column 2"):
        rc.check(nn.ModuleDict({"decoder": module}))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_layer_says_whether_its_time_was_spent_and_names_what_is_in_work(cell):
    module, heard = module_of(cell), []
    late = rc.check(module, max_seconds=0.0)
    in_time = rc.check(module, max_seconds=1000.0, callback=lambda progress: heard.append(progress.quantity))
    assert [report.layers[0].computed.out_of_time for report in (late, in_time)] == [True, False]
    assert {"spectral_radius", "spectral_norm", "perron_radius"} >= set(heard) > set()


def test_layers_share_the_budget_and_a_callback_stops_all():
    module = module_of("gru", num_layers=3)
    seen = []
    report = rc.check(module, callback=lambda progress: seen.append(progress) or True)
    assert len(report.layers) == 3
    assert len(seen) <= 1
    report = rc.check(nn.ModuleList([nn.RNN(M, N), nn.LSTM(M, N)]), max_seconds=0.0)
    assert [layer.name for layer in report.layers] == ["0.l0", "1.l0"]


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_the_same_bits_for_any_number_of_threads(cell):
    module = module_of(cell, 10)
    one, many = (rc.check(module, threads=threads).layers[0] for threads in (1, 3))
    for a, b in zip(one.gates, many.gates, strict=True) if cell == "gru" else [(one, many)]:
        assert a.spectral_norm.upper.value == b.spectral_norm.upper.value
        assert a.spectral_radius.upper.value == b.spectral_radius.upper.value
