"""The checks of many matrices as arrays, a row for each matrix."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rhochain.estimates.bracket_arrays import BracketArrays
from rhochain.estimates.brackets import Bound, Bracket
from rhochain.estimates.frames import frame
from rhochain.inputs.arrays import Floats
from rhochain.reports.gradient_report import GradientReport
from rhochain.runs.interruptions import InterruptedRun

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["CheckArrays", "ChecksInterrupted", "without_vectors"]

_QUANTITIES = (
    "spectral_radius",
    "spectral_norm",
    "perron_radius",
    "worst_case_growth",
    "scaled_norm",
    "numerical_radius",
)


@dataclass(frozen=True, eq=False, repr=False)
class CheckArrays:
    """What `check_many` returns. Row i is about the matrix number i.

    Attributes
    ----------
    verdict : ndarray of str, shape (B,)
        As in `Verdict`; "" for a matrix that failed.
    reason : ndarray of object, shape (B,)
        The sentence that justifies the verdict.
    status : ndarray of str, shape (B,)
        "done", or "failed" with the reason in `error`.
    error : ndarray of object, shape (B,)
        The exception's type and message where a matrix failed, else None.
    vanishes_below, explodes_above, critical_estimate : ndarray of float64, shape (B,)
        The factors on W of `CriticalGain`; NaN where none is known.
    vanishes_below_grade, explodes_above_grade : ndarray of str, shape (B,)
        "" where none is known.
    spectral_radius, spectral_norm, perron_radius, worst_case_growth, scaled_norm, numerical_radius : BracketArrays
        The status of a row is "not_computed" where the check did without the quantity.
    reports : tuple of GradientReport or None
        Of each matrix, where ``reports=True`` asked for them.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> many = rc.check_many([0.5 * np.eye(3), np.array([[0.0, 3.0], [2.0, 0.0]])], "tanh")
    >>> many.verdict.tolist()
    ['VANISHES', 'EXPLODES_FOR_SOME_SLOPES']
    """

    verdict: npt.NDArray[np.str_]
    reason: npt.NDArray[np.object_]
    status: npt.NDArray[np.str_]
    error: npt.NDArray[np.object_]
    vanishes_below: Floats
    vanishes_below_grade: npt.NDArray[np.str_]
    explodes_above: Floats
    explodes_above_grade: npt.NDArray[np.str_]
    critical_estimate: Floats
    spectral_radius: BracketArrays
    spectral_norm: BracketArrays
    perron_radius: BracketArrays
    worst_case_growth: BracketArrays
    scaled_norm: BracketArrays
    numerical_radius: BracketArrays
    reports: tuple[GradientReport | None, ...] | None = None

    @classmethod
    def from_reports(
        cls, reports: Sequence[GradientReport | None], errors: Mapping[int, str], keep_reports: bool
    ) -> CheckArrays:
        """Rows of the reports; None for a matrix that has none."""
        error = np.array([errors.get(i) for i in range(len(reports))], object)
        known = [None if r is None else r.critical_gain for r in reports]
        below = [None if g is None else g.vanishes_below for g in known]
        above = [None if g is None else g.explodes_above for g in known]
        guesses = [None if g is None else g.estimate for g in known]

        def brackets(name: str) -> BracketArrays:
            found: list[Bracket | None] = [None if r is None else getattr(r, name) for r in reports]
            return BracketArrays.from_brackets(found, "not_computed")

        return cls(
            verdict=np.array(["" if r is None else str(r.verdict) for r in reports], "U24"),
            reason=np.array([None if r is None else r.reason for r in reports], object),
            status=np.array(["failed" if e is not None else "done" for e in error], "U12"),
            error=error,
            vanishes_below=_values(below),
            vanishes_below_grade=_grades(below),
            explodes_above=_values(above),
            explodes_above_grade=_grades(above),
            critical_estimate=np.array([math.nan if g is None else g for g in guesses], np.float64),
            **{name: brackets(name) for name in _QUANTITIES},
            reports=tuple(reports) if keep_reports else None,
        )

    def __len__(self) -> int:
        return len(self.verdict)

    def __repr__(self) -> str:
        words, counts = np.unique(np.where(self.status == "done", self.verdict, self.status), return_counts=True)
        states = ", ".join(f"{count:,} {word}" for word, count in zip(words, counts, strict=True))
        return f"CheckArrays({len(self):,} matrices: {states})"

    def to_frame(self) -> DataFrame:
        """A pandas DataFrame with a row for each matrix; the bounds of a quantity have its name before theirs."""
        plain = ("verdict", "status", "error", "vanishes_below", "vanishes_below_grade", "explodes_above")
        columns = {name: getattr(self, name) for name in (*plain, "explodes_above_grade", "critical_estimate")}
        for name in _QUANTITIES:
            found: BracketArrays = getattr(self, name)
            for part in ("value", "lower", "upper", "lower_grade", "upper_grade"):
                columns[f"{name}_{part}" if part != "value" else name] = getattr(found, part)
        return frame(columns | {"reason": self.reason})


class ChecksInterrupted(InterruptedRun[CheckArrays]):
    """Ctrl-C during `check_many`. `checks` holds the rows of the matrices that were done, in order."""

    @property
    def checks(self) -> CheckArrays:
        """The rows so far."""
        return self.result


def without_vectors(report: GradientReport) -> GradientReport:
    """The same, without what is as long as the matrix and without histories."""
    slim: dict[str, Any] = {"components": None}
    for name in _QUANTITIES:
        bracket: Bracket | None = getattr(report, name)
        if bracket is not None:
            why = bracket.no_vector or "reports=True keeps it"
            slim[name] = replace(bracket, vector=None, history=(), no_vector=why)
    if report.scaled_norm is not None:
        slim["scaled_norm"] = replace(slim["scaled_norm"], scaling=np.zeros(0))
    if report.worst_case_growth is not None:
        slim["worst_case_growth"] = replace(slim["worst_case_growth"], active=np.zeros((0, 0), bool))
    return replace(report, **slim)


def _values(bounds: Sequence[Bound | None]) -> Floats:
    return np.array([math.nan if b is None else b.value for b in bounds], np.float64)


def _grades(bounds: Sequence[Bound | None]) -> npt.NDArray[np.str_]:
    return np.array(["" if b is None else str(b.grade) for b in bounds], "U8")
