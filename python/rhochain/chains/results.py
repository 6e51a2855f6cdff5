"""What runs of a chain return: vectors with log norms and rates, and Lyapunov exponents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

import rhochain._core as _core
from rhochain.chains.scaled_vectors import ScaledVectors
from rhochain.estimates.brackets import json_number
from rhochain.inputs.arrays import Floats, Integers
from rhochain.runs.interruptions import InterruptedRun

__all__ = ["ChainInterrupted", "ChainResult", "LyapunovInterrupted", "LyapunovSpectrum"]

_FLOAT32_DEPTH = -math.log(float(np.finfo(np.float32).tiny))


@dataclass(frozen=True, eq=False)
class ChainResult:
    """Vectors carried through a chain, of shape (n,) or in a block of shape (n, b).

    Attributes
    ----------
    vectors : ScaledVectors
        The pair (mantissas, exponents), and an array of shape (n,) or (n, b) to NumPy: ``numpy.asarray(vectors)`` is
        ``mantissas * 2.0**exponents``, with a `RangeWarning` where an entry is beyond float64.
    log_norms : ndarray of shape (K+1,) or (K+1, b)
        Natural logarithm of the 2-norms after 0 .. K steps; -inf for a vector that is exactly 0. `vjp` counts from
        the end of the trajectory backward. Fewer rows where a callback stopped the chain or with `record_every`.
    steps : int
        K.
    recorded : ndarray of int64, as long as log_norms
        The number of steps after which each row of `log_norms` was taken: 0, m, 2m, ... for ``record_every=m``, and
        that of the last step done.

    Notes
    -----
    Grade: ESTIMATE, plain floating point; `JacobianChain.norm` gives bounds.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> chain = rc.JacobianChain(np.array([[0.5]]), slopes=np.ones((100_000, 1)))
    >>> result = chain.vjp(np.ones(1))
    >>> result.vectors[1], round(result.rate, 9), round(result.half_life, 9)
    (-99999, 0.5, 1.0)
    """

    vectors: ScaledVectors
    log_norms: Floats
    steps: int
    recorded: Integers

    @classmethod
    def from_core(
        cls, raw: tuple[Floats, Integers, Integers, Floats, bool], steps: int, *, single: bool
    ) -> ChainResult:
        """What the native core returned, a `single` vector without the block's axis; raises `ChainInterrupted`."""
        mantissas, exponents, recorded, log_norms, interrupted = raw
        if single:
            result = cls(ScaledVectors(mantissas[:, 0], int(exponents[0])), log_norms[:, 0], steps, recorded)
        else:
            result = cls(ScaledVectors(mantissas, exponents), log_norms, steps, recorded)
        if interrupted:
            raise ChainInterrupted(result)
        return result

    @property
    def done(self) -> int:
        """Steps done: K unless a callback stopped the chain."""
        return int(self.recorded[-1])

    @property
    def rate(self) -> Any:
        """Mean factor per step, (norm after K steps / norm before)^(1/K); shape () or (b,). NaN without a step."""
        return _rate(self.log_norms, self.recorded, 0)

    @property
    def late_rate(self) -> Any:
        """The same from the first row at K/2 or later, free of the transient; NaN where that is the last one."""
        return _rate(self.log_norms, self.recorded, int(np.searchsorted(self.recorded, self.done // 2)))

    @property
    def half_life(self) -> Any:
        """Steps in which the norm halves at `rate`; inf where it does not fall."""
        return _steps_to_fall(self.rate, math.log(2.0))

    @property
    def float32_underflow_step(self) -> Any:
        """Step at which a gradient of norm 1 leaves float32's normal range (below 1.2e-38); inf where never."""
        return _steps_to_fall(self.rate, _FLOAT32_DEPTH)

    def to_dict(self, *, log_norms: bool = True) -> dict[str, Any]:
        """The result in plain JSON types, without `vectors` and, if so asked, without `recorded` and `log_norms`."""
        plain = {"steps": self.steps, "done": self.done}
        plain |= {
            name: _plain(getattr(self, name)) for name in ("rate", "late_rate", "half_life", "float32_underflow_step")
        }
        if log_norms:
            plain["recorded"] = self.recorded.tolist()
            plain["log_norms"] = _plain(self.log_norms)
        return plain

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.vectors.shape))
        rate = f"{self.rate:.7g}" if np.ndim(self.rate) == 0 else np.array2string(self.rate, precision=7, threshold=8)
        return f"ChainResult({shape}, {self.done} of {self.steps} steps, rate {rate})"


class ChainInterrupted(InterruptedRun[ChainResult]):
    """Ctrl-C during a chain. `result` holds what was done by then."""

    def __init__(self, result: ChainResult) -> None:
        super().__init__(result)


@dataclass(frozen=True, eq=False, repr=False)
class LyapunovSpectrum:
    """The k leading Lyapunov exponents of a chain, natural logarithms per step.

    Attributes
    ----------
    exponents : ndarray of shape (k,)
        Falling in expectation, not sorted. -inf for a direction that the product annihilates: it lost more than a
        factor 2^42 to the others within one step, so that only rounding remains. NaN if no step was counted.
    errors : ndarray of shape (k,)
        Standard errors from `batches` batch means. NaN where there are fewer than 8, and for -inf. Too small where the
        correlation time exceeds several batches; then `history` has not converged.
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
        The largest ||(column i)|| / R_ii in a factorization: the factor that magnifies rounding, 1e-16.
    entropy_rate, entropy_error : float
        Sum of the positive exponents among the k, in nats a step, and its standard error.
    kaplan_yorke_dimension : float
        j + S_j / |lambda_{j+1}| for the largest j whose sum S_j of exponents is not negative. NaN where the k sums are
        all at least 0 and k < n: more exponents are needed, the dimension is at least k.

    Notes
    -----
    Grade: ESTIMATE. A standard error is not a bound; it assumes that the chain is long enough to represent all time.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> chain = rc.JacobianChain(np.diag([2.0, 0.25]), slopes=np.ones((400, 2)))
    >>> spectrum = chain.lyapunov(2)
    >>> np.round(spectrum.exponents / np.log(2.0), 9), round(spectrum.kaplan_yorke_dimension, 9)
    (array([ 1., -2.]), 1.5)
    """

    exponents: Floats
    errors: Floats
    history: Floats
    history_steps: Integers
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


class LyapunovInterrupted(InterruptedRun[LyapunovSpectrum]):
    """Ctrl-C during `lyapunov`. `result` holds the spectrum of the steps done by then."""

    def __init__(self, result: LyapunovSpectrum) -> None:
        super().__init__(result)


def _rate(log_norms: Floats, recorded: Integers, first: int) -> Any:
    last = len(log_norms) - 1
    if last == first:
        return _scalar(np.full(log_norms.shape[1:], np.nan))
    with np.errstate(invalid="ignore"):
        rate = np.exp((log_norms[last] - log_norms[first]) / (recorded[last] - recorded[first]))
    # A vector that became 0 on the way has the rate 0; of one that was 0 from the start there is none.
    died = np.isneginf(log_norms[last]) & ~np.isneginf(log_norms[0])
    return _scalar(np.where(died, 0.0, rate))


def _steps_to_fall(rate: Any, depth: float) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = depth / -np.log(rate)
    return _scalar(np.where(np.asarray(rate) >= 1.0, np.inf, steps))


def _scalar(x: Any) -> Any:
    return float(x) if np.ndim(x) == 0 else x


def _plain(x: Any) -> Any:
    """Numbers and arrays as strict JSON can hold them."""
    if isinstance(x, np.ndarray) and x.ndim:
        return [_plain(part) for part in x]
    return int(x) if isinstance(x, (int, np.integer)) else json_number(float(x))


def _with_error(x: float, error: float) -> str:
    return f"{x:.6g}" if math.isnan(error) else f"{x:.6g} +- {error:.2g}"
