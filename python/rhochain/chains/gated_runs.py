"""Runs of GRU and LSTM cells in the core, with what their chains need recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import rhochain._core as _core
from rhochain.chains.module_layers import state_vector
from rhochain.inputs.arrays import Floats
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.rows import row_source
from rhochain.runs.identity import array_digest, matrix_digest, rows_digest

__all__ = ["COLUMNS", "CellArguments", "CellRun", "CellState"]


COLUMNS = {"gru": ("h", "r", "z", "n", "q"), "lstm": ("i", "f", "g", "o", "c")}
"""What is recorded of each cell, in the order of the core."""


class CellState(NamedTuple):
    """What a cell carries from step to step; c is that of an LSTM."""

    h: Floats
    c: Floats


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
        self._bias = state_vector("bias", given.bias, rows)
        self._input_bias = state_vector("input_bias", given.input_bias, rows)
        self.start = CellState(state_vector("h0", given.h0, self.n), state_vector("c0", given.c0, self.n))

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
