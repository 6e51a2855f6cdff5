"""Lyapunov exponents of a chain: the mean growth per step in each of its leading directions, with error bars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import rhochain._core as _core
from rhochain.estimates.brackets import json_number

__all__ = ["LyapunovInterrupted", "LyapunovSpectrum"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class LyapunovSpectrum:
    """The k leading Lyapunov exponents of a chain, natural logarithms per step.

    Attributes
    ----------
    exponents : ndarray of shape (k,)
        Falling in expectation, not sorted. -inf for a direction that the product annihilates: one that lost more than
        a factor 2^42 to the others within one step, which is rounding. NaN if no step was counted.
    errors : ndarray of shape (k,)
        Standard errors from `batches` batch means. NaN where there are fewer than 8, and for -inf. Too small where the
        dynamics remembers several batches of steps; then `history` has not settled.
    history : ndarray of shape (h, k)
        Exponents after `history_steps` counted steps, h <= 512.
    history_steps : ndarray of int64, shape (h,)
    done : int
        Steps of the chain that were run: all, unless an error target, the callback or Ctrl-C ended the run.
    steps : int
        Of these the counted ones, after the first `discard`.
    discard : int
    batches : int
        0 .. 32.
    factorizations : int
        QR factorizations.
    cancellation : float
        The largest ||(column i)|| / R_ii in a factorization: what rounding, 1e-16, was magnified by.
    entropy_rate, entropy_error : float
        Sum of the positive exponents among the k, in nats a step, and its standard error.
    kaplan_yorke_dimension : float
        j + S_j / |lambda_{j+1}| for the largest j whose sum S_j of exponents is not negative. NaN where the k sums are
        all at least 0 and k < n: more exponents are needed, the dimension is at least k.

    Notes
    -----
    Grade: ESTIMATE. A standard error is not a bound; that the chain is long enough to stand for all time is assumed.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> chain = rc.JacobianChain(np.diag([2.0, 0.25]), slopes=np.ones((400, 2)))
    >>> spectrum = chain.lyapunov(2)
    >>> np.round(spectrum.exponents / np.log(2.0), 9), round(spectrum.kaplan_yorke_dimension, 9)
    (array([ 1., -2.]), 1.5)
    """

    exponents: _Floats
    errors: _Floats
    history: _Floats
    history_steps: npt.NDArray[np.int64]
    done: int
    steps: int
    discard: int
    batches: int
    factorizations: int
    cancellation: float
    entropy_rate: float
    entropy_error: float
    kaplan_yorke_dimension: float

    @classmethod
    def from_core(cls, raw: _core.RawLyapunov) -> LyapunovSpectrum:
        """What the native core returned; raises `LyapunovInterrupted` if Ctrl-C cut it short."""
        spectrum = cls(**{name: getattr(raw, name) for name in cls.__dataclass_fields__})
        if raw.interrupted:
            raise LyapunovInterrupted(spectrum)
        return spectrum

    def to_dict(self, *, history: bool = True) -> dict[str, Any]:
        """The spectrum in plain JSON types, if so asked without `history`."""
        plain: dict[str, Any] = {"grade": "ESTIMATE"}
        for name in self.__dataclass_fields__:
            if history or not name.startswith("history"):
                plain[name] = _plain(getattr(self, name))
        return plain

    def __repr__(self) -> str:
        pairs = [_with_error(x, e) for x, e in zip(self.exponents[:3], self.errors[:3], strict=True)]
        more = ", ..." if len(self.exponents) > len(pairs) else ""
        return f"LyapunovSpectrum([{', '.join(pairs)}{more}] per step, ESTIMATE, {self.steps} steps)"


class LyapunovInterrupted(KeyboardInterrupt):
    """Ctrl-C during `lyapunov`. `result` holds the spectrum of the steps done by then."""

    def __init__(self, result: LyapunovSpectrum) -> None:
        super().__init__(f"interrupted at {result!r}")
        self.result = result

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.result,), self.__dict__


def _with_error(x: float, error: float) -> str:
    return f"{x:.6g}" if math.isnan(error) else f"{x:.6g} +- {error:.2g}"


def _plain(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return [_plain(part) for part in x]
    return int(x) if isinstance(x, (int, np.integer)) else json_number(float(x))
