"""Trajectories that the native core computes: their options, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain import _core
from rhochain.activations import Activation
from rhochain.chain_rows import row_source
from rhochain.matrix import Matrix
from rhochain.options import not_negative, whole_number
from rhochain.resources import byte_count

__all__ = ["rollout"]


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
) -> _core.Rollout:
    """What `JacobianChain.from_rollout` was given, as the native core takes it; misuse raises here."""
    n = W.shape[0]
    weights = None if input_weights is None else _input_weights(input_weights, n, W.threads)
    fetched, count, width = None, None, n
    if inputs is not None:
        if weights is not None:
            width = weights.shape[1]
        rows = np.asarray(inputs)[:, None] if np.ndim(inputs) == 1 and width == 1 else inputs
        of_what = (
            f"m = {width} as in input_weights" if weights is not None else f"n = {n} as in W, without input_weights"
        )
        fetched, count = row_source("inputs", rows, width, of_what)
    elif weights is not None:
        raise ValueError("input_weights need inputs; got None")
    if steps is None:
        if count is None:
            raise TypeError("steps must be an integer where there are no inputs; got None")
        steps = count
    steps = whole_number("steps", steps, 0, 2**62)
    if count is not None and count != steps:
        raise ValueError(f"inputs must have one row for each of the {steps} steps; got {count}")
    return _core.Rollout(
        start=_vector("x0", x0, n),
        steps=steps,
        inputs=fetched,
        input_width=width,
        input_weights=None if weights is None else weights.operator,
        bias=np.empty(0) if bias is None else _vector("bias", bias, n),
        noise=not_negative("noise", noise),
        seed=whole_number("seed", seed, 0, 2**64 - 1),
        activation=activation.name,
        parameter=activation.parameter,
        memory=byte_count("memory", memory),
    )


def _input_weights(given: Any, n: int, threads: int) -> Matrix:
    if isinstance(given, (list, tuple, np.ndarray)) and np.ndim(given) == 1:
        given = np.asarray(given)[:, None]
    weights = given if isinstance(given, Matrix) else Matrix(given, threads=threads or None)
    if weights.shape[0] != n:
        raise ValueError(f"input_weights must have shape ({n}, m), with n = {n} as in W; got {weights.shape}")
    return weights


def _vector(name: str, given: npt.ArrayLike, n: int) -> npt.NDArray[np.float64]:
    x = np.asarray(given)
    if x.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")
    if x.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},); got {x.shape}")
    vector = np.ascontiguousarray(x, dtype=np.float64)
    if not np.isfinite(vector).all():
        raise ValueError(f"{name} must hold finite numbers; got NaN or Inf")
    return vector
