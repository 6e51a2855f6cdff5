"""W of whatever a caller holds in place of a matrix."""

from __future__ import annotations

import os
from typing import Any

from rhochain.files.loading import load
from rhochain.objects.models import layers_of, only_matrix
from rhochain.weights.weights import Weights

__all__ = ["matrix_of"]


def matrix_of(given: Any) -> Any:
    """`given` as a `Weights`, an array, a sparse array, a tensor or an operator; what is none of them unchanged."""
    if isinstance(given, (str, os.PathLike)):
        loaded = load(given)
        return loaded if isinstance(loaded, Weights) else Weights(loaded, origin=os.fspath(given))
    layers = layers_of(given)
    return given if layers is None else only_matrix(layers)
