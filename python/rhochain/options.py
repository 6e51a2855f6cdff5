"""The options that every estimator shares: one check of each, one form for the native core."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from rhochain import _core
from rhochain.coercion import plain_array
from rhochain.estimates import Bracket, Progress
from rhochain.matrix import Matrix
from rhochain.resources import thread_count

__all__ = [
    "CoreOptions",
    "Recorder",
    "core_options",
    "leaks",
    "levels",
    "not_negative",
    "real_number",
    "real_vector",
    "run",
    "whole_number",
]


class CoreOptions(TypedDict):
    """Keyword arguments of the native estimators."""

    rtol: float
    delta: float
    seed: int
    threads: int
    max_matvecs: int | None
    max_seconds: float | None
    callback: Recorder | None
    start: npt.NDArray[np.float64] | None


def core_options(
    A: Matrix,
    rtol: float,
    delta: float,
    seed: int,
    threads: int | None,
    max_matvecs: int | None,
    max_seconds: float | None,
    callback: Callable[[Progress], object] | None,
    start: npt.ArrayLike | None,
    start_length: int | None = None,
) -> CoreOptions:
    """The options as the native core takes them; misuse raises here, by name. `start_length`: by default A's width."""
    return {
        "rtol": _open_unit("rtol", rtol),
        "delta": _open_unit("delta", delta),
        "seed": whole_number("seed", seed, 0, 2**64 - 1),
        "threads": A.threads if threads is None else thread_count(threads),
        "max_matvecs": None if max_matvecs is None else whole_number("max_matvecs", max_matvecs, 1, 2**63 - 1),
        "max_seconds": _seconds(max_seconds),
        "callback": None if callback is None else Recorder(callback),
        "start": _start_vector(start, A.shape[1] if start_length is None else start_length),
    }


def run(solver: Callable[..., _core.RawBracket], options: CoreOptions) -> Bracket:
    """The bracket of a native solver; raises `Interrupted` for Ctrl-C, in the core or in the callback."""
    return Bracket.from_core(solver(**options))


def levels(vanish_level: object, explode_level: object) -> tuple[float, float]:
    """The levels of a chain's norm."""
    low, high = real_number("vanish_level", vanish_level), real_number("explode_level", explode_level)
    if not 0.0 < low < high < math.inf:
        raise ValueError(f"levels must obey 0 < vanish_level < explode_level < inf; got {low!r} and {high!r}")
    return low, high


def real_number(name: str, value: object) -> float:
    """`value` as a float."""
    if isinstance(value, np.ma.MaskedArray) or hasattr(value, "detach"):
        value = plain_array(name, value)
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


def _open_unit(name: str, value: float) -> float:
    """`value` as a float between 0 and 1, both excluded."""
    number = real_number(name, value)
    if not 0.0 < number < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, both excluded; got {number!r}")
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


def _seconds(value: float | None) -> float | None:
    if value is None:
        return None
    number = not_negative("max_seconds", value)
    return None if math.isinf(number) else number


class Recorder:
    """The caller's callback as the core calls it. Once it said stop, it is left alone."""

    def __init__(self, callback: Callable[[Progress], object]) -> None:
        if not callable(callback):
            raise TypeError(f"callback must be callable or None; got {type(callback).__name__}")
        self._callback = callback
        self._stopped = False

    def __call__(self, record: _core.RawProgress) -> bool:
        """Whether to stop."""
        if not self._stopped:
            self._stopped = bool(self._callback(Progress.from_core(record)))
        return self._stopped


def real_vector(name: str, given: npt.ArrayLike, n: int) -> npt.NDArray[np.float64]:
    """`given` as a contiguous float64 vector of length n; whether its numbers are finite is for the core to see."""
    x = plain_array(name, given)
    if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8:
        raise TypeError(f"{name} must hold real numbers of at most 64 bits; got dtype {x.dtype}")
    if x.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},); got {x.shape}")
    return np.require(x, np.float64, ["C", "A"])


def leaks(leak: float | npt.ArrayLike, n: int) -> npt.NDArray[np.float64]:
    """`leak` as an array: one number for all neurons, or one for each where they differ."""
    a = np.array([real_number("leak", leak)]) if np.ndim(leak) == 0 else real_vector("leak", leak, n)
    outside = ~((a > 0.0) & (a <= 1.0))
    if outside.any():
        raise ValueError(f"leak must be above 0 and at most 1; got {float(a[outside][0])!r}")
    return a[:1] if a.size and (a == a[0]).all() else a


def _start_vector(start: npt.ArrayLike | None, n: int) -> npt.NDArray[np.float64] | None:
    if start is None:
        return None
    given = plain_array("start", start)
    if given.dtype.kind not in "biuf":
        raise TypeError(f"start must be a real vector; got dtype {given.dtype}")
    vector = real_vector("start", given, n)
    if not np.isfinite(vector).all():
        raise ValueError("start must hold finite numbers; got NaN or Inf")
    if not vector.any():
        raise ValueError("start must not be the zero vector")
    return vector
