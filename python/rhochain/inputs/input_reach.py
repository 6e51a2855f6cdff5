"""How far the inputs of a network reach its neurons: whether they can bring about any slopes."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np

from rhochain.inputs.coercion import numbers

__all__ = ["InputReach", "input_reach"]

# The singular values of a larger input matrix take too long.
_MOST_ROWS = 2000


class InputReach(Enum):
    """What is known of the inputs u of x_k = W sigma(x_{k-1}) + W_in u_k + b."""

    UNKNOWN = "unknown"
    """Nothing was said."""
    FREE = "free"
    """They are unbounded and drive every neuron by itself: W_in has rank n."""
    DEFICIENT = "deficient"
    """W_in has a rank below n."""
    TOO_LARGE = "too large"
    """W_in has n columns or more, and its rank was not computed."""


def input_reach(inputs: Any, n: int) -> InputReach:
    """From ``None``, ``"free"``, or an input matrix with n rows, whose numerical rank (`matrix_rank`) decides."""
    if inputs is None:
        return InputReach.UNKNOWN
    if isinstance(inputs, str):
        if inputs != "free":
            raise ValueError(f'inputs must be "free" or an input matrix; got {inputs!r}')
        return InputReach.FREE
    entries = numbers(inputs)
    if entries is None:
        raise TypeError(f"inputs must be an input matrix with entries; got {type(inputs).__name__}")
    if entries.shape[0] != n:
        raise ValueError(f"inputs must have a row for each of the {n} neurons; got shape {tuple(entries.shape)}")
    if entries.shape[1] < n:
        return InputReach.DEFICIENT
    if n > _MOST_ROWS:
        return InputReach.TOO_LARGE
    dense = entries if isinstance(entries, np.ndarray) else entries.toarray()
    full = int(np.linalg.matrix_rank(dense.astype(np.float64))) == n
    return InputReach.FREE if full else InputReach.DEFICIENT
