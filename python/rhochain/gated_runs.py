"""Runs of GRU and LSTM cells in the core, with what their chains need recorded; weights of a PyTorch module."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rhochain import _core
from rhochain.chain_rows import row_source
from rhochain.matrix import Matrix
from rhochain.options import real_vector
from rhochain.resources import byte_count

__all__ = ["COLUMNS", "CellWeights", "Run", "module_weights", "run_cell"]

_Floats = npt.NDArray[np.float64]

COLUMNS = {"gru": ("h", "r", "z", "n", "q"), "lstm": ("i", "f", "g", "o", "c")}
"""What is recorded of each cell, in the order of the core."""


class Run(NamedTuple):
    """What a run recorded, by name, and the output after its last step."""

    record: dict[str, _Floats]
    last_output: _Floats


class CellWeights(NamedTuple):
    """The parameters of a cell in PyTorch's layout, the gates' rows below each other."""

    recurrent: Any
    incoming: Any
    bias: Any
    input_bias: Any


def run_cell(
    cell: str,
    U: Matrix,
    inputs: Any,
    h0: Any,
    c0: Any,
    W_in: Any,
    bias: Any,
    input_bias: Any,
    memory: int | str,
) -> Run:
    """K steps of a cell in float64, K the number of rows of `inputs`; misuse raises here, naming the argument.

    Raises
    ------
    MemoryError
        If the record would need more than `memory`.
    OverflowError
        A step left the float64 range.
    """
    rows, n = U.shape
    incoming = None if W_in is None else Matrix(W_in, threads=U.threads or None)
    width, of = (rows, "the rows of U") if incoming is None else (incoming.shape[1], "the columns of W_in")
    source, steps = row_source("inputs", inputs, width, f"{width}, {of}")
    needed = (5 * steps + 1) * n * 8
    if needed > byte_count("memory", memory):
        raise MemoryError(
            f"the gates of {steps} steps of {n} units take {needed} bytes, more than memory = {memory!r}; "
            "run fewer steps at a time, each run from the state that the one before ended in"
        )
    arrays, last_output, interrupted = _core.gated_rollout(
        cell,
        U.operator,
        _state_vector("bias", bias, rows),
        None if incoming is None else incoming.operator,
        (source, steps),
        width,
        _state_vector("input_bias", input_bias, rows),
        _state_vector("h0", h0, n),
        _state_vector("c0", c0, n),
        U.threads,
    )
    if interrupted:
        raise KeyboardInterrupt
    return Run(dict(zip(COLUMNS[cell], arrays, strict=True)), last_output)


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


def _state_vector(name: str, given: Any, length: int) -> _Floats:
    """`given` as float64 of shape (length,), zeros for None; a tensor of shape (1, length) counts as one row."""
    if given is None:
        return np.zeros(length)
    if hasattr(given, "detach") and hasattr(given, "cpu"):
        given = given.detach().cpu().numpy()
    x = np.asarray(given)
    return real_vector(name, x[0] if x.ndim == 2 and len(x) == 1 else x, length)
