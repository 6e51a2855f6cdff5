"""What every estimate takes beside its matrix: tolerance, probability, seed, threads, budgets, callback and start."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import Progress
from rhochain.inputs.arguments import not_negative, real_number, real_vector, whole_number
from rhochain.inputs.arrays import Floats
from rhochain.inputs.coercion import plain_array
from rhochain.inputs.matrix import Matrix
from rhochain.inputs.resources import thread_count

__all__ = ["Limits"]


@dataclass(frozen=True, eq=False)
class Limits:
    """The arguments that all estimators share, checked. `spectral_radius` documents them.

    Attributes
    ----------
    rtol, delta : float
    seed : int
    threads : int
        0 for OMP_NUM_THREADS or the cores granted.
    max_matvecs : int or None
    max_seconds : float or None
    callback : callable or None
    start : ndarray of float64 or None
    """

    rtol: float
    delta: float
    seed: int
    threads: int
    max_matvecs: int | None
    max_seconds: float | None
    callback: Callable[[Progress], object] | None
    start: Floats | None

    @classmethod
    def of_call(
        cls,
        A: Matrix,
        rtol: float,
        delta: float,
        seed: int,
        threads: int | None,
        max_matvecs: int | None,
        max_seconds: float | None,
        callback: Callable[[Progress], object] | None,
        start: npt.ArrayLike | None = None,
        *,
        start_length: int | None = None,
    ) -> Limits:
        """The arguments of a public function; misuse raises here, by name. `start_length`: by default A's width."""
        if callback is not None and not callable(callback):
            raise TypeError(f"callback must be callable or None; got {type(callback).__name__}")
        own_threads = A.threads if threads is None else thread_count(threads)
        vector = _start_vector(start, A.own_columns if start_length is None else start_length, A.on_ranks)
        return cls._checked(rtol, delta, seed, own_threads, max_matvecs, max_seconds, callback, vector)

    @classmethod
    def of_many(
        cls,
        rtol: float,
        delta: float,
        seed: int,
        threads: int | None,
        max_matvecs: int | None,
        max_seconds: float | None,
    ) -> Limits:
        """Those of each of many matrices, without a callback and a start; `threads` share the matrices."""
        return cls._checked(rtol, delta, seed, thread_count(threads), max_matvecs, max_seconds, None, None)

    @classmethod
    def _checked(
        cls,
        rtol: float,
        delta: float,
        seed: int,
        threads: int,
        max_matvecs: int | None,
        max_seconds: float | None,
        callback: Callable[[Progress], object] | None,
        start: Floats | None,
    ) -> Limits:
        return cls(
            rtol=_open_unit("rtol", rtol),
            delta=_open_unit("delta", delta),
            seed=whole_number("seed", seed, 0, 2**64 - 1),
            threads=threads,
            max_matvecs=None if max_matvecs is None else whole_number("max_matvecs", max_matvecs, 1, 2**63 - 1),
            max_seconds=_seconds(max_seconds),
            callback=callback,
            start=start,
        )

    @property
    def core(self) -> _core.Limits:
        """The same for the core."""
        return self.with_log(None)

    def with_log(self, log: _core.RunLog | None) -> _core.Limits:
        """The same for the core, and a log of the run."""
        return _core.Limits(
            rtol=self.rtol,
            delta=self.delta,
            seed=self.seed,
            threads=self.threads,
            max_matvecs=self.max_matvecs,
            max_seconds=self.max_seconds,
            callback=None if self.callback is None else _Recorder(self.callback),
            start=self.start,
            log=log,
        )


def _open_unit(name: str, value: float) -> float:
    """`value` as a float between 0 and 1, both excluded."""
    number = real_number(name, value)
    if not 0.0 < number < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, both excluded; got {number!r}")
    return number


def _seconds(value: float | None) -> float | None:
    if value is None:
        return None
    number = not_negative("max_seconds", value)
    return None if math.isinf(number) else number


class _Recorder:
    """The caller's callback as the core calls it. Once it said stop, it is left alone."""

    def __init__(self, callback: Callable[[Progress], object]) -> None:
        self._callback = callback
        self._stopped = False

    def __call__(self, record: _core.RawProgress) -> bool:
        """Whether to stop."""
        if not self._stopped:
            self._stopped = bool(self._callback(Progress.from_core(record)))
        return self._stopped


def _start_vector(start: npt.ArrayLike | None, n: int, is_slice: bool) -> Floats | None:
    """`start` as float64. A slice may be zero, or empty: the core refuses a vector that is zero on all ranks."""
    if start is None:
        return None
    given = plain_array("start", start)
    if given.dtype.kind not in "biuf":
        raise TypeError(f"start must be a real vector; got dtype {given.dtype}")
    vector = real_vector("start", given, n)
    if not np.isfinite(vector).all():
        raise ValueError("start must hold finite numbers; got NaN or Inf")
    if not is_slice and not vector.any():
        raise ValueError("start must not be the zero vector")
    return vector
