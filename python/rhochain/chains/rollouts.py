"""Trajectories that the native core computes: their options, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.inputs.activations import Activation
from rhochain.inputs.arguments import not_negative, real_vector, whole_number
from rhochain.inputs.arrays import Floats
from rhochain.inputs.matrix import Matrix, require_one_process
from rhochain.inputs.resources import byte_count
from rhochain.inputs.rows import row_source
from rhochain.ranks.callers import callers_of
from rhochain.ranks.companions import companion
from rhochain.ranks.row_slices import Rows, agreed_rows, column_slices, slice_width
from rhochain.runs.identity import matrix_digest, rows_digest, vector_digest

__all__ = ["Rollout", "rollout"]


class Rollout(NamedTuple):
    """A trajectory for the native core, and what tells it from another, in JSON values."""

    core: _core.Rollout
    identity: Callable[[], dict[str, Any]]


def rollout(
    W: Matrix,
    x0: npt.ArrayLike,
    steps: int | None,
    inputs: Any,
    input_weights: Any,
    bias: npt.ArrayLike | None,
    activation: Activation,
    noise: float,
    seed: int,
    memory: int | str,
) -> Rollout:
    """What `JacobianChain.from_rollout` was given, as the native core takes it; misuse raises here."""
    n, own, callers = W.shape[0], W.own_columns, callers_of(W)
    budget = callers.together(lambda: byte_count("memory", memory))
    callers.require_same(
        memory=budget,
        **{
            f"whether there is {name}": given is not None
            for name, given in (("inputs", inputs), ("input_weights", input_weights), ("bias", bias))
        },
    )
    if inputs is None and input_weights is not None:
        raise ValueError("input_weights need inputs; got None")
    weights = None if input_weights is None else _input_weights(input_weights, W)
    driven = None if inputs is None else _inputs(inputs, weights, W, budget // 2)
    count = None if driven is None else driven.count

    def checked() -> tuple[int, Floats, Floats, float, int]:
        if steps is None and count is None:
            raise TypeError("steps must be an integer where there are no inputs; got None")
        K = whole_number("steps", count if steps is None else steps, 0, 2**62)  # type: ignore[arg-type]
        if count is not None and count != K:
            raise ValueError(f"inputs must have one row for each of the {K} steps; got {count}")
        start = real_vector("x0", x0, own)
        offset = np.empty(0) if bias is None else real_vector("bias", bias, own)
        return K, start, offset, not_negative("noise", noise), whole_number("seed", seed, 0, 2**64 - 1)

    K, start, offset, deviation, drawn = callers.together(checked)
    callers.require_same(steps=K, noise=deviation, seed=drawn, activation=(activation.name, activation.parameter))
    core = _core.Rollout(
        start=start,
        steps=K,
        inputs=None if driven is None else driven.rows,
        input_width=n if driven is None else driven.width,
        input_columns=(0, 0) if driven is None else driven.columns,
        input_weights=None if weights is None else weights.operator,
        bias=offset,
        noise=deviation,
        seed=drawn,
        activation=activation.name,
        parameter=activation.parameter,
        memory=_share_of_slopes(budget, n, fetched=driven is not None and callable(driven.rows)),
    )

    def identity() -> dict[str, Any]:
        return {
            "x0": vector_digest(W, start),
            "inputs": None if driven is None else _inputs_digest(driven, weights, W),
            "input_weights": None if weights is None else matrix_digest(weights),
            "bias": vector_digest(W, offset),
            "noise": deviation,
            "seed": drawn,
        }

    return Rollout(core, identity)


@dataclass(frozen=True)
class _Inputs:
    rows: Rows
    count: int
    width: int
    columns: tuple[int, int]


def _inputs(given: Any, weights: Matrix | None, W: Matrix, budget: int) -> _Inputs:
    """Rows u_k: with weights all ranks have them whole, and the core takes what it multiplies with there."""
    callers = callers_of(W)
    if weights is None:
        n, own = W.shape[0], W.own_columns
        text = slice_width(W) or f"n = {n} as in W, without input_weights"
        slices = _one_column(given) if n == 1 else given
        rows, count = callers.together(lambda: row_source("inputs", slices, own, text, budget))
        return _Inputs(agreed_rows("inputs", rows, count, W), count, n, (callers.first, own))
    m = weights.shape[1]
    whole = _one_column(given) if m == 1 else given
    rows, count = callers.together(lambda: row_source("inputs", whole, m, f"m = {m} as in input_weights", budget))
    rows = agreed_rows("inputs", rows, count, W)
    if W.on_ranks:
        rows = column_slices(rows, m, callers_of(weights).first)
    return _Inputs(rows, count, m, (0, m))


def _inputs_digest(driven: _Inputs, weights: Matrix | None, W: Matrix) -> str:
    rows = driven.rows
    if weights is not None and W.on_ranks and not callable(rows):
        first = callers_of(weights).first
        rows = rows[:, first : first + weights.own_columns]
    return rows_digest(rows, driven.count, driven.width, W if weights is None else weights)


def _one_column(given: Any) -> Any:
    """A vector as a matrix of one column; anything else, such as a dataset on disk, as it is and unread."""
    if isinstance(given, (list, tuple)):
        given = np.asarray(given)
    return given[:, None] if isinstance(given, np.ndarray) and given.ndim == 1 else given


def _share_of_slopes(budget: int, n: int, *, fetched: bool) -> int:
    """Bytes for slopes and states: inputs that are fetched have a quarter, half as kept, half as rows."""
    fewest = 8 * 8 * n
    share = budget - budget // 4
    return share if fetched and share >= fewest else budget


def _input_weights(given: Any, W: Matrix) -> Matrix:
    given, n = _one_column(given), W.shape[0]
    if W.on_ranks:
        return companion("input_weights", given, W)
    weights = given if isinstance(given, Matrix) else Matrix(given, threads=W.threads or None)
    require_one_process(weights, "input_weights of a W of one process")
    if weights.shape[0] != n:
        raise ValueError(f"input_weights must have shape ({n}, m), with n = {n} as in W; got {weights.shape}")
    return weights
