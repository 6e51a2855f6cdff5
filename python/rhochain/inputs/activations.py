"""Gains of activation functions: gamma = sup |sigma'|, the only thing that a certificate needs of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.objects.functions import function_name, named_function

__all__ = ["Activation", "ActivationLike", "activation", "activations"]

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


ActivationLike: TypeAlias = "str | Activation | Callable[..., Any]"
"""What `activation` takes."""


def activation(name: ActivationLike, parameter: float | None = None) -> Activation:
    """The activation called `name`, or the one that a function of another library is.

    Parameters
    ----------
    name : str, Activation or callable
        As listed by `activations`; ``"leaky_relu:0.2"`` carries its parameter along. Or a function of NumPy,
        `scipy.special`, `math`, PyTorch (`torch.tanh`, those of `torch.nn.functional`, modules such as
        ``torch.nn.LeakyReLU(0.2)``), JAX (`jax.numpy`, `jax.nn`) or ReservoirPy, and a `functools.partial` of one that
        sets its parameter. No other function is taken, whatever its name: nothing would prove its gain.
    parameter : float, optional
        In place of the part after the colon.

    Returns
    -------
    Activation

    Raises
    ------
    TypeError
        `name` is no text, and no known function.
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
    >>> import numpy as np
    >>> rc.activation(np.tanh) == rc.activation("tanh")
    True
    """
    if isinstance(name, Activation):
        return name
    if not isinstance(name, str):
        name = _name_of(name)
        if parameter is not None:
            raise ValueError(f"parameter goes with a name, not with a function; got {parameter!r}")
    word, colon, number = name.partition(":")
    if colon:
        try:
            parameter = float(number)
        except ValueError:
            raise ValueError(f"activation parameter must be a number; got {name!r}") from None
    if parameter is not None and not math.isfinite(parameter):
        raise ValueError(f"activation parameter must be finite; got {parameter}")
    key = word.strip().lower().replace("-", "_")
    try:
        return Activation(key, parameter, _core.activation_gain(key, parameter))
    except ValueError as error:
        near = get_close_matches(key, [known.name for known in activations()], n=1)
        if not near or near[0] == key:
            raise
        raise ValueError(f'{error}; the nearest is "{near[0]}"') from None


def _name_of(given: Any) -> str:
    """The name of a function or module of another library."""
    name = named_function(given)
    if name is not None:
        return name
    expected = 'activation must be a name, such as "tanh" (rhochain.activations() has all), or an Activation'
    if isinstance(given, type):
        raise TypeError(f"{expected}; got {function_name(given)}: give an instance of it, or its name")
    if callable(given):
        raise TypeError(
            f"{expected}, or a function of NumPy, SciPy, PyTorch or JAX that is one of them; got "
            f"{function_name(given)}, which may be any: give the name where it is one, else its largest slope as gain="
        )
    hint = ": W comes first" if hasattr(given, "shape") else ""
    raise TypeError(f"{expected}; got {type(given).__name__}{hint}")


def activations() -> tuple[Activation, ...]:
    """All activations that have a gain, with their default parameters, in the order of the core's table.

    Examples
    --------
    >>> import rhochain as rc
    >>> "tanh" in [known.name for known in rc.activations()]
    True
    """
    return tuple(Activation(name, None, gain) for name, gain, _ in _core.activations())
