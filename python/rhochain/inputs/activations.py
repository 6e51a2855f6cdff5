"""Gains of activation functions: gamma = sup |sigma'|, the only thing that a certificate needs of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import rhochain._core as _core

__all__ = ["Activation", "activation", "activations"]

_LINEAR = frozenset({"identity", "linear"})


@dataclass(frozen=True)
class Activation:
    """An activation function sigma with a bounded slope; made by `activation`.

    Attributes
    ----------
    name : str
    parameter : float or None
        The alpha of ELU, the negative slope of leaky ReLU; None for the default.
    gain : float
        gamma = sup |sigma'|, without unit, rounded up.
    """

    name: str
    parameter: float | None
    gain: float

    @property
    def linear(self) -> bool:
        """Whether sigma(x) = x, so that every Jacobian is W itself."""
        return self.name in _LINEAR

    @property
    def slope_range(self) -> tuple[float, float]:
        """The infimum and the supremum of sigma', rounded outwards.

        Examples
        --------
        >>> import rhochain as rc
        >>> rc.activation("tanh").slope_range, rc.activation("leaky_relu:0.5").slope_range
        ((0.0, 1.0), (0.5, 1.0))
        """
        return _core.activation_slope_range(self.name, self.parameter)

    @property
    def steepest_at_zero(self) -> bool:
        """Whether sigma(0) = 0 and sigma' is `gain` at 0, so that a network at rest has its largest slopes.

        Examples
        --------
        >>> import rhochain as rc
        >>> [rc.activation(name).steepest_at_zero for name in ("tanh", "relu", "logistic")]
        [True, False, False]
        """
        around = [-1e-300, 0.0, 1e-300]
        return bool(self.values(0.0) == 0.0 and (self.slopes(around) == self.gain).all())

    def values(self, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """sigma(x), entry by entry, as a rollout computes it.

        Parameters
        ----------
        x : array_like of any shape

        Returns
        -------
        ndarray of the same shape

        Examples
        --------
        >>> import rhochain as rc
        >>> rc.activation("relu").values([-1.0, 2.0])
        array([0., 2.])
        """
        arguments = np.ascontiguousarray(x, dtype=np.float64)
        values = _core.activation_values(self.name, self.parameter, arguments.reshape(-1))
        return np.asarray(values, dtype=np.float64).reshape(np.shape(x))

    def slopes(self, states: npt.ArrayLike, *, from_output: bool = False) -> npt.NDArray[np.float64]:
        """sigma'(x), entry by entry.

        Parameters
        ----------
        states : array_like of any shape
            Arguments x of sigma or, with `from_output`, its values sigma(x).

        Returns
        -------
        ndarray of the same shape

        Examples
        --------
        >>> import rhochain as rc
        >>> rc.activation("tanh").slopes([0.0, 0.5], from_output=True)
        array([1.  , 0.75])
        """
        x = np.ascontiguousarray(states, dtype=np.float64)
        slopes = _core.activation_slopes(self.name, self.parameter, x.reshape(-1), from_output)
        return np.asarray(slopes, dtype=np.float64).reshape(np.shape(states))

    def __str__(self) -> str:
        return self.name if self.parameter is None else f"{self.name}:{self.parameter:g}"


def activation(name: str | Activation, parameter: float | None = None) -> Activation:
    """The activation called `name`.

    Parameters
    ----------
    name : str
        As listed by `activations`; ``"leaky_relu:0.2"`` carries its parameter along.
    parameter : float, optional
        In place of the part after the colon.

    Returns
    -------
    Activation

    Raises
    ------
    TypeError
        `name` is no text.
    ValueError
        An unknown name, a parameter that is not finite, or an activation whose slope has no bound, such as
        ``"exp"``: no gain exists and nothing can be certified.

    Notes
    -----
    Grade of the gain: PROVED, an upper bound within one unit in the last place. Source: Pascanu, Mikolov & Bengio
    (2013), sec. 2.1, ``||diag(sigma'(x))|| <= gamma``; suprema by elementary calculus.

    Examples
    --------
    >>> import rhochain as rc
    >>> rc.activation("tanh").gain, rc.activation("leaky_relu:2").gain
    (1.0, 2.0)
    """
    if isinstance(name, Activation):
        return name
    if not isinstance(name, str):
        raise TypeError(
            f'activation must be a name, such as "tanh" (rhochain.activations() has all), or an Activation; got '
            f"{type(name).__name__}"
        )
    word, colon, number = name.partition(":")
    if colon:
        try:
            parameter = float(number)
        except ValueError:
            raise ValueError(f"activation parameter must be a number; got {name!r}") from None
    if parameter is not None and not math.isfinite(parameter):
        raise ValueError(f"activation parameter must be finite; got {parameter}")
    key = word.strip().lower().replace("-", "_")
    return Activation(key, parameter, _core.activation_gain(key, parameter))


def activations() -> tuple[Activation, ...]:
    """All activations that have a gain, with their default parameters, in the order of the core's table.

    Examples
    --------
    >>> import rhochain as rc
    >>> "tanh" in [known.name for known in rc.activations()]
    True
    """
    return tuple(Activation(name, None, gain) for name, gain, _ in _core.activations())
