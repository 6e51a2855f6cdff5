"""The brackets of many matrices as arrays, a row for each matrix."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rhochain.estimates.brackets import Bound, Bracket, Grade, Status
from rhochain.estimates.frames import frame
from rhochain.inputs.arrays import Floats, Integers
from rhochain.runs.interruptions import InterruptedRun

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["BracketArrays", "ManyInterrupted"]

_Words = npt.NDArray[np.str_]
_Objects = npt.NDArray[np.object_]
_BOUNDS = ("lower", "upper", "graded_lower", "graded_upper")
_NUMBERS = ("value", "residual", "condition", "runner_up", "matvecs", "seconds", "eigenvalue")
_WITHOUT = "vectors=True keeps it"


@dataclass(frozen=True, eq=False, repr=False)
class BracketArrays:
    """What `spectral_radius_many` and `spectral_norm_many` return: an array for each field of a `Bracket`.

    Row i is about the matrix number i. ``result[i]`` is its `Bracket`, as the call for one matrix returns it, without
    `Bracket.history`.

    Attributes
    ----------
    value, lower, upper : ndarray of float64, shape (B,)
        NaN for a matrix that failed.
    lower_grade, upper_grade : ndarray of str, shape (B,)
        "PROVED", "PROBABLE" or "ESTIMATE".
    lower_delta, upper_delta : ndarray of float64, shape (B,)
        The probability that a PROBABLE bound fails; NaN for the other grades.
    graded_lower, graded_upper : ndarray of float64, shape (B,)
        The tightest bounds that are not ESTIMATEs; -inf and inf where nothing is known.
    status : ndarray of str, shape (B,)
        That of the bracket (`Status`), "failed" with the reason in `error`, or "not_run" after Ctrl-C.
    error : ndarray of object, shape (B,)
        The exception's type and message where a matrix failed, else None.
    residual, condition, runner_up : ndarray of float64, shape (B,)
    eigenvalue : ndarray of complex128, shape (B,)
    matvecs : ndarray of int64, shape (B,)
    seconds : ndarray of float64, shape (B,)
        Of each matrix, on its thread.
    vectors : tuple of ndarray or None
        Of each matrix, where ``vectors=True`` asked for them.

    Examples
    --------
    >>> import numpy as np, rhochain as rc
    >>> many = rc.spectral_radius_many([np.diag([1.0, -2.0]), np.eye(3), np.eye(2, k=1)])
    >>> many.value.round(6).tolist(), many[0].upper.grade.value
    ([2.0, 1.0, 0.0], 'PROVED')
    """

    value: Floats
    lower: Floats
    upper: Floats
    lower_grade: _Words
    upper_grade: _Words
    lower_delta: Floats
    upper_delta: Floats
    graded_lower: Floats
    graded_upper: Floats
    status: _Words
    error: _Objects
    residual: Floats
    condition: Floats
    runner_up: Floats
    eigenvalue: npt.NDArray[np.complex128]
    matvecs: Integers
    seconds: Floats
    vectors: tuple[Any, ...] | None = None
    # What a Bracket says beside them.
    _graded: Mapping[str, _Objects] = field(default_factory=dict)
    _sources: Mapping[str, _Objects] = field(default_factory=dict)
    _no_vector: _Objects = field(default_factory=lambda: np.zeros(0, object))

    @classmethod
    def from_columns(
        cls,
        blocks: Sequence[Mapping[str, Any]],
        errors: Mapping[int, str],
        vectors: bool,
        missing: str = "not_run",
    ) -> BracketArrays:
        """The columns that the core returned for one batch after the other. `errors`: by the index of the matrix."""

        def joined(name: str, kind: Any) -> Any:
            parts = [np.array(block[name], kind) for block in blocks]
            return np.concatenate(parts) if parts else np.zeros(0, kind)

        def numbers(name: str) -> Any:
            kinds: dict[str, Any] = {"matvecs": np.int64, "eigenvalue": np.complex128}
            return joined(name, kinds.get(name, np.float64))

        done = joined("done", np.bool_)
        status = joined("status", "U12")
        status[~done] = missing
        error = np.full(len(done), None, object)
        for index, message in errors.items():
            status[index], error[index] = "failed", message
        no_vector = joined("no_vector", object)
        has_vector = joined("has_vector", np.bool_)
        if not vectors:
            no_vector[has_vector] = _WITHOUT
        no_vector[~has_vector & (no_vector == "")] = "this quantity has no vector"
        return cls(
            **{name: numbers(name) for name in (*_NUMBERS, *_BOUNDS)},
            **{f"{end}_grade": joined(f"{end}_grade", "U8") for end in ("lower", "upper")},
            **{f"{end}_delta": numbers(f"{end}_delta") for end in ("lower", "upper")},
            status=status,
            error=error,
            vectors=tuple(v for block in blocks for v in block["vector"]) if vectors else None,
            _graded={
                f"{end}_{part}": numbers(f"{end}_{part}") if part == "delta" else joined(f"{end}_{part}", object)
                for end in ("graded_lower", "graded_upper")
                for part in ("grade", "delta")
            },
            _sources={end: joined(f"{end}_source", object) for end in _BOUNDS},
            _no_vector=no_vector,
        )

    @classmethod
    def from_brackets(cls, brackets: Sequence[Bracket | None], missing: str) -> BracketArrays:
        """The same, without vectors; `missing` is the status of a row without a bracket."""

        def column(name: str, none: Any, read: Callable[[Bracket], Any]) -> dict[str, Any]:
            return {name: [none if b is None else read(b) for b in brackets]}

        def of_bound(end: str) -> dict[str, Any]:
            behind = "lower" if end == "graded_lower" else "upper" if end == "graded_upper" else end
            nothing = Bound(-math.inf if behind == "lower" else math.inf, Grade.PROVED, None, "no bound")

            def bound(b: Bracket) -> Bound:
                found: Bound | None = getattr(b, end)
                return nothing if found is None else found

            return (
                column(end, math.nan, lambda b: bound(b).value)
                | column(f"{end}_grade", "", lambda b: str(bound(b).grade))
                | column(f"{end}_delta", math.nan, lambda b: math.nan if bound(b).delta is None else bound(b).delta)
                | column(f"{end}_source", "", lambda b: bound(b).source)
            )

        columns: dict[str, Any] = {"done": [b is not None for b in brackets]}
        for name in _NUMBERS:
            columns |= column(name, 0 if name == "matvecs" else math.nan, attrgetter(name))
        for end in _BOUNDS:
            columns |= of_bound(end)
        columns |= column("status", missing, lambda b: str(b.status))
        columns |= column("no_vector", "", lambda b: b.no_vector or "")
        columns |= column("has_vector", True, lambda b: b.vector is not None)
        return cls.from_columns([columns], {}, vectors=False, missing=missing)

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """Whether `status` is "converged"."""
        found: npt.NDArray[np.bool_] = self.status == Status.CONVERGED.value
        return found

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Bracket]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: int) -> Bracket:
        i = operator.index(index)
        if not -len(self) <= i < len(self):
            raise IndexError(f"there are {len(self)} matrices; got index {i}")
        i %= len(self)
        if self.status[i] == "failed":
            raise ValueError(f"matrix {i} has no bracket: {self.error[i]}")
        if not self.lower_grade[i]:
            raise ValueError(f"matrix {i} has no bracket: {self.status[i]}")
        lower, upper = self._bound("lower", i), self._bound("upper", i)
        vector = None if self.vectors is None else self.vectors[i]
        return Bracket(
            value=float(self.value[i]),
            lower=lower,
            upper=upper,
            status=Status(str(self.status[i])),
            residual=float(self.residual[i]),
            condition=float(self.condition[i]),
            runner_up=float(self.runner_up[i]),
            matvecs=int(self.matvecs[i]),
            seconds=float(self.seconds[i]),
            vector=vector,
            no_vector=None if vector is not None else self._no_vector[i],
            eigenvalue=complex(self.eigenvalue[i]),
            graded_lower=None if lower.graded else self._known("graded_lower", i),
            graded_upper=None if upper.graded else self._known("graded_upper", i),
        )

    def __repr__(self) -> str:
        words, counts = np.unique(self.status, return_counts=True)
        states = ", ".join(f"{count:,} {word}" for word, count in zip(words, counts, strict=True))
        return f"BracketArrays({len(self):,} matrices: {states})"

    def to_frame(self) -> DataFrame:
        """A pandas DataFrame with a row for each matrix and a column for each array."""
        names = ("value", "lower", "upper", "lower_grade", "upper_grade", "lower_delta", "upper_delta")
        rest = ("graded_lower", "graded_upper", "status", "error", "residual", "condition", "runner_up")
        return frame({name: getattr(self, name) for name in (*names, *rest, "eigenvalue", "matvecs", "seconds")})

    def _bound(self, end: str, i: int) -> Bound:
        columns: Mapping[str, Any] = self._graded if end.startswith("graded") else vars(self)
        grade = Grade(str(columns[f"{end}_grade"][i]))
        delta = float(columns[f"{end}_delta"][i]) if grade is Grade.PROBABLE else None
        return Bound(float(getattr(self, end)[i]), grade, delta, self._sources[end][i])

    def _known(self, end: str, i: int) -> Bound | None:
        return self._bound(end, i) if math.isfinite(getattr(self, end)[i]) else None


class ManyInterrupted(InterruptedRun[BracketArrays]):
    """Ctrl-C during a call for many matrices. `brackets` holds the rows of those that were done."""

    @property
    def brackets(self) -> BracketArrays:
        """The rows so far; "not_run" is the status of the others that had begun."""
        return self.result
