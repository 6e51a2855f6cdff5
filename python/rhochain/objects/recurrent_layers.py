"""`RecurrentLayer`: the weights of one layer and direction of a recurrent network; `Layers`: all that a model has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["GATES", "GATE_NAMES", "Layers", "RecurrentLayer", "Skipped"]

GATE_NAMES = {"rnn": ("",), "gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o")}
"""The blocks of n rows in the weights of each cell, from the top."""

GATES = {cell: len(names) for cell, names in GATE_NAMES.items()}
"""How many they are."""


@dataclass(frozen=True, eq=False)
class RecurrentLayer:
    """One layer and direction, in PyTorch's layout whatever the framework: gates below each other, in its order.

    Attributes
    ----------
    name : str
        Such as "encoder.gru.l0_reverse": the module's path, layer and direction.
    cell : {"rnn", "gru", "lstm"}
    recurrent : array or tensor of shape (g n, n), g of `GATES`
        Row i holds what acts on unit i.
    incoming : the same of shape (g n, m), or None
    bias, input_bias : of shape (g n,), or None
        Added on the recurrent side (``bias_hh``) and on that of the inputs (``bias_ih``).
    activation : str or None
        Of an "rnn": "tanh" or "relu"; None where the source does not say, as in a state dict.
    reverse : bool
        Whether it reads sequences from their end.
    module : str
        The path of the module that holds the layer, such as "encoder.gru"; "" for the object itself.
    depth : int
        Its place among the layers of that module, from 0: both directions of a layer have the same.
    notes : tuple of str
        How its weights were read, where that needs saying.
    """

    name: str
    cell: str
    recurrent: Any
    incoming: Any = None
    bias: Any = None
    input_bias: Any = None
    activation: str | None = None
    reverse: bool = False
    module: str = ""
    depth: int = 0
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """The number of units."""
        return int(self.recurrent.shape[1])


class Skipped(NamedTuple):
    """A part of a model that looks like one with a recurrent matrix, and why it was left out."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Layers:
    """The recurrent layers of a model.

    Attributes
    ----------
    origin : str
        The model in words, for reports: "GRU(64, 512, num_layers=2)".
    source : str
        Where its numbers are: "torch 2.13.0, float32, cpu", or a file.
    found : tuple of RecurrentLayer
        In the order in which the model holds them: layer by layer, forward before reverse.
    skipped : tuple of Skipped
    modules : dict
        The objects that hold the layers, by `RecurrentLayer.module`; empty for a state dict.
    """

    origin: str
    source: str = ""
    found: tuple[RecurrentLayer, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    modules: dict[str, Any] = field(default_factory=dict)
