"""Recurrent layers inside PyTorch modules: their names, and the weights that the next forward uses."""

import numpy as np
import pytest

from rhochain.objects.torch_modules import is_module, recurrent_layers

torch = pytest.importorskip("torch")
prune = pytest.importorskip("torch.nn.utils.prune")
parametrizations = pytest.importorskip("torch.nn.utils.parametrizations")
nn = torch.nn
N, M = 5, 3
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(M, N, num_layers=2, bidirectional=True)
        self.tied = self.gru
        self.fc = nn.Linear(N, N)
        self.wide = nn.Linear(N, 2 * N)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.attention = nn.MultiheadAttention(N, 1)
        self.decoder = nn.ModuleDict({"cell": nn.LSTMCell(M, N)})
        self.readout = nn.Sequential(nn.Dropout(), nn.RNN(M, N, nonlinearity="relu", bias=False))


NAMES = [
    "encoder.gru.l0",
    "encoder.gru.l0_reverse",
    "encoder.gru.l1",
    "encoder.gru.l1_reverse",
    "decoder.cell",
    "readout.1.l0",
]


def names(module):
    return [layer.name for layer in recurrent_layers(module).found]


def used(module, part="recurrent"):
    (layer,) = recurrent_layers(module).found
    return getattr(layer, part).numpy()


def test_layers_are_found_by_name():
    layers = recurrent_layers(Model())
    assert [layer.name for layer in layers.found] == NAMES
    assert [layer.cell for layer in layers.found] == ["gru"] * 4 + ["lstm", "rnn"]
    assert [layer.depth for layer in layers.found] == [0, 0, 1, 1, 0, 0]
    assert [layer.reverse for layer in layers.found] == [False, True, False, True, False, False]
    assert [layer.activation for layer in layers.found] == [None] * 5 + ["relu"]
    assert layers.found[-1].bias is None
    assert layers.found[-1].input_bias is None
    assert list(layers.modules) == ["encoder.gru", "decoder.cell", "readout.1"]
    assert {layer.n for layer in layers.found} == {N}


def test_what_was_left_out_is_listed_with_a_reason():
    skipped = dict(recurrent_layers(Model()).skipped)
    assert sorted(skipped) == ["attention", "encoder.fc.weight", "encoder.tied"]
    assert skipped["encoder.tied"] == "the same module as encoder.gru"
    assert skipped["attention"] == "MultiheadAttention: attention is not recurrent"
    assert skipped["encoder.fc.weight"] == f"Linear with a weight of {N} x {N}: not known to be recurrent"


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_module_is_its_own_layer(kind, single, dtype):
    module = getattr(nn, f"{kind}Cell" if single else kind)(M, N, dtype=dtype)
    layers = recurrent_layers(module)
    (layer,) = layers.found
    suffix = "" if single else "_l0"
    assert layer.name == ("cell" if single else "l0")
    assert layer.cell == kind.lower()
    assert layer.recurrent.shape == (GATES[kind] * N, N)
    for part, name in (("recurrent", "weight_hh"), ("incoming", "weight_ih"), ("bias", "bias_hh")):
        assert torch.equal(getattr(layer, part), getattr(module, name + suffix))
    assert torch.equal(layer.input_bias, getattr(module, f"bias_ih{suffix}"))
    assert not layer.recurrent.requires_grad
    assert layer.activation == ("tanh" if kind == "RNN" else None)
    assert layers.origin == repr(module)
    assert layers.source == f"torch {torch.__version__}, {str(dtype).removeprefix('torch.')}, cpu"


def test_wrappers_are_no_part_of_a_name():
    for wrapped in (torch.compile(Model(), backend="eager"), nn.DataParallel(Model())):
        assert names(wrapped) == NAMES
    inside = Model()
    inside.encoder = torch.compile(inside.encoder, backend="eager")
    assert names(inside) == NAMES
    averaged = pytest.importorskip("torch.optim.swa_utils").AveragedModel(nn.GRU(M, N))
    assert names(averaged) == ["l0"]


class OwnForward(nn.GRU):
    def forward(self, x, h=None):
        out, h = super().forward(x, h)
        return out + 1.0, h


class SameForward(nn.GRU):
    def extra(self):
        return 0


