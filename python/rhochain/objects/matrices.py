"""W of whatever a caller holds in place of a matrix."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

from rhochain.files.loading import load
from rhochain.objects.arrays import of_cupy, of_dlpack, of_jax, of_torch, without_small_types
from rhochain.objects.frames import pandas_weights, polars_weights, pyarrow_weights, xarray_weights
from rhochain.objects.graphs import graph_tool_weights, igraph_weights, networkx_weights
from rhochain.objects.models import layers_of, network_of_model, only_matrix
from rhochain.objects.networks import Network
from rhochain.objects.refusals import refuse_no_matrix
from rhochain.objects.reservoirs import pyrcn_network, pyrcn_weights, reservoirpy_network, reservoirpy_weights
from rhochain.weights.weights import Weights

__all__ = ["matrix_of", "network_of"]

# By the package that a class, or one of its bases, is from: a library that is not loaded has no objects.
_READERS: dict[str, Callable[[Any], Any]] = {
    "networkx": networkx_weights,
    "igraph": igraph_weights,
    "graph_tool": graph_tool_weights,
    "pandas": pandas_weights,
    "polars": polars_weights,
    "pyarrow": pyarrow_weights,
    "xarray": xarray_weights,
    "reservoirpy": reservoirpy_weights,
    "pyrcn": pyrcn_weights,
    "jax": of_jax,
    "jaxlib": of_jax,
    "cupy": of_cupy,
    "cupyx": of_cupy,
    "torch": of_torch,
}
_NETWORKS: dict[str, Callable[[Any], Network | None]] = {"reservoirpy": reservoirpy_network, "pyrcn": pyrcn_network}


def matrix_of(given: Any) -> Any:
    """`given` as a `Weights`, an array, a sparse array, a tensor or an operator; what is none of them unchanged.

    Raises
    ------
    TypeError, ValueError
        An object that holds no W, or more than one; the message says what to give instead.
    """
    if isinstance(given, np.ndarray):
        return without_small_types(given) if given.dtype.kind == "V" else given
    if isinstance(given, Weights) or sparse.issparse(given):
        return given
    if isinstance(given, Network):
        return given.W
    if isinstance(given, (str, os.PathLike)):
        refuse_no_matrix(given)
        loaded = load(given)
        return loaded if isinstance(loaded, Weights) else Weights(loaded, origin=os.fspath(given))
    read = None if isinstance(given, type) else _READERS.get(_package(given, _READERS))
    found = given if read is None else read(given)
    if found is given:
        if (layers := layers_of(given)) is not None:
            return only_matrix(layers)
        refuse_no_matrix(given)
        if hasattr(given, "__dlpack__") and not hasattr(given, "__array__"):
            return of_dlpack(given)
    return found


def network_of(given: Any) -> Network | None:
    """What an object brings beside its W, such as a reservoir's leak; None for what holds W alone, and for files.

    Raises
    ------
    TypeError
        A node with another Jacobian than that of a leaky reservoir.
    ValueError
        A model that is more than one layer of a plain RNN.
    """
    if isinstance(given, Network):
        return given
    if isinstance(given, (type, str, os.PathLike)):
        return None
    read = _NETWORKS.get(_package(given, _NETWORKS))
    if read is not None:
        return read(given)
    layers = layers_of(given)
    return None if layers is None else network_of_model(layers)


def _package(given: Any, readers: Mapping[str, Any]) -> str:
    """That of the nearest base with a reader: a user's own subclass is in a module of the user's. "" if none has."""
    packages = (base.__module__.partition(".")[0] for base in type(given).__mro__)
    return next((package for package in packages if package in readers), "")
