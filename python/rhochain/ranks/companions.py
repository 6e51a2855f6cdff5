"""A matrix beside W on ranks, such as weights of inputs: each rank has the same rows of both."""

from __future__ import annotations

from typing import Any

import numpy as np

from rhochain.inputs.matrix import Matrix
from rhochain.ranks.callers import callers_of
from rhochain.ranks.sliced_matrix import SlicedMatrix, SlicedOperator

__all__ = ["companion"]


def companion(name: str, given: Any, W: Matrix) -> Matrix:
    """`given` with the rows that each rank has of W, which ranks share; misuse of one rank ends the call on all.

    Parameters
    ----------
    given : array_like, sparse array or Matrix of ranks
        The rows of this rank, or a matrix that has its rows on the ranks that have those of W.
    """
    assert isinstance(W, SlicedMatrix | SlicedOperator)
    callers = callers_of(W)
    callers.require_same(**{f"the kind of {name}": isinstance(given, Matrix)})

    def checked() -> Any:
        if not isinstance(given, Matrix):
            rows = np.asarray(given) if isinstance(given, (list, tuple)) else given
            shape: tuple[int, ...] = getattr(rows, "shape", ())
            if len(shape) != 2 or shape[0] != W.length:
                raise ValueError(f"{name} must have the {W.length} rows of this rank; got shape {tuple(shape)}")
            return rows
        if not isinstance(given, SlicedMatrix | SlicedOperator):
            raise TypeError(f"{name} must be the rows of this rank, or an rc.distributed.Matrix; got a Matrix")
        if not np.array_equal(given.lengths, W.lengths):
            raise ValueError(
                f"{name} must have the rows of each rank that W has, {W.lengths.tolist()}; got "
                f"{given.lengths.tolist()} (keep_rows=True leaves rows where they are)"
            )
        return given

    rows = callers.together(checked)
    return rows if isinstance(rows, Matrix) else SlicedMatrix(rows, W.comm, threads=W.threads, keep_rows=True)
