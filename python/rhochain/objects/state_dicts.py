"""Recurrent layers of a state dict: names of parameters and arrays, as PyTorch names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scipy import sparse

from rhochain.objects.recurrent_layers import GATES, Layers, RecurrentLayer, Skipped

__all__ = ["is_state_dict", "layers_of_state_dict"]

_PART = r"(?P<part>weight_hh|weight_ih|weight_hr|bias_hh|bias_ih)(?P<place>(?:_l\d+(?:_reverse)?)?)"
_PLAIN = re.compile(rf"(?P<path>(?:.*\.)?){_PART}(?P<form>_orig|_mask|_g|_v|_u)?")
_PARAMETRIZED = re.compile(rf"(?P<path>(?:.*\.)?)parametrizations\.{_PART}\.(?P<form>.+)")
_PLACE = re.compile(r"_l(\d+)(_reverse)?")
# Under one of these a checkpoint keeps the state dict beside the state of the training.
_ENVELOPES = ("state_dict", "model_state_dict", "model")
_WRAPPERS = ("_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")

_Parts = dict[str, dict[str, Any]]  # of a layer: its parameters by name, each in the forms that the dict has of it


class _Place(NamedTuple):
    """Where a parameter belongs: the path of its module, and "_l0_reverse" or "" of a cell."""

    path: str
    suffix: str

    @property
    def order(self) -> tuple[int, bool]:
        found = _PLACE.fullmatch(self.suffix)
        return (0, False) if found is None else (int(found[1]), found[2] is not None)

    @property
    def name(self) -> str:
        place = self.suffix.removeprefix("_")
        return ".".join(filter(None, (self.path, place))) or "cell"


def is_state_dict(given: Any) -> bool:
    """Whether `given` maps text to arrays or tensors, or is a checkpoint that holds such a mapping."""
    if not isinstance(given, Mapping) or sparse.issparse(given):  # some of SciPy's sparse matrices are mappings
        return False
    return _has_arrays(given) or _inside(given) is not None


def layers_of_state_dict(given: Mapping[str, Any], origin: str = "state dict") -> Layers:
    """The layers of nn.RNN, GRU, LSTM and their cells whose parameters a mapping holds.

    Parameters
    ----------
    given : mapping of str to array or tensor
        A state dict, or a checkpoint with one under "state_dict", "model_state_dict" or "model". The prefixes of
        torch.compile and of DataParallel are no part of the names of layers.
    origin : str

    Returns
    -------
    Layers
        Without `activation`: no state dict says which an nn.RNN has.
    """
    inside = _inside(given)
    held = given if inside is None else inside  # a checkpoint may hold single tensors beside it, such as a loss
    layers: dict[_Place, _Parts] = {}
    others: list[Skipped] = []
    for key, path, match in _parameters(held):
        if match is None:
            others += _other(path, _shape(held, key) or ())
        else:
            parts = layers.setdefault(_Place(path, match["place"]), {})
            form = "parametrized" if match.re is _PARAMETRIZED else match["form"] or ""
            parts.setdefault(match["part"], {})[form] = held[key]
    rank = {path: k for k, path in enumerate(dict.fromkeys(place.path for place in layers))}
    read = [_layer(place, layers[place]) for place in sorted(layers, key=lambda place: (rank[place.path], place.order))]
    found = tuple(layer for layer in read if isinstance(layer, RecurrentLayer))
    skipped = tuple(layer for layer in read if isinstance(layer, Skipped))
    kinds = dict.fromkeys(str(layer.recurrent.dtype).removeprefix("torch.") for layer in found)
    return Layers(origin, ", ".join(kinds), found, (*skipped, *others))


def _has_arrays(given: object) -> bool:
    return isinstance(given, Mapping) and any(isinstance(key, str) and _shape(given, key) is not None for key in given)


def _shape(held: Mapping[Any, Any], key: str) -> tuple[int, ...] | None:
    """Of an array; None of anything else. A file gives it without reading the array."""
    of_file = getattr(held, "shape", None)
    shape = of_file(key) if callable(of_file) else getattr(held[key], "shape", None)
    return None if shape is None else tuple(shape)


def _inside(given: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((given[key] for key in _ENVELOPES if key in given and _has_arrays(given[key])), None)


def _parameters(held: Mapping[Any, Any]) -> Iterator[tuple[str, str, re.Match[str] | None]]:
    """Keys of arrays, with the path of the module, or of the array itself where it is none of a recurrent layer."""
    keys = [key for key in held if isinstance(key, str) and _shape(held, key) is not None]
    bare = {key: ".".join(part for part in key.split(".") if part not in _WRAPPERS) for key in keys}
    while bare and all(name.startswith("module.") for name in bare.values()):
        bare = {key: name.removeprefix("module.") for key, name in bare.items()}
    for key, name in bare.items():
        match = _PARAMETRIZED.fullmatch(name) or _PLAIN.fullmatch(name)
        yield key, name if match is None else match["path"].rstrip("."), match


def _layer(place: _Place, parts: _Parts) -> RecurrentLayer | Skipped:
    if "weight_hr" in parts:
        return Skipped(place.name, "an LSTM with proj_size: its gates see a projection of the state")
    if "weight_hh" not in parts:
        return Skipped(place.name, f"weight_hh{place.suffix} is missing beside {', '.join(sorted(parts))}")
    name = f"weight_hh{place.suffix}"
    recurrent, notes = _stored(parts["weight_hh"], name)
    if recurrent is None:
        return Skipped(place.name, notes[0])
    rows, cols = recurrent.shape if len(recurrent.shape) == 2 else (0, 0)
    cell = next((cell for cell, gates in GATES.items() if rows == gates * cols > 0), None)
    if cell is None:
        shape = tuple(recurrent.shape)
        return Skipped(place.name, f"{name} has shape {shape}; expected (n, n), (3n, n) or (4n, n)")
    incoming, bias, input_bias = (_stored(parts.get(part, {}), part)[0] for part in ("weight_ih", "bias_hh", "bias_ih"))
    if incoming is not None and (len(incoming.shape) != 2 or incoming.shape[0] != rows):
        shape = tuple(incoming.shape)
        return Skipped(place.name, f"weight_ih{place.suffix} has shape {shape}; expected {rows} rows, as {name} has")
    depth, reverse = place.order
    return RecurrentLayer(
        place.name,
        cell,
        recurrent,
        incoming,
        bias,
        input_bias,
        reverse=reverse,
        module=place.path,
        depth=depth,
        notes=notes,
    )


def _stored(forms: dict[str, Any], name: str) -> tuple[Any, tuple[str, ...]]:
    """The parameter that a forward uses; None where the dict does not hold it, with the reason if there are forms."""
    if "" in forms:
        return forms[""], ()
    if "_orig" in forms and "_mask" in forms:
        return forms["_orig"] * forms["_mask"], (f"{name} is pruned: {name}_orig times {name}_mask.",)
    if not forms:
        return None, ()
    remove = {
        "_g": "torch.nn.utils.remove_weight_norm(module, name)",
        "_orig": "torch.nn.utils.remove_spectral_norm(module, name)",
    }
    call = next((remove[form] for form in remove if form in forms), "")
    call = call or "torch.nn.utils.parametrize.remove_parametrizations(module, name)"
    reason = (
        f"the weight in use is not stored: {name} is parametrized, and a state dict holds what it is computed from. "
        f"Pass the module, or save it after {call.replace('name', repr(name))}"
    )
    return None, (reason,)


def _other(name: str, shape: tuple[int, ...]) -> list[Skipped]:
    square = len(shape) == 2 and shape[0] == shape[1] > 1
    return [Skipped(name, f"a weight of {shape[0]} x {shape[1]}: not known to be recurrent")] if square else []
