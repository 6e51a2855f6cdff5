"""Recurrent layers of state dicts: the same as those of the module, whatever the names of keys went through."""

import numpy as np
import pytest

import rhochain as rc
from rhochain.objects.state_dicts import is_state_dict, layers_of_state_dict
from rhochain.objects.torch_modules import recurrent_layers

torch = pytest.importorskip("torch")
prune = pytest.importorskip("torch.nn.utils.prune")
parametrizations = pytest.importorskip("torch.nn.utils.parametrizations")
nn = torch.nn
N, M = 5, 3


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(M, N, num_layers=2, bidirectional=True)
        self.cell = nn.LSTMCell(M, N)
        self.rnn = nn.RNN(M, N, bias=False)
        self.fc = nn.Linear(N, N)


def assert_same_layers(found, expected):
    assert [layer.name for layer in found] == [layer.name for layer in expected]
    for a, b in zip(found, expected, strict=True):
        assert (a.cell, a.depth, a.reverse, a.module) == (b.cell, b.depth, b.reverse, b.module)
        for part in ("recurrent", "incoming", "bias", "input_bias"):
            one, other = getattr(a, part), getattr(b, part)
            assert (one is None) == (other is None)
            if one is not None:
                np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def shuffled(state):
    keys = list(state)
    np.random.default_rng(3).shuffle(keys)
    return {key: state[key] for key in keys}


FORMS = {
    "plain": lambda state: state,
    "numpy": lambda state: {key: value.numpy() for key, value in state.items()},
    "compiled": lambda state: {f"_orig_mod.{key}": value for key, value in state.items()},
    "data parallel": lambda state: {f"module.{key}": value for key, value in state.items()},
    "both": lambda state: {f"module._orig_mod.{key}": value for key, value in state.items()},
    "a compiled part": lambda state: {key.replace("cell.", "cell._orig_mod."): value for key, value in state.items()},
    "Lightning": lambda state: {"state_dict": state, "epoch": 3, "optimizer_states": [{}]},
    "tutorial": lambda state: {"model_state_dict": state, "optimizer_state_dict": {}, "loss": torch.zeros(())},
    "with other values": lambda state: {**state, "steps": 7, "name": "x"},
}


@pytest.mark.parametrize("form", FORMS)
def test_layers_are_those_of_the_module(form):
    torch.manual_seed(0)
    model = Model()
    given = FORMS[form](dict(model.state_dict()))
    assert is_state_dict(given)
    layers = layers_of_state_dict(given)
    assert_same_layers(layers.found, recurrent_layers(model).found)
    assert [layer.activation for layer in layers.found] == [None] * 6
    assert ("fc.weight", f"a weight of {N} x {N}: not known to be recurrent") in layers.skipped


def test_the_order_of_keys_does_not_matter_within_a_module():
    model = nn.GRU(M, N, num_layers=11, bidirectional=True)
    assert_same_layers(layers_of_state_dict(shuffled(model.state_dict())).found, recurrent_layers(model).found)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("single", [False, True])
def test_shapes_give_the_cell(kind, single):
    module = getattr(nn, f"{kind}Cell" if single else kind)(M, N)
    (layer,) = layers_of_state_dict(module.state_dict()).found
    assert (layer.name, layer.cell) == ("cell" if single else "l0", kind.lower())


def test_a_pruned_state_dict_holds_the_weight_in_two_parts():
    model = nn.ModuleDict({"rnn": nn.RNN(M, N)})
    prune.l1_unstructured(model["rnn"], "weight_hh_l0", 0.5)
    (layer,) = layers_of_state_dict(model.state_dict()).found
    np.testing.assert_array_equal(layer.recurrent.numpy(), model["rnn"].weight_hh_l0.detach().numpy())
    assert layer.notes == ("weight_hh_l0 is pruned: weight_hh_l0_orig times weight_hh_l0_mask.",)


REFUSED = {
    "orthogonal": (lambda m: parametrizations.orthogonal(m, "weight_hh_l0"), "parametrize.remove_parametrizations"),
    "weight norm": (lambda m: parametrizations.weight_norm(m, "weight_hh_l0"), "parametrize.remove_parametrizations"),
    "spectral norm": (lambda m: nn.utils.spectral_norm(m, "weight_hh_l0"), "remove_spectral_norm"),
}


