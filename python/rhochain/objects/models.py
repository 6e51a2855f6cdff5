"""The recurrent layers of a model, whatever holds its weights."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.objects.arrays import tensor_numbers
from rhochain.objects.jax_layers import is_jax_model, layers_of_jax
from rhochain.objects.model_files import layers_of_file
from rhochain.objects.networks import Network
from rhochain.objects.recurrent_layers import GATES, Layers, RecurrentLayer
from rhochain.objects.state_dicts import is_state_dict, layers_of_state_dict
from rhochain.objects.torch_modules import is_module, recurrent_layers

__all__ = ["layers_of", "network_of_model", "only_matrix"]


def layers_of(given: Any) -> Layers | None:
    """The layers of a module, a state dict or a file of one, at least one; None where `given` is no model.

    Raises ValueError, with what was found in their place, where a model has none.
    """
    layers: Layers | None = None
    if is_module(given):
        layers = recurrent_layers(given)
    elif is_state_dict(given):
        layers = layers_of_state_dict(given)
    elif is_jax_model(given):
        layers = layers_of_jax(given)
    elif isinstance(given, (str, os.PathLike)):
        layers = layers_of_file(given)
    if layers is None or layers.found:
        return layers
    reasons = "; ".join(f"{part.name}: {part.reason}" if part.name else part.reason for part in layers.skipped[:5])
    more = f" and {len(layers.skipped) - 5} more" if len(layers.skipped) > 5 else ""
    raise ValueError(
        f"model must have a recurrent layer (torch.nn.RNN, GRU, LSTM or their cells); got {layers.origin}"
        + (f" with {reasons}{more}" if reasons else " without one")
    )


def only_matrix(layers: Layers) -> Any:
    """The recurrent matrix of a model that is one layer of a plain RNN; ValueError with what to choose from for others.

    A model with parts beside that layer counts as another: it is no matrix.
    """
    first = layers.found[0]
    if len(layers.found) == 1 and first.cell == "rnn" and not first.module:
        return first.recurrent
    choices = ", ".join(f"{_weight(layer)} ({_size(layer)})" for layer in layers.found[:6])
    more = f" and {len(layers.found) - 6} more" if len(layers.found) > 6 else ""
    gated = next((layer for layer in layers.found if layer.cell != "rnn"), None)
    gate = "" if gated is None else f"; one gate: {_weight(gated)}.chunk({GATES[gated.cell]})[0]"
    raise ValueError(
        f"W must be one matrix; got {layers.origin} with {choices}{more}: choose a matrix{gate}, or call "
        "rhochain.check(model) for all layers"
    )


def network_of_model(layers: Layers) -> Network:
    """h_k = sigma(W h_{k-1} + W_in u_k + b) of a model that `only_matrix` takes."""
    W, layer = only_matrix(layers), layers.found[0]
    biases = [_in_float64(bias) for bias in (layer.bias, layer.input_bias) if bias is not None]
    return Network(
        layers.origin,
        W,
        activation=layer.activation,
        convention="post",
        W_in=layer.incoming,
        bias=sum(biases) if biases else None,
        unknown_activation=None if layer.activation is not None else "not stored there",
    )


def _in_float64(given: Any) -> npt.NDArray[np.float64]:
    return np.asarray(tensor_numbers(given) if hasattr(given, "detach") else given, dtype=np.float64)


def _weight(layer: RecurrentLayer) -> str:
    """The parameter's name in the model."""
    place = layer.name.removeprefix(layer.module).lstrip(".")
    suffix = "" if place in ("", "cell") else f"_{place}"
    return ".".join(filter(None, (layer.module, f"weight_hh{suffix}")))


def _size(layer: RecurrentLayer) -> str:
    rows, cols = layer.recurrent.shape
    gates = f", {GATES[layer.cell]} gates" if layer.cell != "rnn" else ""
    return f"{rows} x {cols}{gates}"
