"""What `from_torch` of a chain takes: the one layer of a PyTorch module, one sequence for it, and a state."""

from __future__ import annotations

from typing import Any

import numpy as np

from rhochain.inputs.arguments import real_vector
from rhochain.inputs.arrays import Floats
from rhochain.inputs.coercion import plain_array
from rhochain.objects.recurrent_layers import RecurrentLayer
from rhochain.objects.torch_modules import is_module, recurrent_layers, unwrapped

__all__ = ["one_bias", "one_layer", "one_sequence", "state_vector"]

_CLASSES = {"rnn": "RNN or RNNCell", "gru": "GRU or GRUCell", "lstm": "LSTM or LSTMCell"}


def one_layer(module: Any, cell: str) -> RecurrentLayer:
    """The layer of a torch.nn module of this cell with one layer and direction and without a projection."""
    expected = f"module must be a torch.nn.{_CLASSES[cell]}"
    if not is_module(module):
        raise TypeError(f"{expected}; got {type(module).__name__}")
    bare = unwrapped(module)
    for name, wanted in (("num_layers", 1), ("bidirectional", False), ("proj_size", 0)):
        got = getattr(bare, name, wanted)
        if got != wanted:
            raise ValueError(f"module must have {name} = {wanted}; got {got}")
    layers = recurrent_layers(module)
    own = [layer for layer in layers.found if not layer.module]
    if len(own) != 1:
        whose = next((f" ({part.reason})" for part in layers.skipped if not part.name), "")
        inside = ", ".join(layers.modules)
        hint = f", whose recurrent modules are {inside}: give one of them" if inside else whose
        raise TypeError(f"{expected}; got {layers.origin}{hint}")
    if own[0].cell != cell:
        raise TypeError(f"{expected}; got {layers.origin}")
    return own[0]


def one_sequence(module: Any, layer: RecurrentLayer, inputs: Any) -> Any:
    """`inputs` of shape (K, m) from what the module takes for one sequence; ValueError for a batch of several."""
    if hasattr(inputs, "batch_sizes"):
        raise TypeError("inputs must be one sequence, a tensor of shape (K, input_size); got a PackedSequence")
    width = int(layer.incoming.shape[1])
    if not hasattr(inputs, "shape"):
        if not isinstance(inputs, (list, tuple)):
            return inputs  # rows to be read in blocks
        inputs = np.asarray(inputs)
    shape = tuple(inputs.shape)
    batch = 0 if getattr(unwrapped(module), "batch_first", False) else 1
    if len(shape) == 3 and shape[2] == width and shape[batch] == 1:
        return inputs[0] if batch == 0 else inputs[:, 0]
    if len(shape) == 2 and shape[1] == width:
        return inputs
    one = "(1, K, input_size) as batch_first says" if batch == 0 else "(K, 1, input_size)"
    several = len(shape) == 3 and shape[2] == width
    hint = f", a batch of {shape[batch]}: check(module, inputs=x) takes batches" if several else ""
    raise ValueError(
        f"inputs must be one sequence of shape (K, input_size) or {one}, with input_size = {width}; got {shape}{hint}"
    )


def one_bias(layer: RecurrentLayer) -> Floats:
    """The sum of both biases of a plain layer, in float64."""
    return state_vector("bias", layer.bias, layer.n) + state_vector("bias", layer.input_bias, layer.n)


def state_vector(name: str, given: Any, length: int) -> Floats:
    """`given` as float64 of shape (length,), zeros for None; leading extents of 1, as PyTorch's states have, go."""
    if given is None:
        return np.zeros(length)
    x = plain_array(name, given)
    return real_vector(name, x.reshape(-1) if x.shape[:-1] and set(x.shape[:-1]) == {1} else x, length)
