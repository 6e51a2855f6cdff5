"""`Network`: W with what an object knows beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

__all__ = ["Network"]


@dataclass(frozen=True, eq=False)
class Network:
    """x_k = W sigma(x_{k-1}) + inputs, as an object such as a reservoir node describes it.

    Attributes
    ----------
    origin : str
        The kind of the object, for reports and errors: "reservoirpy.nodes.Reservoir".
    W : array, sparse array, tensor or Weights of shape (n, n)
        Row i holds what acts on neuron i.
    activation : str or None
        A name that `rhochain.activation` takes; None where the object does not say.
    leak : float or array_like of shape (n,)
    convention : {"pre", "post"} or None
        Where sigma is applied, as in `JacobianChain`.
    W_in : the same of shape (n, m), or None
    bias : array_like of shape (n,), or None
    unknown_activation : str or None
        What the object calls an activation that has no name here.
    """

    origin: str
    W: Any
    activation: str | None = None
    leak: float | npt.ArrayLike = 1.0
    convention: str | None = None
    W_in: Any = None
    bias: Any = None
    unknown_activation: str | None = None
