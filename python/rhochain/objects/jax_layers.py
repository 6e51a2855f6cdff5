"""Recurrent cells of Equinox and Flax, in PyTorch's layout: gates below each other, r z n or i f g o."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse

from rhochain.objects.arrays import without_small_types
from rhochain.objects.functions import function_name, named_function
from rhochain.objects.recurrent_layers import Layers, RecurrentLayer, Skipped

__all__ = ["is_jax_model", "layers_of_jax"]

# Names of the gates of a Flax cell that keeps each gate by itself, in PyTorch's order, with the names of their inputs.
_BY_GATE = {"gru": {"hr": "ir", "hz": "iz", "hn": "in"}, "lstm": {"hi": "ii", "hf": "if", "hg": "ig", "ho": "io"}}
_CELLS = {"GRUCell": "gru", "LSTMCell": "lstm", "OptimizedLSTMCell": "lstm", "SimpleCell": "rnn"}


class _Part(NamedTuple):
    """A module inside a model: its path, and whether it reads sequences from their end."""

    path: str
    module: Any
    reverse: bool


def is_jax_model(given: Any) -> bool:
    """Whether `given` is a module of Equinox or Flax, or a nested dict of parameters of Flax cells."""
    if issparse(given):  # SciPy's dictionary of keys is a dict
        return False
    if isinstance(given, Mapping):
        return any(True for _ in _cells_of_parameters(given, ""))
    return _library(given) is not None


def layers_of_jax(model: Any) -> Layers:
    """The recurrent cells inside a model, by path; those that are no cell of `GATES` are skipped with a reason."""
    found: list[RecurrentLayer] = []
    skipped: list[Skipped] = []
    modules: dict[str, Any] = {}
    if isinstance(model, Mapping):
        found = [_of_parameters(path, cell, tree) for path, cell, tree in _cells_of_parameters(model, "")]
        return Layers("parameters of Flax", "flax", tuple(found))
    library = _library(model)
    if library == "flax.linen":
        raise TypeError(
            f"model must have weights; got the Flax linen module {type(model).__name__}, which keeps none: give its "
            'parameters, variables["params"]'
        )
    for part in _parts(_Part("", model, False), set()):
        layer = _of_equinox(part) if library == "equinox" else _of_nnx(part)
        if isinstance(layer, Skipped):
            skipped.append(layer)
        elif layer is not None:
            found.append(layer)
            modules[part.path] = part.module
    return Layers(type(model).__name__, str(library), tuple(found), tuple(skipped), modules)


def _library(given: Any) -> str | None:
    for base in type(given).__mro__:
        package, name = base.__module__, base.__name__
        if package.partition(".")[0] == "equinox" and name == "Module":
            return "equinox"
        if package == "flax.nnx.module" and name == "Module":
            return "flax.nnx"
        if package == "flax.linen.module" and name == "Module":
            return "flax.linen"
    return None


def _parts(whole: _Part, seen: set[int]) -> Iterator[_Part]:
    """A module and those inside, in the order in which it holds them, each once."""
    if id(whole.module) in seen:
        return
    seen.add(id(whole.module))
    if _library(whole.module) is not None:
        yield whole
    for name, inner in _held(whole.module):
        path = f"{whole.path}.{name}" if whole.path else name
        backwards = whole.reverse or bool(getattr(whole.module, "reverse", False)) or name == "backward_rnn"
        yield from _parts(_Part(path, inner, backwards), seen)


def _held(module: Any) -> list[tuple[str, Any]]:
    """What may hold modules, among the attributes or entries of a module, list or dict."""
    if isinstance(module, Mapping):
        return [(str(name), inner) for name, inner in module.items()]
    if isinstance(module, (list, tuple)) or (
        type(module).__module__.startswith("flax.nnx") and hasattr(module, "append")
    ):
        return [(str(k), inner) for k, inner in enumerate(module)]
    if _library(module) is None:
        return []
    return [(name, inner) for name, inner in vars(module).items() if not name.startswith("_")]


def _of_equinox(part: _Part) -> RecurrentLayer | Skipped | None:
    library = vars(sys.modules["equinox"])["nn"]
    cell = {library.GRUCell: "gru", library.LSTMCell: "lstm"}.get(type(part.module))
    if cell is None:
        if hasattr(part.module, "weight_hh"):
            return Skipped(part.path, f"a {type(part.module).__name__}, whose cell is not known")
        return None
    module = part.module
    bias = None
    if cell == "gru" and module.bias_n is not None:
        new = _numbers(module.bias_n)
        bias = np.concatenate([np.zeros(2 * len(new), new.dtype), new])  # inside r * (..)
    return RecurrentLayer(
        part.path or "cell",
        cell,
        _numbers(module.weight_hh),
        _numbers(module.weight_ih),
        bias,
        None if module.bias is None else _numbers(module.bias),
        module=part.path,
    )


def _of_nnx(part: _Part) -> RecurrentLayer | Skipped | None:
    library = sys.modules["flax.nnx"]
    module, kind = part.module, type(part.module).__name__
    if kind not in _CELLS or getattr(library, kind, None) is not type(module):
        bases = {base.__name__ for base in type(module).__mro__}
        return Skipped(part.path, f"a {kind}, whose cell is not known") if "RNNCellBase" in bases else None
    cell = _CELLS[kind]
    functions = {"activation_fn": "tanh"} | ({} if cell == "rnn" else {"gate_fn": "sigmoid"})
    if cell != "rnn" or named_function(module.activation_fn) is None:
        for name, usual in functions.items():
            if named_function(getattr(module, name)) != usual:
                return Skipped(part.path, f"{name} is {function_name(getattr(module, name))}, not {usual}")
    notes: tuple[str, ...] = ()
    if kind == "LSTMCell":
        gates = [(getattr(module, h), getattr(module, i.replace("if", "if_"))) for h, i in _BY_GATE["lstm"].items()]
        recurrent, incoming = (np.concatenate([_kernel(pair[side]) for pair in gates]) for side in (0, 1))
        bias, input_bias = _stacked([_bias(h) for h, _ in gates], recurrent), None
    else:
        recurrent, incoming = _kernel(module.dense_h), _kernel(module.dense_i)
        bias, input_bias = _bias(module.dense_h), _bias(module.dense_i)
    if cell == "rnn" and module.residual:
        recurrent, notes = (
            recurrent + np.eye(len(recurrent), dtype=recurrent.dtype),
            ("residual: W has the identity added",),
        )
    activation = named_function(module.activation_fn) if cell == "rnn" else None
    name = part.path or "cell"
    return RecurrentLayer(
        name, cell, recurrent, incoming, bias, input_bias, activation, part.reverse, part.path, notes=notes
    )


def _cells_of_parameters(tree: Mapping[Any, Any], path: str) -> Iterator[tuple[str, str, Mapping[Any, Any]]]:
    """Path, cell and parameters of each Flax cell in a nested dict, as linen's `init` returns it."""
    for cell, gates in _BY_GATE.items():
        if all(_is_dense(tree.get(name)) for pair in gates.items() for name in pair):
            yield path, cell, tree
            return
    if set(tree) == {"h", "i"} and _is_dense(tree["h"]) and _is_dense(tree["i"]):
        yield path, "rnn", tree
        return
    for name, inner in tree.items():
        if isinstance(inner, Mapping):
            yield from _cells_of_parameters(inner, f"{path}.{name}" if path else str(name))


