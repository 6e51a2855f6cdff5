"""Numbers and vectors among the arguments of a public function, checked; misuse raises here, by name."""

from __future__ import annotations

import math
import operator

import numpy as np
import numpy.typing as npt

from rhochain.inputs.arrays import Floats, contiguous
from rhochain.inputs.coercion import plain_array

__all__ = ["finite_weight", "not_negative", "real_number", "real_vector", "whole_number"]


def real_number(name: str, value: object) -> float:
    """`value` as a float."""
    if isinstance(value, np.ma.MaskedArray) or hasattr(value, "detach"):
        value = plain_array(name, value)
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name} must be a number; got {value!r}")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number; got {value!r}") from None


def not_negative(name: str, value: object) -> float:
    """`value` as a float of at least 0; inf is one."""
    number = real_number(name, value)
    if not number >= 0.0:
        raise ValueError(f"{name} must be at least 0; got {number!r}")
    return number


def finite_weight(name: str, value: object) -> float:
    """`value` as a finite float of at least 0."""
    number = not_negative(name, value)
    if number == math.inf:
        raise ValueError(f"{name} must be finite; got inf")
    return number


def whole_number(name: str, value: int, least: int, most: int) -> int:
    """`value` as an integer from `least` to `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer; got {value!r}") from None
    if not least <= number <= most:
        raise ValueError(f"{name} must be an integer from {least} to {most}; got {number}")
    return number


def real_vector(name: str, given: npt.ArrayLike, n: int) -> Floats:
    """`given` as a contiguous float64 vector of length n; whether its numbers are finite is for the core to see."""
    x = plain_array(name, given)
    if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8:
        raise TypeError(f"{name} must hold real numbers of at most 64 bits; got dtype {x.dtype}")
    if x.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},); got {x.shape}")
    return contiguous(x)
