"""Trajectories that the native core computes: their options, checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.inputs.activations import Activation
from rhochain.inputs.arguments import not_negative, real_vector, whole_number
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.resources import byte_count
from rhochain.inputs.rows import row_source
from rhochain.runs.identity import array_digest, matrix_digest, rows_digest

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
    n = W.shape[0]
    budget = byte_count("memory", memory)
    weights = None if input_weights is None else _input_weights(input_weights, n, W.threads)
    fetched, count, width = None, None, n
    if inputs is not None:
        if weights is not None:
            width = weights.shape[1]
        rows = _one_column(inputs) if width == 1 else inputs
        of_what = (
            f"m = {width} as in input_weights" if weights is not None else f"n = {n} as in W, without input_weights"
        )
        fetched, count = row_source("inputs", rows, width, of_what, budget // 2)
    elif weights is not None:
        raise ValueError("input_weights need inputs; got None")
    if steps is None:
        if count is None:
            raise TypeError("steps must be an integer where there are no inputs; got None")
        steps = count
    steps = whole_number("steps", steps, 0, 2**62)
    if count is not None and count != steps:
        raise ValueError(f"inputs must have one row for each of the {steps} steps; got {count}")
    start = real_vector("x0", x0, n)
    offset = np.empty(0) if bias is None else real_vector("bias", bias, n)
    core = _core.Rollout(
        start=start,
        steps=steps,
        inputs=fetched,
        input_width=width,
        input_weights=None if weights is None else weights.operator,
        bias=offset,
        noise=not_negative("noise", noise),
        seed=whole_number("seed", seed, 0, 2**64 - 1),
        activation=activation.name,
        parameter=activation.parameter,
        memory=_share_of_slopes(budget, n, fetched=callable(fetched)),
    )

    def identity() -> dict[str, Any]:
        return {
            "x0": array_digest(start),
            "inputs": None if fetched is None else rows_digest(fetched, steps, width),
            "input_weights": None if weights is None else matrix_digest(weights),
            "bias": array_digest(offset),
            "noise": float(noise),
            "seed": int(seed),
        }

    return Rollout(core, identity)


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


def _input_weights(given: Any, n: int, threads: int) -> Matrix:
    given = _one_column(given)
    weights = given if isinstance(given, Matrix) else Matrix(given, threads=threads or None)
    if weights.shape[0] != n:
        raise ValueError(f"input_weights must have shape ({n}, m), with n = {n} as in W; got {weights.shape}")
    return weights
