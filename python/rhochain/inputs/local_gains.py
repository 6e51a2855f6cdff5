"""Gains per neuron: everything said of gamma W holds for W diag(gamma_i)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rhochain.inputs.arrays import Floats
from rhochain.inputs.coercion import numbers, plain_array, products
from rhochain.inputs.low_rank import LowRankUpdate
from rhochain.inputs.matrix import Matrix
from rhochain.objects.matrices import matrix_of
from rhochain.weights.weights import Weights

__all__ = ["local_gains", "scaled_entries", "scaled_vectors", "with_local_gains"]

_LEAST_NORMAL = float(np.finfo(np.float64).tiny)


def local_gains(gain: npt.ArrayLike) -> Floats:
    """`gain` as a vector of finite numbers of at least 0."""
    given = plain_array("gain", gain)
    if given.ndim != 1 or given.dtype.kind not in "biuf":
        raise ValueError(f"gain must be a number or a vector of them; got shape {given.shape}, dtype {given.dtype}")
    gains = given.astype(np.float64)
    if not (np.isfinite(gains).all() and (gains >= 0.0).all()):
        raise ValueError("gain must hold finite numbers of at least 0; got a negative one, NaN or Inf")
    return gains


def with_local_gains(W: Any, gains: Floats) -> Matrix:
    """W diag(gains): a float64 copy with the pattern of W, or a product of operators.

    Bounds are those of the copy, whose entries are rounded once; ValueError where one leaves the normal range.
    """
    if isinstance(W, LowRankUpdate):
        return W.with_columns_scaled(with_local_gains(W.base, gains), gains)
    if isinstance(W, Matrix) and W.kind != "operator":
        raise TypeError("W must be the array itself where gains are per neuron: a Matrix only borrows it; got a Matrix")
    W = matrix_of(W)
    entries = numbers(W)
    if entries is None:
        _require_length(gains, W.shape)
        return Matrix(_ScaledProducts(W, gains))
    _require_length(gains, entries.shape)
    if sparse.issparse(entries):
        entries = entries.astype(np.float64)  # a copy, which is free to be sorted
        entries.sum_duplicates()
        entries.data = scaled_entries(entries.data, gains[entries.indices])
    else:
        entries = scaled_entries(entries, np.broadcast_to(gains, entries.shape))
    return Matrix(replace(W, matrix=entries) if isinstance(W, Weights) else entries)


def _require_length(gains: Floats, shape: Any) -> None:
    if len(shape) != 2 or shape[1] != gains.size:
        raise ValueError(
            f"gain must have one number for each of the columns of W, shape {tuple(shape)}; got {gains.size}"
        )


def scaled_entries(entries: npt.NDArray[Any], factors: Floats) -> Floats:
    """Their products; an entry that became 0 would cut a cycle of W."""
    with np.errstate(over="ignore", under="ignore"):
        scaled: Floats = entries.astype(np.float64, copy=False) * factors
    beyond = ~np.isfinite(scaled)
    # A factor of 1 leaves a subnormal entry as it is.
    beyond |= (np.abs(scaled) < _LEAST_NORMAL) & (entries != 0) & (factors != 0) & (factors != 1)
    if beyond.any():
        w, g = float(entries[beyond][0]), float(factors[beyond][0])
        raise ValueError(
            "gain times W must stay within the normal range of float64, 2.3e-308 to 1.7e308; "
            f"got gain {g!r} for an entry {w!r} of W"
        )
    return scaled


def scaled_vectors(gains: Floats, vectors: Floats) -> Floats:
    """Each entry times the gain of its neuron."""
    with np.errstate(over="ignore", under="ignore"):
        scaled: Floats = gains * vectors
    if not np.isfinite(scaled).all():
        raise ValueError("gain times W must stay within the range of float64; got a product beyond it")
    return scaled


class _ScaledProducts:
    """W diag(gains) of an operator W."""

    def __init__(self, W: Any, gains: Floats) -> None:
        self.shape, self._forward, adjoint = products(W)
        self._column = gains[:, None]
        if adjoint is not None:
            self._adjoint = adjoint
            self.rmatvec, self.rmatmat = self._one_adjoint, self._block_adjoint  # there only with an adjoint of W

    def matmat(self, x: Floats) -> Floats:
        return self._forward(self._times(x))

    def matvec(self, x: Floats) -> Floats:
        return self.matmat(x[:, None])[:, 0]

    def _block_adjoint(self, y: Floats) -> Floats:
        return self._times(self._adjoint(y))

    def _one_adjoint(self, y: Floats) -> Floats:
        return self._block_adjoint(y[:, None])[:, 0]

    def _times(self, block: Floats) -> Floats:
        return scaled_vectors(self._column, block)
