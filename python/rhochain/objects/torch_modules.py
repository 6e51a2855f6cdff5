"""Recurrent layers inside a PyTorch module, with the weights that its next forward uses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from rhochain.objects.recurrent_layers import GATES, Layers, RecurrentLayer, Skipped
from rhochain.objects.torch_weights import weight_used

__all__ = ["is_module", "recurrent_layers"]

_RNN_FILE = "torch.nn.modules.rnn"
_CELLS = {
    "RNN": "rnn",
    "GRU": "gru",
    "LSTM": "lstm",
    "RNNCell": "rnn",
    "GRUCell": "gru",
    "LSTMCell": "lstm",
}
# Wrappers hold the module under one of these names, which is no part of its path.
_WRAPPERS = {
    "torch._dynamo": "_orig_mod",
    "torch.nn.parallel": "module",
    "torch.distributed": "module",
    "torch.optim.swa_utils": "module",
}


def is_module(given: Any) -> bool:
    """Whether `given` is a torch.nn.Module."""
    return any(c.__module__ == "torch.nn.modules.module" and c.__name__ == "Module" for c in type(given).__mro__)


def recurrent_layers(module: Any) -> Layers:
    """The layers of all nn.RNN, GRU, LSTM and their cells in a module, itself among them.

    Parameters
    ----------
    module : torch.nn.Module
        Compiled, in DataParallel, pruned or with parametrizations too.

    Returns
    -------
    Layers
        Without any `found` where the module has none.
    """
    bare = unwrapped(module)
    found: list[RecurrentLayer] = []
    skipped: list[Skipped] = []
    modules: dict[str, Any] = {}
    seen: dict[int, str] = {}
    for path, part in _parts(bare, ""):
        if id(part) in seen:
            if seen[id(part)] in modules:
                skipped.append(Skipped(path, f"the same module as {seen[id(part)] or 'the whole'}"))
            continue
        seen[id(part)] = path
        layers, reasons = _of_part(part, path)
        skipped += reasons
        if layers:
            found += layers
            modules[path] = part
    return Layers(_words(bare), _source(found), tuple(found), tuple(skipped), modules)


def unwrapped(module: Any) -> Any:
    """The module inside of torch.compile, DataParallel and their like."""
    while (inner := _wrapped(module)) is not None:
        module = inner
    return module


def _wrapped(module: Any) -> Any:
    file = type(module).__module__
    name = next((name for start, name in _WRAPPERS.items() if file.startswith(start)), None)
    return None if name is None else getattr(module, name, None)


def _parts(module: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The module and all inside it with their paths, one that is used twice twice."""
    yield path, module
    if _kind(module) is not None or _is_attention(module):
        return
    for name, child in module._modules.items():
        if child is not None:
            yield from _parts(unwrapped(child), f"{path}.{name}" if path else name)


def _kind(module: Any) -> Any:
    """The class of PyTorch's own recurrent modules that this one is, or None."""
    return next((c for c in type(module).__mro__ if c.__module__ == _RNN_FILE and c.__name__ in _CELLS), None)


def _is_attention(module: Any) -> bool:
    return any(c.__name__ == "MultiheadAttention" and c.__module__.startswith("torch.nn") for c in type(module).__mro__)


def _of_part(module: Any, path: str) -> tuple[list[RecurrentLayer], list[Skipped]]:
    kind, own = _kind(module), type(module).__name__
    if kind is None:
        return [], _with_other_weights(module, path)
    if type(module).forward is not kind.forward or "forward" in vars(module):
        return [], [Skipped(path, f"{own}, a torch.nn.{kind.__name__} with a forward of its own")]
    if getattr(module, "proj_size", 0):
        reason = f"torch.nn.LSTM with proj_size = {module.proj_size}: its gates see a projection of the state"
        return [], [Skipped(path, reason)]
    found: list[RecurrentLayer] = []
    skipped: list[Skipped] = []
    for depth, reverse, suffix, name in _places(module, path, kind.__name__):
        layer = _layer(module, path, _CELLS[kind.__name__], depth, reverse, suffix, name)
        if isinstance(layer, Skipped):
            skipped.append(layer)
        else:
            found.append(layer)
    return found, skipped


def _places(module: Any, path: str, kind: str) -> Iterator[tuple[int, bool, str, str]]:
    """Depth, direction, suffix of the parameters and name of each layer."""
    if kind.endswith("Cell"):
        yield 0, False, "", path or "cell"
        return
    for depth in range(module.num_layers):
        for reverse in (False, True)[: 1 + module.bidirectional]:
            place = f"l{depth}{'_reverse' if reverse else ''}"
            yield depth, reverse, f"_{place}", f"{path}.{place}" if path else place


def _layer(
    module: Any, path: str, cell: str, depth: int, reverse: bool, suffix: str, name: str
) -> RecurrentLayer | Skipped:
    recurrent, notes = weight_used(module, f"weight_hh{suffix}")
    n = int(module.hidden_size)
    wanted = (GATES[cell] * n, n)
    if getattr(recurrent, "is_meta", False):
        return Skipped(name, "its weights are on the device 'meta' and hold no numbers")
    if tuple(recurrent.shape) != wanted:
        return Skipped(name, f"weight_hh{suffix} has shape {tuple(recurrent.shape)}; expected {wanted}")
    incoming, bias, input_bias = (
        weight_used(module, f"{part}{suffix}")[0] for part in ("weight_ih", "bias_hh", "bias_ih")
    )
    return RecurrentLayer(
        name,
        cell,
        recurrent,
        incoming,
        bias,
        input_bias,
        activation=_nonlinearity(module) if cell == "rnn" else None,
        reverse=reverse,
        module=path,
        depth=depth,
        notes=notes,
    )


def _nonlinearity(module: Any) -> str:
    """Of an nn.RNN, whose forward reads its `mode`, or of an RNNCell."""
    mode: str = getattr(module, "mode", None) or module.nonlinearity
    return mode.removeprefix("RNN_").lower()


def _with_other_weights(module: Any, path: str) -> list[Skipped]:
    """Why a module of another kind was left out, where it has weights that could be recurrent."""
    own = type(module).__name__
    made_from = getattr(module, "original_name", own)
    if made_from in _CELLS and type(module).__module__.startswith(("torch.jit", "torch.ao")):
        return [Skipped(path, f"a scripted or quantised {made_from}: pass the module that it was made from")]
    if _is_attention(module):
        return [Skipped(path, f"{own}: attention is not recurrent")]
    skipped = []
    for name, weight in module._parameters.items():
        if weight is None or weight.ndim != 2 or min(weight.shape) < 2:
            continue
        rows, cols = weight.shape
        square, gates = rows == cols, "hh" in name and rows in (3 * cols, 4 * cols)
        if square or gates:
            size = f"{rows} x {cols}"
            where = f"{path}.{name}" if path else name
            skipped.append(Skipped(where, f"{own} with a weight of {size}: not known to be recurrent"))
    return skipped


def _words(module: Any) -> str:
    name = type(module).__name__.removeprefix("Parametrized")
    return f"{name}({module.extra_repr()})" if _kind(module) is not None else name


def _source(found: list[RecurrentLayer]) -> str:
    version = getattr(sys.modules.get("torch"), "__version__", "")
    kinds = dict.fromkeys(str(layer.recurrent.dtype).removeprefix("torch.") for layer in found)
    devices = dict.fromkeys(str(layer.recurrent.device) for layer in found)
    return ", ".join([f"torch {version}", *kinds, *devices])
