"""Runs of GRU and LSTM cells in the core, with what their chains need recorded; weights of a PyTorch module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import rhochain._core as _core
from rhochain.inputs.arguments import real_vector
from rhochain.inputs.arrays import Floats
from rhochain.inputs.coercion import plain_array
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.rows import row_source
from rhochain.runs.identity import array_digest, matrix_digest, rows_digest

__all__ = ["COLUMNS", "CellArguments", "CellRun", "CellState", "CellWeights", "module_weights"]


COLUMNS = {"gru": ("h", "r", "z", "n", "q"), "lstm": ("i", "f", "g", "o", "c")}
"""What is recorded of each cell, in the order of the core."""


class CellState(NamedTuple):
    """What a cell carries from step to step; c is that of an LSTM."""

    h: Floats
    c: Floats


class CellWeights(NamedTuple):
    """The parameters of a cell in PyTorch's layout, the gates' rows below each other."""

    recurrent: Any
    incoming: Any
    bias: Any
    input_bias: Any


@dataclass(frozen=True, eq=False)
class CellArguments:
    """What `from_rollout` of a gated chain takes for the run, as the caller gave it; None for what was left out."""

    inputs: Any
    h0: Any = None
    c0: Any = None
    W_in: Any = None
    bias: Any = None
    input_bias: Any = None


class CellRun:
    """K steps of a cell in float64, K the number of rows of the inputs; misuse raises here, naming the argument.

    Inputs in a memory map that spans more than `memory` bytes are streamed.
    """

    def __init__(self, cell: str, U: Matrix, given: CellArguments, memory: int | None = None) -> None:
        rows = U.shape[0]
        self.n: int = U.shape[1]
        self.cell, self._U = cell, U
        self._incoming = None if given.W_in is None else Matrix(given.W_in, threads=U.threads or None)
        width, of = rows, "the rows of U"
        if self._incoming is not None:
            width, of = self._incoming.shape[1], "the columns of W_in"
        self._width = width
        self.steps: int
        self._source, self.steps = row_source("inputs", given.inputs, width, f"{width}, {of}", memory)
        self._bias = _state_vector("bias", given.bias, rows)
        self._input_bias = _state_vector("input_bias", given.input_bias, rows)
        self.start = CellState(_state_vector("h0", given.h0, self.n), _state_vector("c0", given.c0, self.n))

    def record(self, begin: int, end: int, state: CellState) -> tuple[list[Floats], CellState]:
        """What steps begin .. end - 1 from the state before them leave in the order of `COLUMNS`, and the state after.

        Raises OverflowError where a step leaves the float64 range.
        """
        arrays, output, interrupted = _core.gated_rollout(
            self.cell,
            self._U.operator,
            self._bias,
            None if self._incoming is None else self._incoming.operator,
            (self._source, self.steps),
            self._width,
            self._input_bias,
            state.h,
            state.c,
            begin,
            end,
            self._U.threads,
        )
        if interrupted:
            raise KeyboardInterrupt
        return arrays, CellState(output, arrays[-1][-1].copy() if self.cell == "lstm" else state.c)

    def identity(self) -> dict[str, Any]:
        """What tells this run from another, in JSON values."""
        return {
            "start": array_digest(self.start.h, self.start.c, self._bias, self._input_bias),
            "inputs": rows_digest(self._source, self.steps, self._width),
            "W_in": None if self._incoming is None else matrix_digest(self._incoming),
        }


def module_weights(module: Any) -> CellWeights:
    """Of a torch.nn.GRU, LSTM, GRUCell or LSTMCell, of one layer and one direction and without a projection."""
    for name, expected in (("num_layers", 1), ("bidirectional", False), ("proj_size", 0)):
        got = getattr(module, name, expected)
        if got != expected:
            raise ValueError(f"module must have {name} = {expected}; got {got}")
    suffix = "_l0" if hasattr(module, "weight_hh_l0") else ""
    if not hasattr(module, f"weight_hh{suffix}"):
        raise TypeError(f"module must be a torch.nn.GRU, LSTM, GRUCell or LSTMCell; got {type(module).__name__}")
    parts = ("weight_hh", "weight_ih", "bias_hh", "bias_ih")
    return CellWeights(*(getattr(module, part + suffix, None) for part in parts))


def _state_vector(name: str, given: Any, length: int) -> Floats:
    """`given` as float64 of shape (length,), zeros for None; a tensor of shape (1, length) counts as one row."""
    if given is None:
        return np.zeros(length)
    x = plain_array(name, given)
    return real_vector(name, x[0] if x.ndim == 2 and len(x) == 1 else x, length)
