"""Reservoirs of ReservoirPy (0.3 and 0.4) and PyRCN as a `Network`: W, leak, activation and convention."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from scipy import sparse

from rhochain.objects.arrays import of_jax
from rhochain.objects.functions import function_name, named_function
from rhochain.objects.networks import Network
from rhochain.weights.weights import Weights

__all__ = ["pyrcn_network", "pyrcn_weights", "reservoirpy_network", "reservoirpy_weights"]

_OTHER_NODES = {
    "ES2N": "it has an orthogonal part: JacobianChain(node.W, slopes, 'post', leak=node.proximity, linear=node.O) is "
    "its chain",
    "LIF": "its spikes have no slope",
    "IPReservoir": "its activation is f(a x + b) of a leaky x: check(node.W, gain=abs(node.a) times the gain of f, "
    "leak=node.lr) is about it",
    "LocalPlasticityReservoir": "it applies the activation after the leak, J = diag(f') ((1 - lr) I + lr W)",
}
_PYRCN_ACTIVATIONS = {"tanh": "tanh", "identity": "identity", "logistic": "sigmoid", "relu": "relu"}


def reservoirpy_weights(given: Any) -> Any:
    """W of a node that has one, whatever its other dynamics; other objects unchanged."""
    if _is_model(given):
        raise TypeError(
            f"W must be a matrix or a node; got a ReservoirPy {type(given).__name__}: give its reservoir, such as "
            "model.reservoir or model.nodes[0]"
        )
    if not (hasattr(given, "W") and hasattr(given, "units")):
        return given
    return _weights_of_node(given)


def reservoirpy_network(node: Any) -> Network | None:
    """A leaky reservoir, h <- (1 - lr) h + lr f(W h + W_in u + b); None for what is no node with a W.

    Raises
    ------
    TypeError
        A node whose Jacobian is another, by name.
    """
    if _is_model(node) or not (hasattr(node, "W") and hasattr(node, "units")):
        return None
    kind = type(node).__name__
    if kind in _OTHER_NODES:
        raise TypeError(f"W must be a matrix or a leaky reservoir; got a ReservoirPy {kind}: {_OTHER_NODES[kind]}")
    if kind != "Reservoir":
        raise TypeError(f"W must be a matrix or a leaky reservoir; got a ReservoirPy {kind}, whose Jacobian is unknown")
    if getattr(node, "has_feedback", False):
        raise TypeError(
            "W must be a matrix or a reservoir without feedback; got a ReservoirPy Reservoir that reads its output: "
            "rc.LowRankUpdate(W, W_fb, W_out) is the W of both"
        )
    activation = named_function(node.activation)
    return Network(
        origin=f"ReservoirPy {kind}",
        W=_weights_of_node(node),
        activation=activation,
        leak=_leak(node.lr),
        convention="pre" if _is_external(node) else "post",
        W_in=None if node.Win is None or callable(node.Win) else _plain(node.Win),
        bias=_bias(node),
        unknown_activation=None if activation is not None else function_name(node.activation),
    )


def pyrcn_weights(given: Any) -> Any:
    """W of a block of PyRCN that has one; its other objects unchanged."""
    network = pyrcn_network(given)
    return given if network is None else network.W


def pyrcn_network(block: Any) -> Network | None:
    """A `NodeToNode`, whose states are rows: W is the transposed matrix times the factor of its run time.

    Raises
    ------
    TypeError
        A block whose Jacobian is another, or an estimator, which holds its block.
    """
    kind = type(block).__name__
    if hasattr(block, "node_to_node"):
        raise TypeError(f"W must be a matrix or a block; got a PyRCN {kind}: give its block, that.node_to_node")
    if not hasattr(block, "_recurrent_weights"):
        return None
    if kind not in ("NodeToNode", "PredefinedWeightsNodeToNode", "HebbianNodeToNode"):
        raise TypeError(f"W must be a matrix or a leaky reservoir; got a PyRCN {kind}, whose Jacobian is another")
    stored = block._recurrent_weights
    if np.ndim(stored) != 2 and not sparse.issparse(stored):
        raise ValueError(f"W of a PyRCN {kind} is drawn when it is fitted: call its fit first")
    factor = float(block.spectral_radius)
    W = sparse.csr_array(stored.T * factor) if sparse.issparse(stored) else np.asarray(stored).T * factor
    name = str(block.reservoir_activation)
    activation = _PYRCN_ACTIVATIONS.get(name)
    return Network(
        origin=f"PyRCN {kind}",
        W=Weights(W, rows="target", origin=f"PyRCN {kind}"),
        activation=activation,
        leak=float(block.leakage),
        convention="post",
        unknown_activation=None if activation is not None else name,
    )


def _is_model(given: Any) -> bool:
    return any(base.__name__ == "Model" for base in type(given).__mro__) and hasattr(given, "nodes")


def _is_external(node: Any) -> bool:
    """Whether a node of 0.3 has equation="external": its state is the argument of the activation."""
    base = sys.modules.get("reservoirpy.nodes.reservoirs.base")
    forward = getattr(node, "_forward", None)
    return forward is not None and forward is getattr(base, "forward_external", None)


def _weights_of_node(node: Any) -> Weights:
    kind = type(node).__name__
    if node.W is None or callable(node.W):
        raise ValueError(
            f"W of a ReservoirPy {kind} is drawn when it is initialised: call its initialize(x) or run(x) first"
        )
    return Weights(_plain(node.W), rows="target", origin=f"ReservoirPy {kind}")


def _plain(matrix: Any) -> Any:
    """A matrix of NumPy, SciPy or JAX as CSR or as an array."""
    host = of_jax(matrix) if type(matrix).__module__.partition(".")[0] in ("jax", "jaxlib") else matrix
    host = host.matrix if isinstance(host, Weights) else host
    return sparse.csr_array(host) if sparse.issparse(host) else np.asarray(host)


def _leak(given: Any) -> Any:
    leaks = np.asarray(given, dtype=np.float64)
    return float(leaks) if leaks.ndim == 0 else leaks.reshape(-1)


def _bias(node: Any) -> Any:
    """One number for each neuron; None where there is none, or where it is drawn later."""
    given = node.bias
    if given is None or callable(given):
        return None
    bias = np.asarray(given.toarray() if sparse.issparse(given) else given, dtype=np.float64).reshape(-1)
    return np.full(node.units, bias[0]) if bias.size == 1 else bias
