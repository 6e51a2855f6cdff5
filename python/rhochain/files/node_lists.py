"""The neurons of W in order, from an array or a file."""

from __future__ import annotations

from typing import Any

from rhochain.weights.arrays import Ids
from rhochain.weights.ids import distinct_labels
from rhochain.weights.refusals import BadArgument, BadData

__all__ = ["nodes_from"]


def nodes_from(given: Any) -> Ids:
    """Distinct ids of an array."""
    try:
        return distinct_labels("nodes", given)
    except BadData as fault:
        raise BadArgument(str(fault)) from None
