"""Jacobians of recurrent PyTorch layers by its own autograd, in float64."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")


def single_layers(module):
    """An nn.RNN, GRU or LSTM of one layer and direction, in float64, for each layer and direction of `module`."""
    found = {}
    for depth in range(module.num_layers):
        for suffix in ("", "_reverse")[: 1 + module.bidirectional]:
            place = f"l{depth}{suffix}"
            width = getattr(module, f"weight_ih_{place}").shape[1]
            options = {"nonlinearity": module.nonlinearity} if isinstance(module, torch.nn.RNN) else {}
            kind = next(k for k in (torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM) if isinstance(module, k))
            one = kind(width, module.hidden_size, bias=module.bias, **options).double()
            for part in ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if module.bias else ())):
                getattr(one, f"{part}_l0").data[:] = getattr(module, f"{part}_{place}").data.double()
            found[place] = one
    return found


def as_state(module, vector, count):
    """[h; c] of each of `count` layers, or h, as a module takes it for one sequence."""
    rows = vector.reshape(count, -1, module.hidden_size)
    if isinstance(module, torch.nn.LSTM):
        return rows[:, 0].contiguous(), rows[:, 1].contiguous()
    return rows[:, 0].contiguous()


def as_vector(state):
    parts = state if isinstance(state, tuple) else (state,)
    return torch.stack(parts, dim=1).reshape(-1)


def jacobian(module, x, start=None):
    """Of the last states of all layers in the first ones, for x of shape (K, m); module of one direction."""
    module, count = double_of(module), module.num_layers
    blocks = 2 if isinstance(module, torch.nn.LSTM) else 1
    if start is None:
        start = torch.zeros(count * blocks * module.hidden_size, dtype=torch.float64)

    def last(vector):
        return as_vector(module(x.double(), as_state(module, vector, count))[1])

    return torch.autograd.functional.jacobian(last, start.double()).numpy()


def double_of(module):
    """A copy in float64, in evaluation mode, that reads (K, m)."""
    options = {"nonlinearity": module.nonlinearity} if isinstance(module, torch.nn.RNN) else {}
    kind = next(k for k in (torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM) if isinstance(module, k))
    copy = kind(
        module.input_size,
        module.hidden_size,
        module.num_layers,
        bias=module.bias,
        bidirectional=module.bidirectional,
        **options,
    ).double()
    copy.load_state_dict({name: value.double() for name, value in module.state_dict().items()})
    return copy.eval()


def layer_jacobians(module, x):
    """The Jacobian of each layer and direction by its place, "l0_reverse", from states 0 along x of shape (K, m)."""
    found, given = {}, x.double()
    singles = single_layers(module)
    for depth in range(module.num_layers):
        outputs = []
        for suffix in ("", "_reverse")[: 1 + module.bidirectional]:
            one = singles[f"l{depth}{suffix}"]
            read = given.flip(0) if suffix else given
            found[f"l{depth}{suffix}"] = jacobian(one, read)
            with torch.no_grad():
                out = one(read)[0]
            outputs.append(out.flip(0) if suffix else out)
        given = torch.cat(outputs, dim=1)
    return found


def log_norm(J):
    norm = np.linalg.norm(J, 2)
    return float(np.log(norm)) if norm else -np.inf
