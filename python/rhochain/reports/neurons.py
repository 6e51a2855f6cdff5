"""The neurons of W by name: their ids, the reading of their source, and which of them a vector points at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rhochain.estimates.spectra import Components
from rhochain.estimates.worst_case import WorstCaseGrowth
from rhochain.markup.blocks import Table, Verbatim, printable
from rhochain.weights.weights import Counts, Weights

__all__ = ["Neurons", "component_table", "named", "witness"]

_LONGEST_NAME = 40
_LONGEST_LIST = 60
_FEW = 8
_STEPS = 4  # of a cycle of slopes


@dataclass(frozen=True, eq=False)
class Neurons:
    """What the source of W said of its neurons.

    Attributes
    ----------
    ids : ndarray of shape (n,), or None
    rows : {"target", None}
        As in `Weights`.
    counts : Counts
    notes : tuple of str
    driving : ndarray of shape (n,), or None
        The left Perron vector of W, where it was computed.
    """

    ids: npt.NDArray[Any] | None = None
    rows: str | None = None
    counts: Counts = field(default_factory=Counts)
    notes: tuple[str, ...] = ()
    driving: npt.NDArray[np.float64] | None = None

    @classmethod
    def of(cls, weights: Weights | None, driving: npt.NDArray[np.float64] | None = None) -> Neurons:
        """Without the matrix, which a report does not keep."""
        if weights is None:
            return cls()
        return cls(weights.ids, weights.rows, weights.counts, tuple(weights.notes), driving)

    @property
    def orientation(self) -> str:
        """Which side of a pair a row is."""
        if self.rows == "target":
            return "receive: W[i, j] acts from neuron j on neuron i"
        return "as stored, taken to receive: W[i, j] acts from neuron j on neuron i"

    def facts(self) -> Sequence[tuple[str, str]]:
        """Orientation, and what the reader did."""
        found = [("rows", self.orientation)]
        if self.counts.rows:
            found.append(("reading", str(self.counts)))
        found += [("reading", Verbatim(note)) for note in self.notes]
        return found

    def to_dict(self) -> dict[str, Any]:
        """The reading in plain JSON types; the ids are counted, not listed."""
        counts = {name: int(getattr(self.counts, name)) for name in ("rows", "summed", "dropped", "unknown_sign")}
        kind = None if self.ids is None else str(self.ids.dtype)
        return {"ids": kind, "rows": self.rows, "counts": counts, "notes": list(self.notes)}


def named(ids: npt.NDArray[Any] | None, indices: Iterable[int]) -> list[str]:
    """The names of these neurons, cut where they are long; their indices where they have none."""
    if ids is None:
        return [str(int(k)) for k in indices]
    names = (printable(str(ids[k])) for k in indices)
    return [n if len(n) <= _LONGEST_NAME else n[: _LONGEST_NAME - 1] + "…" for n in names]


def listed(ids: npt.NDArray[Any] | None, indices: npt.NDArray[np.int64], most: int = _FEW) -> str:
    """Some of them, and how many more."""
    names = named(ids, indices[:most])
    while len(names) > 1 and len(", ".join(names)) > _LONGEST_LIST:
        names.pop()
    more = indices.size - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def witness(
    ids: npt.NDArray[Any] | None, growth: WorstCaseGrowth | None, n: int, gain: float, everywhere: float
) -> list[tuple[str, str]]:
    """The slopes that make gradients explode: the cycle of R(W), or all at `gain` where that has the graded rate.

    `everywhere` is a lower bound of the rate of the latter, 0 where none is known.
    """
    of_cycle = None if growth is None or not growth.active.size else growth.graded_lower
    if growth is None or of_cycle is None or of_cycle.value <= max(everywhere, 1.0):
        return [("slopes", f"{gain:.7g} in all {n:,} neurons")]
    lo, hi = growth.slope_range
    period = growth.active.shape[0]
    found: list[tuple[str, str]] = []
    for step in range(min(period, _STEPS)):
        (at,) = growth.active[step].nonzero()
        of = "" if period == 1 else f"step {step + 1} of {period}: "
        if at.size == n:
            found.append(("slopes", f"{of}{hi:.7g} in all {n:,} neurons"))
        else:
            which = "" if ids is not None else "index " if at.size == 1 else "indices "
            some = f"{hi:.7g} in {at.size:,} of {n:,} neurons ({which}{listed(ids, at)}), {lo:.7g} in the others"
            found.append(("slopes", Verbatim(f"{of}{some}")))
    if period > _STEPS:
        more = "1 step" if period == _STEPS + 1 else f"{period - _STEPS:,} steps"
        found.append(("slopes", f"and {more} more: worst_case_growth.active of the report has all"))
    return found


def component_table(ids: npt.NDArray[Any] | None, found: Components, most: int = 5) -> Table | None:
    """The largest strongly connected components; None where no two neurons are in one."""
    sizes = np.bincount(found.labels, minlength=found.count)
    largest = np.argsort(-sizes, kind="stable")[:most]
    rows = [
        (f"{rank}", f"{sizes[c]:,}", Verbatim(listed(ids, (found.labels == c).nonzero()[0], 5)))
        for rank, c in enumerate(largest, 1)
        if sizes[c] > 1
    ]
    if not rows:
        return None
    return Table("Largest strongly connected components", ("rank", "neurons", "some of them"), rows)
