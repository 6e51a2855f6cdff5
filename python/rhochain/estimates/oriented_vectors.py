"""The vector of a bracket, left out where it is not known whether it is one of W or of W^T."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rhochain.estimates.brackets import Bracket
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.orientation import UNORIENTED
from rhochain.inputs.peers import Peers
from rhochain.weights.weights import Weights

__all__ = ["oriented", "with_own_slice", "with_whole_vector"]


def oriented(A: Matrix, found: Bracket) -> Bracket:
    """`found`, without its vector where the source of A does not say which side of an entry receives."""
    found = with_own_slice(found, A.peers)
    weights: Weights | None = A.weights
    if weights is None or weights.rows is not None or found.vector is None:
        return found
    reason = f"{weights.origin or 'W'} does not say which side of an entry receives: {UNORIENTED}"
    return replace(found, vector=None, no_vector=reason)


def with_own_slice(found: Bracket, peers: Peers) -> Bracket:
    """With an empty slice of the vector in a process without rows, where ranks share the matrix."""
    if peers.shared and peers.any(found.vector is not None) and found.vector is None:
        return replace(found, vector=np.zeros(0), no_vector=None)
    return found


def with_whole_vector(found: Bracket | None, peers: Peers) -> Bracket | None:
    """With the vector of all neurons where ranks have slices of it: the hubs of a report are among all."""
    if found is None or found.vector is None or not peers.shared:
        return found
    return replace(found, vector=peers.whole(found.vector))
