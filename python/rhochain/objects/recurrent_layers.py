"""`RecurrentLayer`: the weights of one layer and direction of a trained recurrent network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["GATES", "RecurrentLayer"]

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
"""Blocks of n rows in the weights of each cell: r, z, n of a GRU; i, f, g, o of an LSTM."""


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
    framework : str
    """

    name: str
    cell: str
    recurrent: Any
    incoming: Any = None
    bias: Any = None
    input_bias: Any = None
    activation: str | None = None
    reverse: bool = False
    framework: str = "torch"
