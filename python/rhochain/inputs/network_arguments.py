"""Arguments that a network brings, such as a reservoir's leak: the caller leaves them out, or gives the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.inputs.activations import ActivationLike, activation
from rhochain.inputs.leaks import leak_vector
from rhochain.objects.networks import Network

__all__ = ["activation_argument", "convention_argument", "leak_argument"]

_GRID = np.linspace(-6.0, 6.0, 241)


def leak_argument(network: Network | None, leak: float | npt.ArrayLike | None) -> float | npt.ArrayLike:
    """`leak` where it is given; else that of the network, or 1."""
    if network is None:
        return 1.0 if leak is None else leak
    if leak is None:
        return network.leak
    n = network.W.shape[0]
    own, given = leak_vector(network.leak, n), leak_vector(leak, n)
    if not np.array_equal(own, given):
        wanted = repr(float(own[0])) if own.size == 1 else "one for each neuron"
        came = repr(float(given[0])) if given.size == 1 else "others for each neuron"
        raise _conflict("leak", network, wanted, came)
    return network.leak


def convention_argument(network: Network | None, convention: str | None) -> str:
    """`convention` where it is given; else that of the network, or "pre"."""
    own = None if network is None else network.convention
    if network is not None and own is not None and convention not in (None, own):
        raise _conflict("convention", network, repr(own), repr(convention))
    return own or convention or "pre"


def activation_argument(network: Network | None, given: ActivationLike | None) -> ActivationLike | None:
    """`given` where it is an activation; else that of the network, None if it has none with a name."""
    if network is None or network.activation is None:
        return given
    own = activation(network.activation)
    if given is None:
        return own
    other = activation(given)
    if not np.array_equal(own.values(_GRID), other.values(_GRID)):  # two names of one function agree in every bit
        raise _conflict("activation", network, repr(str(own)), repr(str(other)))
    return own


def _conflict(name: str, network: Any, own: str, given: str) -> ValueError:
    return ValueError(f"{name} must be that of the {network.origin}, {own}; got {given}: leave it out")
