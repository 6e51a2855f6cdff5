"""The vector of a bracket, left out where it is not known whether it is one of W or of W^T."""

from __future__ import annotations

from dataclasses import replace

from rhochain.estimates.brackets import Bracket
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.orientation import UNORIENTED
from rhochain.weights.weights import Weights

__all__ = ["oriented"]


def oriented(A: Matrix, found: Bracket) -> Bracket:
    """`found`, without its vector where the source of A does not say which side of an entry receives."""
    weights: Weights | None = A.weights
    if weights is None or weights.rows is not None or found.vector is None:
        return found
    reason = f"{weights.origin or 'W'} does not say which side of an entry receives: {UNORIENTED}"
    return replace(found, vector=None, no_vector=reason)
