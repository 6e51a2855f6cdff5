"""W diag(g), with the gain g of each neuron, of which each rank gives its slice where ranks share W."""

from __future__ import annotations

from typing import Any

import numpy as np

from rhochain.inputs.arrays import Floats
from rhochain.inputs.local_gains import scaled_entries, scaled_vectors, with_local_gains
from rhochain.inputs.matrix import Matrix
from rhochain.ranks.sliced_matrix import SlicedMatrix, SlicedOperator

__all__ = ["largest_gain", "with_neuron_gains"]


def largest_gain(W: Any, gains: Floats | None) -> float | None:
    """The largest of all neurons; None where `gains` is, as there is one gain for all.

    ValueError, on all ranks that share W, where one gain came on some of them and many on others, or a slice of another
    length.
    """
    if not isinstance(W, Matrix):
        return None if gains is None else float(gains.max(initial=0.0))
    if W.on_ranks and gains is not None and gains.size != W.own_columns:
        raise ValueError(f"gain must be a slice of shape ({W.own_columns},) on this rank; got {gains.shape}")
    mine = -1.0 if gains is None else float(gains.max(initial=0.0))
    least, largest = W.peers.least(mine), W.peers.largest(mine)
    if least < 0.0 <= largest:
        raise ValueError("gain must be one number on all ranks, or one for each neuron on all; got both")
    return None if largest < 0.0 else largest


def with_neuron_gains(W: Any, gains: Floats) -> Matrix:
    """W diag(gains), as `with_local_gains` makes it. Where ranks share W all of them call this."""
    if isinstance(W, SlicedMatrix):
        return _of_slices(W, gains)
    if isinstance(W, SlicedOperator):
        return _of_products(W, gains)
    return with_local_gains(W, gains)


def _of_slices(W: SlicedMatrix, gains: Floats) -> SlicedMatrix:
    """Memory: the gains of all neurons, and the rows of this rank once more."""
    all_gains = W.peers.whole(gains)
    rows = W.own_rows.astype(np.float64)  # a copy, which is free to be sorted
    rows.sum_duplicates()
    rows.data = scaled_entries(rows.data, all_gains[rows.indices])
    return W.with_own_rows(rows)


def _of_products(W: SlicedOperator, gains: Floats) -> SlicedOperator:
    def product(x: Floats) -> Floats:
        return W.matvec(scaled_vectors(gains, x))

    def adjoint(y: Floats) -> Floats:
        return scaled_vectors(gains, W.rmatvec(y))

    return SlicedOperator(W.length, product, adjoint if W.has_adjoint else None, W.comm, threads=W.threads)
