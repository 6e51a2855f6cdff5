"""Which side of an entry receives, asked for where the answer counts."""

from __future__ import annotations

from typing import Any

from rhochain.inputs.matrix import Matrix
from rhochain.weights.weights import Weights

__all__ = ["UNORIENTED", "require_orientation"]

UNORIENTED = (
    'rc.load(path, rows="target") where row i holds what acts on neuron i, rows="source" where it holds what neuron i '
    'acts on; in memory, rc.Weights(matrix, ids, rows="target")'
)
"""How a caller says it."""


def require_orientation(W: Any, purpose: str) -> None:
    """ValueError for a `Weights` that does not say it; arrays without one have rows that receive."""
    weights = W if isinstance(W, Weights) else W.weights if isinstance(W, Matrix) else None
    if weights is not None and weights.rows is None:
        origin = weights.origin or "a Weights"
        raise ValueError(f"W must say which side of an entry receives, for {purpose}; {origin} does not: {UNORIENTED}")