@pytest.mark.parametrize("change", REFUSED)
def test_a_parametrized_weight_is_not_in_the_state_dict(change):
    apply, call = REFUSED[change]
    module = nn.RNN(M, N)
    apply(module)
    with pytest.raises(ValueError, match=rf"l0: the weight in use is not stored: .*{call}\(module, 'weight_hh_l0'\)"):
        rc.check(module.state_dict(), activation="tanh")
    rc.check(module)


def test_old_weight_norm_is_not_in_the_state_dict():
    state = {"weight_hh_l0_g": np.ones((N, 1)), "weight_hh_l0_v": np.eye(N), "weight_ih_l0": np.ones((N, M))}
    with pytest.raises(ValueError, match=r"remove_weight_norm\(module, 'weight_hh_l0'\)"):
        rc.check(state, activation="tanh")


def test_projections_and_other_shapes_are_refused_by_name():
    with pytest.raises(ValueError, match=r"lstm\.l0: an LSTM with proj_size: its gates see a projection"):
        rc.check(nn.ModuleDict({"lstm": nn.LSTM(M, N, proj_size=2)}).state_dict())
    with pytest.raises(ValueError, match=r"l0: weight_hh_l0 has shape \(10, 5\); expected \(n, n\), \(3n, n\)"):
        rc.check({"weight_hh_l0": np.ones((10, 5))})
    with pytest.raises(ValueError, match=r"l0: weight_ih_l0 has shape \(4, 2\); expected 5 rows, as weight_hh_l0 has"):
        rc.check({"weight_hh_l0": np.eye(5), "weight_ih_l0": np.ones((4, 2))}, activation="tanh")
    with pytest.raises(ValueError, match="l0: weight_hh_l0 is missing beside weight_ih"):
        rc.check({"weight_ih_l0": np.ones((10, 5))})


def test_other_mappings_are_none():
    assert not any(map(is_state_dict, ({}, {"a": 1}, [1], "state", None, np.eye(2), {3: np.eye(2)})))


def saved(kind, state, folder):
    path = folder / f"model.{kind}"
    if kind == "safetensors":
        pytest.importorskip("safetensors.torch").save_file(state, path)
    else:
        torch.save({"loss": torch.zeros(()), "state_dict": state} if kind == "ckpt" else state, path)
    return path


@pytest.mark.parametrize("kind", ["safetensors", "pt", "pth", "ckpt"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_file_is_its_state_dict(kind, dtype, tmp_path):
    torch.manual_seed(2)
    model = nn.ModuleDict({"gru": nn.GRU(M, N, 2), "rnn": nn.RNN(M, N)}).to(dtype)
    path = saved(kind, model.state_dict(), tmp_path)
    found, expected = rc.check(path, activation="tanh"), rc.check(model)
    assert [layer.name for layer in found.layers] == ["gru.l0", "gru.l1", "rnn.l0"]
    assert found.model == str(path)
    for a, b in zip(found.layers[0].gates, expected.layers[0].gates, strict=True):
        assert a.spectral_norm.value == b.spectral_norm.value
    assert found.layers[2].spectral_radius.value == expected.layers[2].spectral_radius.value
    with pytest.raises(ValueError, match=r"activation must be given for rnn.l0: a state dict does not say"):
        rc.check(str(path))


def test_a_file_without_recurrent_weights_is_a_matrix(tmp_path):
    path = tmp_path / "W.pt"
    torch.save({"W": 0.5 * torch.eye(3)}, path)
    assert rc.check(path, activation="tanh").shape == (3, 3)


def test_files_that_hold_no_state_dict_are_refused(tmp_path):
    with pytest.raises(rc.FileError, match=r"nowhere\.pt: no such file"):
        rc.check(tmp_path / "nowhere.pt")
    (tmp_path / "broken.pt").write_bytes(b"x" * 100)
    with pytest.raises(rc.FileError, match=r"broken\.pt: "):
        rc.check(tmp_path / "broken.pt")
    torch.save(nn.GRU(M, N), tmp_path / "whole.ckpt")
    with pytest.raises(rc.FileError, match=r"whole\.ckpt: .*torch.save\(model.state_dict\(\), path\)"):
        rc.check(tmp_path / "whole.ckpt")
