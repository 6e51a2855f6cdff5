"""Gains per neuron: everything said of gamma W holds for W diag(gamma_i)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from rhochain.matrix import Matrix

__all__ = ["local_gains", "with_local_gains"]


def local_gains(gain: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """`gain` as a vector of finite numbers of at least 0."""
    given = np.asarray(gain)
    if given.ndim != 1 or given.dtype.kind not in "biuf":
        raise ValueError(f"gain must be a number or a vector of them; got shape {given.shape}, dtype {given.dtype}")
    gains = given.astype(np.float64)
    if not (np.isfinite(gains).all() and (gains >= 0.0).all()):
        raise ValueError("gain must hold finite numbers of at least 0; got a negative one, NaN or Inf")
    return gains


def with_local_gains(W: Any, gains: npt.NDArray[np.float64]) -> Matrix:
    """W diag(gains): a float64 copy with the pattern of W, or a product of operators.

    Bounds are those of the copy, whose entries are rounded once.
    """
    if isinstance(W, Matrix) and W.kind != "operator":
        raise TypeError("W must be the array itself where gains are per neuron: a Matrix only borrows it; got a Matrix")
    shape = tuple(W.shape) if hasattr(W, "shape") else np.shape(W)
    if len(shape) != 2 or shape[1] != gains.size:
        raise ValueError(f"gain must have one number for each of the columns of W, shape {shape}; got {gains.size}")
    if isinstance(W, LinearOperator):
        return Matrix(W @ aslinearoperator(sparse.diags_array(gains)))
    if sparse.issparse(W):
        scaled = sparse.csr_array(W, dtype=np.float64, copy=True)
        scaled.data *= gains[scaled.indices]
        return Matrix(scaled)
    return Matrix(np.asarray(W, dtype=np.float64) * gains)