class OwnCell(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight_hh = nn.Parameter(torch.zeros(3 * N, N))
        self.U = nn.Parameter(torch.zeros(N, N))


def test_cells_with_another_forward_are_left_out():
    reasons = dict(recurrent_layers(nn.ModuleList([OwnForward(M, N), OwnCell(), nn.LSTM(M, N, proj_size=2)])).skipped)
    assert reasons == {
        "0": "OwnForward, a torch.nn.GRU with a forward of its own",
        "1.weight_hh": f"OwnCell with a weight of {3 * N} x {N}: not known to be recurrent",
        "1.U": f"OwnCell with a weight of {N} x {N}: not known to be recurrent",
        "2": "torch.nn.LSTM with proj_size = 2: its gates see a projection of the state",
    }
    assert names(SameForward(M, N)) == ["l0"]
    replaced = nn.GRU(M, N)
    replaced.forward = lambda x: x
    assert names(replaced) == []


def test_weights_on_no_device_are_left_out():
    layers = recurrent_layers(nn.GRU(M, N, device="meta"))
    assert layers.found == ()
    assert layers.skipped == (("l0", "its weights are on the device 'meta' and hold no numbers"),)


def output(module):
    x = torch.ones(7, 1, M, dtype=torch.float64)
    module.eval()
    with torch.no_grad():
        return module(x)[0].numpy()


def plain_output(module):
    """That of a module which holds the weights that were found."""
    (layer,) = recurrent_layers(module).found
    plain = nn.RNN(M, N, dtype=torch.float64)
    with torch.no_grad():
        plain.weight_hh_l0.copy_(layer.recurrent)
        plain.weight_ih_l0.copy_(layer.incoming)
        plain.bias_hh_l0.copy_(layer.bias)
        plain.bias_ih_l0.copy_(layer.input_bias)
    return output(plain)


CHANGES = {
    "pruned": lambda module: prune.l1_unstructured(module, "weight_hh_l0", 0.4),
    "pruned twice": lambda module: [prune.random_unstructured(module, "weight_hh_l0", 0.2) for _ in range(2)],
    "pruned inputs": lambda module: prune.l1_unstructured(module, "weight_ih_l0", 0.4),
    "orthogonal": lambda module: parametrizations.orthogonal(module, "weight_hh_l0"),
    "spectral norm": lambda module: parametrizations.spectral_norm(module, "weight_hh_l0"),
    "weight norm": lambda module: parametrizations.weight_norm(module, "weight_hh_l0"),
    "spectral norm by a hook": lambda module: nn.utils.spectral_norm(module, "weight_hh_l0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_weights_are_those_that_a_forward_uses(change):
    torch.manual_seed(1)
    module = nn.RNN(M, N, dtype=torch.float64)
    before = used(module).copy()
    CHANGES[change](module)
    np.testing.assert_allclose(plain_output(module), output(module), rtol=1e-12)
    # An optimizer moves what stands behind the weight; the next forward uses the new one.
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(1.5)
    np.testing.assert_allclose(plain_output(module), output(module), rtol=1e-12)
    if change != "pruned inputs":
        assert np.abs(used(module) - before).max() > 1e-6
        assert "weight_hh_l0 is p" in " ".join(recurrent_layers(module).found[0].notes) or "hook" in change


def test_reading_changes_nothing():
    module = parametrizations.spectral_norm(nn.RNN(M, N), "weight_hh_l0")
    module.train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    generator = torch.get_rng_state()
    recurrent_layers(module)
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(part.training for part in module.modules())
    assert torch.equal(torch.get_rng_state(), generator)


def test_only_modules_are_modules():
    assert is_module(nn.Linear(2, 2))
    assert not any(map(is_module, (nn.Linear, torch.zeros(2, 2), np.eye(2), "Module", {}, None)))


def test_tied_parameters_belong_to_both_layers():
    model = nn.ModuleList([nn.RNN(N, N), nn.RNN(N, N)])
    model[1].weight_hh_l0 = model[0].weight_hh_l0
    first, second = recurrent_layers(model).found
    assert first.recurrent.data_ptr() == second.recurrent.data_ptr()
    assert (first.name, second.name) == ("0.l0", "1.l0")
