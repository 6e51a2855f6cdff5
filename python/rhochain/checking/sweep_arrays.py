"""The rows of a sweep as arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rhochain.estimates.bracket_arrays import BracketArrays
from rhochain.estimates.brackets import Bracket
from rhochain.estimates.frames import frame
from rhochain.inputs.arrays import Floats, Integers
from rhochain.runs.interruptions import InterruptedRun
from rhochain.verdicts.conclusions import Verdict

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["SweepArrays", "SweepInterrupted", "SweepPoint", "SweepRow"]

_Words = npt.NDArray[np.str_]
_ENDS = ("lower", "upper")


class SweepPoint(NamedTuple):
    """What a sweep sets, beside the matrix; a target of NaN leaves W as it is."""

    spectral_radius: float
    leak: float
    gain: float


class SweepRow(NamedTuple):
    """The answer at one point."""

    factor: float
    verdict: Verdict
    radius: Bracket
    norm: Bracket | None
    growth: Bracket | None


@dataclass(frozen=True, eq=False, repr=False)
class SweepArrays:
    """What `sweep` returns: R = B times the number of points rows, the points of the first matrix first.

    Attributes
    ----------
    matrix : ndarray of int64, shape (R,)
        The index of the matrix in `Ws`.
    spectral_radius, leak, gain : ndarray of float64, shape (R,)
        The point. A target of NaN: W as it is.
    factor : ndarray of float64, shape (R,)
        What W was multiplied by for the target: the target over the value of rho(W).
    verdict : ndarray of str, shape (R,)
        That of ``x_k = (1 - a) x_{k-1} + a sigma(gain factor W x_{k-1})``; "" in a row that failed.
    radius, radius_lower, radius_upper : ndarray of float64, shape (R,)
        Of the Jacobian with all slopes at their largest, ``(1 - a) I + a gamma gain factor W``: the effective spectral
        radius.
    norm, norm_lower, norm_upper : ndarray of float64, shape (R,)
        Of gamma gain factor sigma_1(W).
    growth, growth_lower, growth_upper : ndarray of float64, shape (R,)
        Of R, the growth rate under the worst slopes, or of the radius of the Jacobian of a linear network; NaN where it
        was left out.
    radius_lower_grade, radius_upper_grade, ... : ndarray of str, shape (R,)
        The grades of these bounds; "" where there is none.
    status : ndarray of str, shape (R,)
        "done", or "failed" with the reason in `error`.
    error : ndarray of object, shape (R,)
    radii : BracketArrays
        rho(W) of each matrix, B rows, from which the rows of the matrix were scaled.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> grid = rc.sweep([np.array([[0.0, 4.0], [1.0, 0.0]])], spectral_radius=[0.2, 1.3], activation="tanh")
    >>> grid.verdict.tolist(), grid.factor.round(6).tolist()
    (['VANISHES', 'EXPLODES_FOR_SOME_SLOPES'], [0.1, 0.65])
    """

    matrix: Integers
    spectral_radius: Floats
    leak: Floats
    gain: Floats
    factor: Floats
    verdict: _Words
    radius: Floats
    radius_lower: Floats
    radius_upper: Floats
    radius_lower_grade: _Words
    radius_upper_grade: _Words
    norm: Floats
    norm_lower: Floats
    norm_upper: Floats
    norm_lower_grade: _Words
    norm_upper_grade: _Words
    growth: Floats
    growth_lower: Floats
    growth_upper: Floats
    growth_lower_grade: _Words
    growth_upper_grade: _Words
    status: _Words
    error: npt.NDArray[np.object_]
    radii: BracketArrays

    @classmethod
    def from_rows(
        cls,
        points: Sequence[SweepPoint],
        rows: Sequence[SweepRow | None],
        errors: Sequence[str | None],
        radii: Sequence[Bracket | None],
    ) -> SweepArrays:
        """The points of each matrix in turn; None for a row that failed."""
        matrices = len(radii)
        columns: dict[str, Any] = {
            "factor": np.array([math.nan if r is None else r.factor for r in rows], np.float64),
            "verdict": np.array(["" if r is None else str(r.verdict) for r in rows], "U24"),
        }
        for name in ("radius", "norm", "growth"):
            columns |= _columns(name, [None if r is None else getattr(r, name) for r in rows])
        return cls(
            matrix=np.repeat(np.arange(matrices), len(points)),
            **{name: np.tile([getattr(p, name) for p in points], matrices) for name in SweepPoint._fields},
            **columns,
            status=np.array(["done" if e is None else "failed" for e in errors], "U12"),
            error=np.array(errors, object),
            radii=BracketArrays.from_brackets(radii, "failed"),
        )

    def __len__(self) -> int:
        return len(self.matrix)

    def __repr__(self) -> str:
        words, counts = np.unique(np.where(self.status == "done", self.verdict, self.status), return_counts=True)
        states = ", ".join(f"{count:,} {word}" for word, count in zip(words, counts, strict=True))
        return f"SweepArrays({len(self):,} rows of {len(self.radii):,} matrices: {states})"

    def to_frame(self) -> DataFrame:
        """A pandas DataFrame with a row for each point of each matrix."""
        return frame({name: column for name, column in vars(self).items() if name != "radii"})


class SweepInterrupted(InterruptedRun[SweepArrays]):
    """Ctrl-C during `sweep`. `rows` holds those of the matrices that were done, in order."""

    @property
    def rows(self) -> SweepArrays:
        """The rows so far."""
        return self.result


def _columns(name: str, brackets: Sequence[Bracket | None]) -> Mapping[str, Any]:
    values = [math.nan if b is None else b.value for b in brackets]
    columns: dict[str, Any] = {name: np.array(values, np.float64)}
    for end in _ENDS:
        bounds = [None if b is None else getattr(b, end) for b in brackets]
        columns[f"{name}_{end}"] = np.array([math.nan if b is None else b.value for b in bounds], np.float64)
        columns[f"{name}_{end}_grade"] = np.array(["" if b is None else str(b.grade) for b in bounds], "U8")
    return columns
