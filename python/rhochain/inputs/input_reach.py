"""How far the inputs of a network reach its neurons: whether they can bring about any slopes."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np

from rhochain.inputs.coercion import numbers
from rhochain.inputs.matrix import Matrix

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


def input_reach(inputs: Any, A: Matrix) -> InputReach:
    """From ``None``, ``"free"``, or an input matrix, whose numerical rank (`matrix_rank`) decides.

    It has a row for each neuron of A, where ranks share A those of this rank.
    """
    n = A.shape[0]
    if inputs is None:
        return InputReach.UNKNOWN
    if isinstance(inputs, str):
        if inputs != "free":
            raise ValueError(f'inputs must be "free" or an input matrix; got {inputs!r}')
        return InputReach.FREE
    own = _own_entries(inputs, A) if A.own_columns else None
    columns = int(A.peers.least(n if own is None else own.shape[1]))
    if columns < n:
        return InputReach.DEFICIENT
    if n > _MOST_ROWS:
        return InputReach.TOO_LARGE
    dense = np.empty((0, columns)) if own is None else own if isinstance(own, np.ndarray) else own.toarray()
    whole = A.peers.whole(dense.astype(np.float64).T).T
    full = int(np.linalg.matrix_rank(whole)) == n
    return InputReach.FREE if full else InputReach.DEFICIENT


def _own_entries(inputs: Any, A: Matrix) -> Any:
    """The rows of this process."""
    entries = numbers(inputs)
    if entries is None:
        raise TypeError(f"inputs must be an input matrix with entries; got {type(inputs).__name__}")
    if entries.shape[0] != A.own_columns:
        whose = f"{A.own_columns} neurons of this rank" if A.on_ranks else f"{A.shape[0]} neurons"
        raise ValueError(f"inputs must have a row for each of the {whose}; got shape {tuple(entries.shape)}")
    return entries
