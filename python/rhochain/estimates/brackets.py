"""The result of every estimator: a value between two bounds, each with a grade."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import rhochain._core as _core

from rhochain.markup.blocks import Facts, Table
from rhochain.markup.notebook import notebook
from rhochain.runs.interruptions import InterruptedRun

__all__ = ["Bound", "Bracket", "Grade", "Interrupted", "Progress", "Status", "json_complex", "json_number"]


class Grade(str, Enum):
    """What a bound claims."""

    PROVED = "PROVED"
    """Holds for the stored matrix, the rounding of the computation included."""
    PROBABLE = "PROBABLE"
    """Holds with probability at least 1 - delta over the random start, up to a stated backward error."""
    ESTIMATE = "ESTIMATE"
    """Converged or extrapolated; nothing more is claimed, and no verdict rests on it."""

    def __str__(self) -> str:
        return self.value


class Status(str, Enum):
    """Why an estimator stopped. Not converging is an answer, never an exception."""

    CONVERGED = "converged"
    """The bounds lie within `rtol` of each other; for rho(W) also: independent searches agree to `rtol`."""
    BRACKETED = "bracketed"
    """The method cannot narrow the bounds further: they hold and are wider than `rtol`."""
    BUDGET_SPENT = "budget_spent"
    """`max_matvecs` or `max_seconds` ran out, or the callback returned True."""

    def __str__(self) -> str:
        return self.value


def json_number(x: float) -> float | str | None:
    """A float as strict JSON can hold it: None for NaN, "inf" and "-inf" for the infinities."""
    if math.isnan(x):
        return None
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    return float(x)


def json_complex(z: complex) -> list[float | str | None] | None:
    """A complex number as strict JSON can hold it, ``[real, imaginary]``; None for NaN."""
    return None if cmath.isnan(z) else [json_number(z.real), json_number(z.imag)]


@dataclass(frozen=True)
class Bound:
    """One end of a bracket.

    Attributes
    ----------
    value : float
    grade : Grade
    delta : float or None
        The probability that a PROBABLE bound fails; None for the other grades.
    source : str
        The theorem or computation that gave the bound.

    Examples
    --------
    >>> import rhochain as rc
    >>> str(rc.Bound(2.5, rc.Grade.PROBABLE, 1e-9, "Theorem D"))
    '2.5 PROBABLE(1e-09)'
    """

    value: float
    grade: Grade
    delta: float | None
    source: str

    @classmethod
    def from_core(cls, raw: _core.RawBound) -> Bound:
        """The bound that the native core returned."""
        return cls(raw.value, Grade(raw.grade), raw.delta, raw.source)

    @property
    def graded(self) -> bool:
        """Whether a verdict may rest on this bound: PROVED or PROBABLE."""
        return self.grade is not Grade.ESTIMATE

    @property
    def label(self) -> str:
        """The grade as reports print it, such as ``PROBABLE(1e-09)``."""
        return str(self.grade) if self.delta is None else f"{self.grade}({self.delta:.2g})"

    def __str__(self) -> str:
        return f"{self.value:.7g} {self.label}"

    def to_dict(self) -> dict[str, Any]:
        """The bound in plain JSON types."""
        return {
            "value": json_number(self.value),
            "grade": str(self.grade),
            "delta": self.delta,
            "source": self.source,
        }


def _known(raw: _core.RawBound) -> Bound | None:
    """A graded bound that stands behind an ESTIMATE; None where nothing is known."""
    return Bound.from_core(raw) if math.isfinite(raw.value) else None


@dataclass(frozen=True)
class Progress:
    """One record of an estimator's progress: what a callback receives and `Bracket.history` keeps."""

    matvecs: int
    """Products with W or its transpose so far."""
    seconds: float
    lower: float
    value: float
    upper: float
    quantity: str | None = None
    """The function whose bracket is in work, or "chain_norm", as `check` names it to its callback."""

    @classmethod
    def from_core(cls, raw: _core.RawProgress) -> Progress:
        """The record that the native core made."""
        return cls(raw.matvecs, raw.seconds, raw.lower, raw.value, raw.upper)

    def to_dict(self) -> dict[str, Any]:
        """The record in plain JSON types."""
        return {
            "matvecs": self.matvecs,
            "seconds": self.seconds,
            "lower": json_number(self.lower),
            "value": json_number(self.value),
            "upper": json_number(self.upper),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Bracket:
    """A value and the two bounds around it: ``lower.value <= value <= upper.value``.

    Attributes
    ----------
    value : float
        The best estimate. No grade is claimed for it beyond its bounds.
    lower, upper : Bound
    status : Status
    residual : float
        At least ``||W x - eigenvalue x||`` for the eigenvector x = `vector`, and that of the left eigenvector where
        `condition` is known; ``||W.T W v - value**2 v|| / value`` for a singular vector v. NaN without a vector.
    condition : float
        Condition number ``1/|y* x|`` of the eigenvalue in its strongly connected component, an ESTIMATE: a change E
        of W moves the eigenvalue by at most ``condition * ||E||_2`` to first order. NaN where unknown: see
        `spectral_radius`.
    runner_up : float
        Modulus of the next candidate; NaN where unknown.
    matvecs : int
        Products with W or its transpose.
    seconds : float
        Wall time.
    history : tuple of Progress
    vector : ndarray of shape (n,) or None
        The unit vector behind `value`: an eigenvector of W, of all of it where W is reducible, or the right singular
        vector; complex for a complex eigenvalue. It is as accurate as `residual` tells. None also where the source of W
        does not say which side of an entry receives, as then it may be one of W^T.
    no_vector : str or None
        Why there is no `vector`.
    eigenvalue : complex
        Of `vector`, its Rayleigh quotient: real for a real vector, and ``abs(eigenvalue)`` is near `value`. NaN for a
        singular vector and without a vector.
    graded_lower, graded_upper : Bound or None
        The tightest bounds graded PROVED or PROBABLE, which verdicts rest on: `lower` and `upper` themselves unless
        these are ESTIMATEs; None where nothing is known.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> r = rc.spectral_radius(np.diag([3.0, -4.0]))
    >>> round(r.value, 6), 4.0 in r
    (4.0, True)
    """

    value: float
    lower: Bound
    upper: Bound
    status: Status
    residual: float = math.nan
    condition: float = math.nan
    runner_up: float = math.nan
    matvecs: int = 0
    seconds: float = 0.0
    history: tuple[Progress, ...] = ()
    vector: npt.NDArray[np.float64] | npt.NDArray[np.complex128] | None = field(default=None)
    no_vector: str | None = None
    eigenvalue: complex = complex(math.nan, math.nan)
    graded_lower: Bound | None = None
    graded_upper: Bound | None = None

    def __post_init__(self) -> None:
        if self.lower.graded:
            object.__setattr__(self, "graded_lower", self.lower)
        if self.upper.graded:
            object.__setattr__(self, "graded_upper", self.upper)
        if not self.lower.value <= self.value <= self.upper.value:
            raise ValueError(
                "a bracket needs lower <= value <= upper; "
                f"got {self.lower.value!r}, {self.value!r}, {self.upper.value!r}"
            )

    @classmethod
    def from_core(cls, raw: _core.RawBracket) -> Bracket:
        """The bracket that the native core returned; raises `Interrupted` if Ctrl-C cut it short."""
        lower, upper = Bound.from_core(raw.lower), Bound.from_core(raw.upper)
        bracket = cls(
            value=raw.value,
            lower=lower,
            upper=upper,
            status=Status(raw.status),
            residual=raw.residual,
            condition=raw.condition,
            runner_up=raw.runner_up,
            matvecs=raw.matvecs,
            seconds=raw.seconds,
            history=tuple(Progress.from_core(record) for record in raw.history),
            vector=raw.vector,
            no_vector=(raw.no_vector or "this quantity has no vector") if raw.vector is None else None,
            eigenvalue=raw.eigenvalue,
            graded_lower=None if lower.graded else _known(raw.graded_lower),
            graded_upper=None if upper.graded else _known(raw.graded_upper),
        )
        if raw.interrupted:
            raise Interrupted(bracket)
        return bracket

    @property
    def width(self) -> float:
        """``(upper - lower) / |value|``, without unit; 0 for a point, inf around a value of 0."""
        low, high = self.lower.value, self.upper.value
        if low == high:
            return 0.0
        return (high - low) / abs(self.value) if self.value else math.inf

    def out_of_time(self, max_seconds: float | None) -> bool:
        """Whether `max_seconds` ended the call before the estimate was done."""
        return self.status is Status.BUDGET_SPENT and max_seconds is not None and self.seconds >= max_seconds

    def __contains__(self, x: float) -> bool:
        return self.lower.value <= x <= self.upper.value

    def __repr__(self) -> str:
        return (
            f"Bracket({self.value:.7g}, lower {self.lower}, upper {self.upper}, {self.status}, {self.matvecs} matvecs)"
        )

    def _repr_html_(self) -> str:
        ends = [
            (words, f"{b.value:.7g}", b.label, b.source) for words, b in (("lower", self.lower), ("upper", self.upper))
        ]
        work = f"{self.status}, {self.matvecs:,} products with W or its transpose, {self.seconds:.3g} s"
        facts = Facts([("value", f"{self.value:.7g}"), ("status", work)])
        table = Table(f"{type(self).__name__} of width {self.width:.2g}", ("bound", "value", "grade", "source"), ends)
        return notebook([facts, table])

    def to_dict(self, *, history: bool = True) -> dict[str, Any]:
        """The bracket in plain JSON types, without `vector` and, if so asked, without `history`."""
        plain: dict[str, Any] = {
            "value": json_number(self.value),
            "lower": self.lower.to_dict(),
            "upper": self.upper.to_dict(),
            "graded_lower": None if self.graded_lower is None else self.graded_lower.to_dict(),
            "graded_upper": None if self.graded_upper is None else self.graded_upper.to_dict(),
            "status": str(self.status),
            "residual": json_number(self.residual),
            "condition": json_number(self.condition),
            "eigenvalue": json_complex(self.eigenvalue),
            "no_vector": self.no_vector,
            "runner_up": json_number(self.runner_up),
            "matvecs": self.matvecs,
            "seconds": self.seconds,
        }
        if history:
            plain["history"] = [record.to_dict() for record in self.history]
        return plain


class Interrupted(InterruptedRun[Bracket]):
    """Ctrl-C during an estimate. `bracket` holds what was known by then, as valid as any other."""

    def __init__(self, bracket: Bracket) -> None:
        super().__init__(bracket)

    @property
    def bracket(self) -> Bracket:
        """The bracket of the work done."""
        return self.result