def _is_dense(given: Any) -> bool:
    return isinstance(given, Mapping) and np.ndim(given.get("kernel", 0)) == 2


def _of_parameters(path: str, cell: str, tree: Mapping[Any, Any]) -> RecurrentLayer:
    gates = _BY_GATE.get(cell, {"h": "i"})
    recurrent = np.concatenate([_kernel(tree[name]) for name in gates])
    incoming = np.concatenate([_kernel(tree[name]) for name in gates.values()])
    bias = _stacked([_bias(tree[name]) for name in gates], recurrent)
    input_bias = _stacked([_bias(tree[name]) for name in gates.values()], recurrent)
    notes = () if cell == "rnn" else ("its gates are taken to have sigmoid and tanh, which parameters do not say",)
    return RecurrentLayer(path or "cell", cell, recurrent, incoming, bias, input_bias, module=path, notes=notes)


def _kernel(dense: Any) -> Any:
    """Of a layer y = x kernel: transposed, each row for one unit."""
    return _numbers(_entry(dense, "kernel")).T


def _bias(dense: Any) -> Any:
    found = _array(_entry(dense, "bias"))
    return None if found is None else _numbers(found)


def _entry(dense: Any, name: str) -> Any:
    return dense.get(name) if isinstance(dense, Mapping) else getattr(dense, name, None)


def _stacked(biases: list[Any], recurrent: Any) -> Any:
    """One below the other, 0 where a gate has none; None where no gate has one."""
    if all(bias is None for bias in biases):
        return None
    n = recurrent.shape[1]
    return np.concatenate([np.zeros(n, recurrent.dtype) if bias is None else bias for bias in biases])


def _numbers(given: Any) -> Any:
    """A parameter of a module, or an array, as NumPy has it."""
    return without_small_types(np.asarray(_array(given)))


def _array(given: Any) -> Any:
    """What a variable of nnx holds; other arrays unchanged."""
    if not type(given).__module__.startswith("flax"):
        return given
    return given.get_value() if hasattr(given, "get_value") else given.value
